"""The tables of which leg is which after a disturbance, and of who runs."""

from collections.abc import Mapping, Sequence

from bench.accuracy import disturbed, not_running
from bench.report import Table, verdicts

DISTURBED = """\
The landmarks of clips and rendered bodies, with their order, times or labels disturbed once in the middle of the run
(tests/support/disturbances.py): `python -m bench.accuracy --only legs`. "Right again": near strides are found, and from two
strides after the disturbance on, every stride is attributed to the correct leg. A stride misleads if it has a quality of 0.5
or more and is of the other leg, or of none.

What falls short: the elite clip, where the model labels a fifth of the frames wrongly, and lengths and curves give almost no
evidence. A stride in which a seam is seen keeps 0.4 of its quality; a seam is seen where head and arms break off and the arms
change sides, or where the phase leaves its rate by 0.07 turns within two frames. A seam that shows neither still misleads, and
labels of the whole body that are flipped for seconds look like exchanged legs. A passer-by of the runner's size cannot be
distinguished from the runner.
Tried and dropped: a filter that decides by the labels alone, or by the curves it has learnt, which confirm whichever leg
they were trained on; exchanging the legs only when that is four times as likely, which left them wrong, in grey, for up to
ten strides; less doubt after a jump (0.08 instead of 0.15), which kept the wrong leg for longer; legs exchanged unseen six
times as often, which ended the doubt after a seam sooner, and took more of the flipped bodies for exchanged legs; the motion
of hips, knees and feet as evidence of a seam, which in the elite clip is no more than chance."""
DISTURBED_CELLS = """\
Each kind five times on each clip. In grey: strides with a quality below 0.5, from the disturbance on. The reference peaks are
hand labels, the rendered body's own, and for the clip without labels (treadmill_woman) those of the undisturbed clip."""
DIAGRAM = """\
All strides of the disturbed runs by quality: the share that is of the stated leg and at a true turn. Calibrated means that the
share is at least the quality."""
EVIDENCE = """\
Each clue alone, summed over a stride of the undisturbed clips, in nats: labels of the legs, the swing of the arms as
labelled, and the lengths of thigh and shank and the curves of the thighs against those learnt. Arms are weighted by how well
they match the legs: behind a bar they give no evidence. Labels are weighted by how often they were right in the same part of
the stride, lengths by how little they scatter, and a thigh off both curves gives no evidence. Where pictures are missing,
the motion of ears, shoulders, elbows and wrists breaks off, less so at 18 frames per second: this is evidence of a seam, and
evidence against one where only labels are flipped. Tried and dropped: the height of the hip and the angle of the foot, which
follow the model's labels; the model's depth and visibility, which followed its labels in every frame in which these were
wrong, so they are no evidence of their own; the near foot, which is seen 0.02 to 0.08 trunk lengths lower in only three of
five clips; and the length of the near leg, which is seen longer in all of them (thigh by 1 to 7 %, shank by 1 to 13 %), but
by so little in one that this alone would decide wrongly."""
WHO_RUNS = """\
Simulated movers are landmarks with 2.5 pixels of noise (1.7 % of the trunk), 12 s at 30 frames per second."""


def tables(outcomes: Mapping[str, disturbed.Outcome], of_clips: dict[str, int], of_movers: Sequence[int]) -> list[Table]:
    """From the disturbed clips by name, and the strides of people who do not run and of simulated movers."""
    runs = [run for one in outcomes.values() for run in one.runs]
    evidence = {name: one.evidence for name, one in outcomes.items()}
    figures = [*disturbed.figures(runs), *not_running.figures(of_clips, of_movers)] if runs else []
    return [
        verdicts("11 Legs after a disturbance, and who runs", DISTURBED, figures),
        Table("11 Disturbed runs by kind and clip", DISTURBED_CELLS, disturbed.COLUMNS, disturbed.rows(runs)),
        Table("11 Reliability diagram", DIAGRAM, disturbed.DIAGRAM_COLUMNS, disturbed.diagram_rows(runs)),
        Table("11 What each clue says alone", EVIDENCE, disturbed.EVIDENCE_COLUMNS, disturbed.evidence_rows(evidence)),
        Table("12 Who runs", WHO_RUNS, not_running.COLUMNS, not_running.rows(of_clips, of_movers)),
    ]

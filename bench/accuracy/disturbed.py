"""Clips and rendered bodies whose picture is disturbed during the run: are the legs identified again, and is doubt shown?

The pose model finds the landmarks of each clip once; tests/support/disturbances.py does the rest.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from analysis.gait.leg_clues import NO_EVIDENCE, LegEvidence
from analysis.gait.legs import Gait
from analysis.measures.angles import RunnerFrame
from analysis.measures.leg_angles import body_angles
from analysis.pose.backends import open_backend
from analysis.pose.landmarks import Floats, Landmarks
from bench.report import Figure, at_least
from capture.opening import open_recording
from config.loading import load
from tests.support.disturbances import GATE, KINDS, LEGS, DisturbedRun, SeenClip, Shown, disturbed_run, measured
from tests.support.labelled_clips import SHARED, TRUTH, clip_file
from tests.support.measuring import frames
from wire.clock import NS_PER_S
from wire.messages import Facing
from wire.quiet import keep_native_notes_off_stderr

MESH = SHARED / "data" / "mesh"
CLIPS: dict[str, Facing] = {
    "treadmill_gym_60fps": "right",
    "treadmill_home_30fps": "left",
    "treadmill_elite_60fps": "left",
    "treadmill_woman_18fps": "left",
    "slim_man_camR": "right",
    "heavy_man": "left",
}
SEEDS = 5
_LEARNING_STRIDES = 3
BINS = (0.0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


def clips() -> list[str]:
    """Names of the clips and bodies found beside the checkout."""
    return [name for name in CLIPS if _file(name).exists()]


@dataclass(frozen=True)
class Outcome:
    """The result of a clip."""

    runs: list[DisturbedRun]
    evidence: list[LegEvidence]
    """Evidence for each near stride of the undisturbed clip, summed over the stride."""


def run(name: str) -> Outcome:
    """Every kind of disturbance on a clip, `SEEDS` times each, and the evidence in the clip as it is."""
    keep_native_notes_off_stderr()
    clip = seen(name)
    return Outcome(trials(clip, SEEDS), evidence(clip))


def evidence(clip: SeenClip) -> list[LegEvidence]:
    """The evidence of each clue alone in every stride of the undisturbed clip, where the legs are followed correctly."""
    gait, total, strides = Gait(), NO_EVIDENCE, []
    for at, (t_s, views) in enumerate(zip(clip.times_s, clip.views, strict=True)):
        landmarks = views[(at + 1) % 2]
        if landmarks is None or t_s < clip.from_s:
            continue
        body = body_angles(landmarks, RunnerFrame(clip.facing))
        update = gait.update(t_s, body.legs[0].candidate, body.legs[1].candidate, body.mirrored, body.clues)
        total = LegEvidence(*(a + b for a, b in zip(astuple(total), astuple(update.evidence), strict=True)))
        if update.near_turn is not None:
            strides.append(total)
            total = NO_EVIDENCE
    # For the first strides, nothing has been learnt yet to compare with.
    return strides[_LEARNING_STRIDES:]


def trials(clip: SeenClip, seeds: int) -> list[DisturbedRun]:
    """The disturbed runs of a clip."""
    return [disturbed_run(clip, kind, seed) for kind in KINDS for seed in range(seeds)]


def seen(name: str) -> SeenClip:
    """The landmarks of every frame of a clip, plain and mirrored, and the true peaks."""
    times_s, one, (width_px, height_px) = _landmarks(name, first_twice=False)
    _, other, _ = _landmarks(name, first_twice=True)
    views = [_both(*pair) for pair in zip(one, other, strict=True)]
    return with_peaks(SeenClip(name, CLIPS[name], width_px, height_px, times_s, views, {}))


def with_peaks(clip: SeenClip) -> SeenClip:
    """The clip with its true peaks: hand labels, the rendered body's own, or the result of the undisturbed clip."""
    from_s = 0.0
    labels = json.loads((TRUTH / "labels.json").read_text(encoding="utf-8"))
    body = MESH / f"{clip.name}.strides.csv"
    if clip.name in labels:
        found = {leg: [frame * clip.frame_s for frame in labels[clip.name][f"{leg}_peak_frames"]] for leg in LEGS}
    elif body.exists():
        with body.open(newline="") as file:
            rows = list(csv.DictReader(file))
        found = {leg: [float(row["t_peak_s"]) for row in rows if row["leg"] == leg] for leg in LEGS}
        from_s = min(found["near"][0], found["far"][0]) - 0.5
    else:
        shown = Shown(list(range(len(clip.times_s))), list(clip.times_s), 0.0, 0.0)
        strides = measured(clip, shown)[1]
        found = {leg: [one.t_peak_ns / NS_PER_S for one in strides if one.leg == leg] for leg in LEGS}
    peaks_s = {leg: _to_the_ends(np.array(found[leg]), clip.times_s[-1]) for leg in LEGS}
    return replace(clip, peaks_s=peaks_s, from_s=from_s)


def _to_the_ends(peaks_s: Floats, end_s: float) -> Floats:
    """The peaks, continued at their usual distance to the beginning and the end of the clip."""
    stride_s = float(np.median(np.diff(peaks_s)))
    before = np.arange(peaks_s[0] - stride_s, 0.0, -stride_s)[::-1]
    return np.concatenate([before, peaks_s, np.arange(peaks_s[-1] + stride_s, end_s, stride_s)])


def _file(name: str) -> Path:
    body = MESH / f"{name}.mp4"
    return body if body.exists() else clip_file(name)


def _landmarks(name: str, first_twice: bool) -> tuple[list[float], list[Landmarks | None], tuple[int, int]]:
    """Times and landmarks of every frame; every other one is mirrored, the others if the first frame is shown twice."""
    settings = load(overrides={"capture.source": str(_file(name))})
    pose = open_backend(settings.analysis)
    times_s: list[float] = []
    found: list[Landmarks | None] = []
    size_px = (0, 0)
    for frame in frames(open_recording(settings.capture.source), settings.capture):
        if first_twice and not found:
            pose.estimate(frame.image)
        times_s.append(frame.capture_ns / NS_PER_S)
        found.append(pose.estimate(frame.image))
        size_px = frame.width_px, frame.height_px
    pose.close()
    return times_s, found, size_px


def _both(one: Landmarks | None, other: Landmarks | None) -> tuple[Landmarks | None, Landmarks | None]:
    """Plain first; where one view found nobody, the other replaces it."""
    views = [view for view in (one, other) if view is not None]
    plain = next((view for view in views if not view.mirrored), views[0] if views else None)
    mirrored = next((view for view in views if view.mirrored), plain)
    return plain, mirrored


COLUMNS = ("disturbance", "clip", "right again within 2 strides", "without a misleading stride", "strides in grey")


def rows(done: Sequence[DisturbedRun]) -> list[list[str]]:
    """Rows by kind and clip."""
    lines = []
    for kind in KINDS:
        for name in dict.fromkeys(one.clip for one in done):
            lines += [_row(kind, name, [one for one in done if one.kind == kind and one.clip == name])]
        lines.append(_row(kind, "all", [one for one in done if one.kind == kind]))
    return lines


def _row(kind: str, name: str, chosen: Sequence[DisturbedRun]) -> list[str]:
    after = [stride for one in chosen for stride in one.strides if not stride.before]
    grey = 100 * np.mean([stride.quality < GATE for stride in after]) if after else 0.0
    again, honest = sum(one.right_again for one in chosen), sum(not one.misleads for one in chosen)
    return [kind, name, f"{again} of {len(chosen)}", f"{honest} of {len(chosen)}", f"{grey:.0f} %"]


def figures(done: Sequence[DisturbedRun]) -> list[Figure]:
    """Row 11: over all clips, by kind."""
    test, found = "11 disturbed runs", []
    for kind in KINDS:
        chosen = [one for one in done if one.kind == kind]
        again, honest = (100 * float(np.mean([getattr(one, name) for one in chosen])) for name in ("right_again", "misleads"))
        found.append(at_least(test, f"{kind}: right again within 2 strides, of {len(chosen)} runs", again, 95.0, " %", 1))
        found.append(at_least(test, f"{kind}: no misleading stride of quality ≥ {GATE:g}", 100 - honest, 99.0, " %", 1))
    return found


DIAGRAM_COLUMNS = ("quality", "strides", "right", "mean quality")


def diagram_rows(done: Sequence[DisturbedRun]) -> list[list[str]]:
    """The reliability diagram: the share of correct strides in each bin of quality."""
    strides = [stride for one in done for stride in one.strides]
    lines = []
    for low, high in pairwise(BINS):
        chosen = [one for one in strides if low <= one.quality < high or one.quality == high == BINS[-1]]
        if chosen:
            right = 100 * np.mean([one.verdict == "right" for one in chosen])
            mean = 100 * np.mean([one.quality for one in chosen])
            lines.append([f"{low:g} to {high:g}", str(len(chosen)), f"{right:.1f} %", f"{mean:.1f} %"])
    return lines


EVIDENCE_COLUMNS = ("evidence alone", "clip", "strides", "says the right leg", "says nothing", "mean, nats a stride")


def evidence_rows(of_clips: Mapping[str, Sequence[LegEvidence]]) -> list[list[str]]:
    """Share of strides in which each clue alone is right."""
    lines = []
    for clue in fields(LegEvidence):
        for name, strides in of_clips.items():
            nats = np.array([getattr(one, clue.name) for one in strides])
            if len(nats):
                right, silent = (f"{100 * share:.0f} %" for share in (np.mean(nats > 0), np.mean(nats == 0)))
                lines.append([clue.name, name, str(len(nats)), right, silent, f"{nats.mean():+.1f}"])
    return lines

"""Five live sessions of a runner whose every stride is known, compared with their reports.

python -m bench.accuracy.live_sessions

Ada extends the hip a degree further in each session, and another degree from half-way through each. The program runs as in a
gym, with the real pose model (about three minutes). Fails if a figure falls short.
"""

import sys
import tempfile
from pathlib import Path

from bench.report import Figure, at_least, at_most, none_of, verdicts
from tests.support.lane import KNEE_DRIVE_DEG, RUNNER, Lane, numbers, source, truth_deg

CHANGES_DEG = (0.0, 1.5, 3.0, 4.5, 6.0)
FIRST_DEG, PER_SESSION_DEG = 12.0, 1.0
SOURCES = [source(FIRST_DEG + PER_SESSION_DEG * at, change_deg, at + 1) for at, change_deg in enumerate(CHANGES_DEG)]


def figures(lane: Lane, folders: list[Path]) -> list[Figure]:
    """Each stated uncertainty, and whether the truth lies within it."""
    truths = [truth_deg(folder, name) for folder, name in zip(folders, SOURCES, strict=True)]
    beyond = 0
    for folder, truth in zip(folders, truths, strict=True):
        shown = lane.shown(folder)
        for phase in ("baseline", "retention"):
            for measure, zero_deg in (("hip extension", 0.0), ("thigh excursion", KNEE_DRIVE_DEG)):
                value, meaning = shown[f"{measure}, {phase}"]
                stated_deg = numbers(meaning.partition("within")[2].partition(" on ")[0])[0]
                beyond += abs(numbers(value)[0] - zero_deg - truth[phase]) > stated_deg
    found = [none_of("phases", "means beyond what is stated of absolute angles", beyond, 4 * len(folders))]

    retained = [numbers(row["retained °"]) for row in lane.rows("sessions", "compare", *map(str, folders))]
    of_strides = [truth["retention"] - truth["baseline"] for truth in truths]
    pairs = list(zip(retained, of_strides, CHANGES_DEG, strict=True))
    missed = sum(abs(change - true) > uncertainty for (change, uncertainty, *_), true, _ in pairs)
    held = sum(abs(change - long_run) <= uncertainty for (change, uncertainty, *_), _, long_run in pairs)
    found += [
        none_of("what stayed", "beyond its uncertainty of what these strides did", missed, len(folders)),
        at_least("what stayed", "within it of what the runner would do in the long run", held, 4, " of 5", 0),
        at_most("what stayed", "largest uncertainty", max(uncertainty for _, uncertainty, *_ in retained), 2.0),
    ]
    told = next(line for line in lane.run("history", RUNNER).out.splitlines() if line.startswith("Excursion"))
    slope_deg, uncertainty_deg = numbers(told)[:2]
    return [
        *found,
        at_most("trend", "off the truth, a session", slope_deg - PER_SESSION_DEG, uncertainty_deg, signed=True),
        at_most("trend", "uncertainty, a session", uncertainty_deg, 1.0),
    ]


def main() -> int:
    """Run the sessions and print the table."""
    with tempfile.TemporaryDirectory() as name:
        lane = Lane({"HIPCUE_HOME": str(Path(name) / "home")}, Path(name))
        held = figures(lane, [lane.record(source_name, str(at)) for at, source_name in enumerate(SOURCES)])
    print(verdicts("Five live sessions", "A drawn runner, the real pose model, the whole program.", held).plain())
    return 0 if all(one.holds is not False for one in held) else 1


if __name__ == "__main__":
    sys.exit(main())

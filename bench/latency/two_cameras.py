"""The cost of a second camera: python -m bench.latency.two_cameras [--runs 3] [--seconds 15].

The whole program as real processes, with a sound server and without a screen, in turn with one 720p camera at 30 frames a
second and with two: recordings of a drawn runner from either side, played as cameras deliver them. Takes some three minutes on
an idle machine.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.latency import latency_frames
from bench.latency.machine import machine
from bench.latency.whole_program import Program, Result
from bench.report import Figure, Table, at_least, at_most, reported, verdicts
from tests.support import sound_server
from wire.health import stages

FPS = 30
LEAST_SHARE = 0.95
MOST_TIMES = 1.5
NO_SCREEN = "--no-display"
EVERY_STRIDE = """
[analysis]
min_quality = 0.1
"""
"""Two recordings do not start at the same instant: their cameras may contradict each other, which halves quality."""


def run(sources: Sequence[Path], folder: Path, environment: dict[str, str], seconds: float) -> Result:
    """One run with these cameras."""
    main, *others = (str(source) for source in sources)
    options = [option for other in others for option in ("--other-side", other)]
    with Program(main, folder, environment, NO_SCREEN, *options, both_sides=bool(others), more=EVERY_STRIDE) as program:
        if others:
            program.until_sample("other_side")
        return program.measure(seconds)


def figures(one: Sequence[Result], two: Sequence[Result]) -> list[Figure]:
    """Compare runs with one camera and with two."""

    def p50(runs: Sequence[Result], stage: str) -> float:
        known_ms = [found.stages[stage].p50_ms for found in runs if stage in found.stages]
        return median(known_ms) if known_ms else math.nan

    others = [found.other_analysed_share or 0.0 for found in two]
    sound = stages.CAPTURED_TO_SOUND
    cores = {
        name: median(sum(use.cpu_pct for use in found.use.values()) / 100 for found in runs)
        for name, runs in (("one", one), ("two", two))
    }
    return [
        at_least(
            "two cameras",
            "frames analysed of those captured, main camera",
            median(r.analysed_share for r in two),
            LEAST_SHARE,
            "",
        ),
        at_least("", "the same, other camera", median(others), LEAST_SHARE, ""),
        at_most("", "frame to sound p50, times that of one camera", p50(two, sound) / p50(one, sound), MOST_TIMES, "x"),
        reported("", "frame to sound p50", f"{p50(one, sound):.0f} ms with one, {p50(two, sound):.0f} ms with two"),
        reported(
            "",
            "frame to sample p50",
            f"{p50(one, stages.CAPTURED_TO_SAMPLE):.0f} ms with one, {p50(two, stages.CAPTURED_TO_SAMPLE):.0f} ms with two",
        ),
        reported("", "frames analysed with one camera", f"{median(r.analysed_share for r in one):.2f}"),
        reported("", "cores of all processes", f"{cores['one']:.2f} with one, {cores['two']:.2f} with two"),
    ]


def table(one: Sequence[Result], two: Sequence[Result]) -> Table:
    """All figures."""
    return verdicts("Two cameras", f"{machine()}; medians over {len(two)} runs of each.", figures(one, two))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each run, after it has begun")
    given = parser.parse_args()
    if reason := sound_server.missing():
        sys.exit(f"{reason}: it is needed for measuring")
    one: list[Result] = []
    two: list[Result] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hb")))
        clips = [folder / "right.avi", folder / "left.avi"]
        for clip, other_side in zip(clips, (False, True), strict=True):
            latency_frames.draw(clip, FPS, other_side)
        sound = folder / "sound"
        sound.mkdir()
        environment = dict(stack.enter_context(sound_server.sound_server(sound)).environment)
        for number in range(1, given.runs + 1):
            for runs, sources in ((one, clips[:1]), (two, clips)):
                print(
                    f"run {number} of {given.runs}: {len(sources)} camera{'s' * (len(sources) > 1)}",
                    file=sys.stderr,
                    flush=True,
                )
                runs.append(run(sources, folder, environment, given.seconds))
    print(table(one, two).plain())


if __name__ == "__main__":
    main()

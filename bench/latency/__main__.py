"""Every figure of docs/performance.md, measured: python -m bench.latency [--quick] [--out docs/performance.md].

The whole program as real processes, with a real sound server and a virtual screen, beside the pose model alone and the loop a
user would write. Takes about six minutes; the machine should have nothing else to do. --quick: one short run of each, not
written to docs. Needs Xvfb and PulseAudio with ALSA's plug-in, as the tests do.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from analysis.pose.backends import usual_threads
from analysis.pose.blazepose import BlazePose
from analysis.pose.mediapipe_backend import MediaPipePose
from bench.latency import latency_frames
from bench.latency.latency_figures import (
    DRAWN_30,
    FILE_30,
    FILE_60,
    Alone,
    Measured,
    naive_table,
    stage_table,
    to_reach,
    use_table,
)
from bench.latency.latency_text import INTRODUCTION, NOTES
from bench.latency.machine import machine
from bench.latency.pose_backends import in_turn
from bench.latency.stall import stalls
from bench.latency.whole_program import Program
from bench.report import Table
from capture.sources.cropping import crop_and_scale
from config.settings import Settings
from tests.support import sound_server, virtual_screen

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "make bench-latency"
SCREEN_PX = (1920, 1080)
BACKEND_FRAMES = 120
NO_SCREEN = "--no-display"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int, default=3, help="of the whole program, each kind")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each run, after it has begun")
    parser.add_argument("--out", type=Path, default=None, help="markdown file (docs/performance.md unless --quick)")
    wanted = parser.parse_args()
    for reason in (sound_server.missing(), virtual_screen.missing()):
        if reason:
            sys.exit(f"{reason}: it is needed for measuring sound and screen")
    runs, seconds = (1, 6.0) if wanted.quick else (wanted.runs, wanted.seconds)
    measured_on = machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hb")))
        measured = measure(folder, stack, runs, seconds)
    tables = [
        to_reach(measured),
        naive_table(measured),
        *(stage_table(name, results) for name, results in measured.runs.items()),
        use_table(measured.runs),
    ]
    print(measured_on, "\n")
    for table in tables:
        print(table.plain())
    out = wanted.out or (None if wanted.quick else ROOT / "docs" / "performance.md")
    if out is not None:
        out.write_text(document(tables, measured_on, runs, seconds), encoding="utf-8")
        print(f"Written to {out}")


def measure(folder: Path, stack: ExitStack, runs: int, seconds: float) -> Measured:
    """Run everything."""
    measured = Measured()
    files = {fps: folder / f"runner_{fps}.avi" for fps in (30, 60)}
    for fps, path in files.items():
        _say(f"drawing {latency_frames.LENGTH_S:g} s at {fps} fps")
        latency_frames.draw(path, fps)
    measured.backends = backends(files[30])
    sound, screen = folder / "sound", folder / "screen"
    sound.mkdir()
    screen.mkdir()
    heard = dict(stack.enter_context(sound_server.sound_server(sound)).environment)
    seen = {**heard, **stack.enter_context(virtual_screen.virtual_screen(screen, *SCREEN_PX)).environment}
    kinds: tuple[tuple[str, str, Mapping[str, str], tuple[str, ...]], ...] = (
        (FILE_30, str(files[30]), seen, ()),
        (FILE_60, str(files[60]), heard, (NO_SCREEN,)),
        (DRAWN_30, latency_frames.drawn_source(30), seen, ()),
    )
    for number in range(1, runs + 1):
        for name, source, environment, options in kinds:
            _say(f"run {number} of {runs}: {name}")
            with Program(source, folder, environment, *options) as program:
                measured.runs.setdefault(name, []).append(program.measure(seconds))
    for fps, path in files.items():
        _say(f"the pose model alone and the plain loop, {fps} fps")
        measured.pose[fps] = alone("pose", path, seconds)
        measured.loop[fps] = alone("loop", path, seconds)
    _say("stalls")
    with Program(str(files[30]), folder, seen) as program:
        program.measure(3.0)
        measured.stalls = stalls(program)
    return measured


def backends(path: Path) -> tuple[float, float, float]:
    """Milliseconds a frame of mediapipe and openvino, in turn on the same frames, and the median ratio."""
    _say("mediapipe and openvino in turn")
    settings, file, images = Settings(), cv2.VideoCapture(str(path)), []
    for _ in range(BACKEND_FRAMES):
        image = np.asarray(file.read()[1], dtype=np.uint8)
        images.append(crop_and_scale(image, settings.capture.zone, settings.capture.max_side_px))
    theirs, ours = MediaPipePose(), BlazePose(usual_threads())
    their_times, our_times = in_turn(iter(images), theirs, ours)
    theirs.close()
    ours.close()
    their_ms, our_ms = np.array(their_times.wall_ms), np.array(our_times.wall_ms)
    return float(np.median(their_ms)), float(np.median(our_ms)), float(np.median(our_ms / their_ms))


def alone(what: str, path: Path, seconds: float) -> Alone:
    """A process of bench.latency_naive."""
    command = [sys.executable, "-m", "bench.latency.naive", what, str(path), f"{seconds:g}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Alone(**json.loads(ended.stdout.strip().splitlines()[-1]))


def document(tables: list[Table], measured_on: str, runs: int, seconds: float) -> str:
    """docs/performance.md."""
    head = (
        f"# Performance\n\n{INTRODUCTION}\n\nMeasured on {measured_on}, {runs} runs of {seconds:g} s each; printed again by "
        f"`{COMMAND}`.\n"
    )
    return "\n".join([head, *(table.markdown() for table in tables), NOTES])


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

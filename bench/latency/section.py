"""One section of the benchmark, in a separate process with the section's environment.

python -m bench.latency.section NAME OUT.json --runs 2 --seconds 10
"""

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np

from analysis.pose.backends import usual_threads
from analysis.pose.blazepose import BlazePose
from analysis.pose.mediapipe_backend import MediaPipePose
from bench.latency import latency_frames
from bench.latency.busy_cores import busy_cores
from bench.latency.empty_gym import CAMERA, Gym, cores, until_rest
from bench.latency.latency_figures import (
    DRAWN_30,
    FILE_30,
    FILE_60,
    Alone,
    Live,
    Measured,
    further,
    naive_table,
    reached,
    stage_table,
    use_table,
)
from bench.latency.machine import machine
from bench.latency.pose_backends import in_turn
from bench.latency.stall import stalls
from bench.latency.targets import BUSY, IDLE, SECTIONS
from bench.latency.whole_program import SETTLE_S, Program
from bench.report import Table
from capture.sources.cropping import crop_and_scale
from config.settings import Settings
from tests.support import sound_server, virtual_screen
from wire.clock import NS_PER_S

ROOT = Path(__file__).resolve().parents[2]
SCREEN_PX = (1920, 1080)
BACKEND_FRAMES = 120
NO_SCREEN = "--no-display"
WEBCAM_FPS = 60
RESTING_S = 12.0


@dataclass(frozen=True)
class Section:
    """The results of a section."""

    machine: str
    figures: dict[str, float]
    """By their names in bench/latency/targets.py."""
    tables: list[Table]


def measure(section: str, folder: Path, stack: ExitStack, runs: int, seconds: float) -> Measured:
    """Run everything of this section."""
    measured = Measured()
    files = {fps: folder / f"runner_{fps}.avi" for fps in (30, 60)}
    for fps, path in files.items():
        latency_frames.draw(path, fps)
    gym = Gym(_made(folder / "gym"), WEBCAM_FPS)
    if section == BUSY:
        stack.enter_context(busy_cores())
    heard = dict(stack.enter_context(sound_server.sound_server(_made(folder / "sound"))).environment)
    screen = stack.enter_context(virtual_screen.virtual_screen(_made(folder / "screen"), *SCREEN_PX))
    seen = {**heard, **screen.environment}
    _say("mediapipe and openvino in turn")
    measured.backends = backends(files[30])
    for number in range(1, runs + 1):
        for name, fps, environment, options in ((FILE_30, 30, seen, ()), (FILE_60, 60, heard, (NO_SCREEN,))):
            _say(f"run {number} of {runs}: {name}, then the plain loop")
            with Program(str(files[fps]), folder, environment, *options) as program:
                measured.runs.setdefault(name, []).append(program.measure(seconds))
            measured.loop.setdefault(fps, []).append(alone("loop", files[fps], seconds))
        if section == IDLE:
            _say(f"run {number} of {runs}: {DRAWN_30}")
            with Program(latency_frames.drawn_source(30), folder, seen) as program:
                measured.runs.setdefault(DRAWN_30, []).append(program.measure(seconds))
    _say("a webcam")
    measured.live = live(section, gym, folder, seen, seconds)
    if section == IDLE:
        _say("the pose model alone, and stalls")
        for fps, path in files.items():
            measured.pose[fps] = alone("pose", path, seconds)
        with Program(str(files[30]), folder, seen) as program:
            program.measure(3.0)
            measured.stalls = stalls(program)
    return measured


def live(section: str, gym: Gym, folder: Path, environment: dict[str, str], seconds: float) -> Live:
    """A runner before a webcam; unless the cores are busy, then nobody."""
    gym.show(runner=True)
    with Program(str(CAMERA), folder, {**environment, **gym.environment}) as program:
        program.first_sample()
        program.listen(2 * SETTLE_S)
        seen = len(program.heard.samples)
        program.listen(seconds)
        times_ns = np.array([sample.stamps.capture_ns for _, sample in program.heard.samples[seen:]])
        rate_hz = (len(times_ns) - 1) / (times_ns[-1] - times_ns[0]) * NS_PER_S
        spacing_ms = float(np.std(np.diff(times_ns))) / 1e6
        at_rest = None
        if section != BUSY:
            gym.show(runner=False)
            until_rest(program)
            program.listen(SETTLE_S)
            at_rest = sum(cores(program, RESTING_S).values())
    return Live(float(rate_hz), spacing_ms, at_rest)


def backends(path: Path) -> tuple[float, float, float]:
    """Milliseconds a frame of mediapipe and openvino, in turn on the same frames, and the median ratio."""
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
    """A process of bench.latency.naive."""
    command = [sys.executable, "-m", "bench.latency.naive", what, str(path), f"{seconds:g}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Alone(**json.loads(ended.stdout.strip().splitlines()[-1]))


def tables(section: str, measured: Measured) -> list[Table]:
    """All tables except the table of targets."""
    found = [naive_table(measured)]
    if section == IDLE:
        found.insert(0, further(measured))
    found += [stage_table(name, results) for name, results in measured.runs.items()]
    return [*found, use_table(measured.runs)]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("section", choices=list(SECTIONS))
    parser.add_argument("out", type=Path)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10.0)
    wanted = parser.parse_args()
    measured_on = machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hb")))
        measured = measure(wanted.section, folder, stack, wanted.runs, wanted.seconds)
    found = Section(measured_on, reached(measured), tables(wanted.section, measured))
    wanted.out.write_bytes(msgspec.json.encode(found))


if __name__ == "__main__":
    main()

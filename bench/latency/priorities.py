"""The benefit of lower priorities for screen and recorder on busy cores: python -m bench.latency.priorities [--one-core].

One program before a webcam of 60 fps, beside stress-ng on every core; its priorities are removed and restored in turns.
--one-core: instead of stress-ng, the whole program on one core, so that its processes compete with each other only.
Needs root, because only root may raise a priority.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from bench.latency import busy_cores
from bench.latency.empty_gym import CAMERA, Gym
from bench.latency.whole_program import SETTLE_S, Program
from bench.report import Table
from hipcue.supervisor.process_table import PROCESSES
from tests.support import fake_webcams, sound_server, virtual_screen
from wire.clock import NS_PER_S
from wire.health.stages import CAPTURED_TO_FLIP, CAPTURED_TO_SAMPLE
from wire.topics import ANALYSIS, DISPLAY

FPS = 60
SCREEN_PX = (1920, 1080)
NICENESS = {spec.name: spec.niceness for spec in PROCESSES if spec.niceness}


@dataclass
class Windows:
    """Measurements of all rounds."""

    rate_hz: list[float] = field(default_factory=list)
    spacing_ms: list[float] = field(default_factory=list)
    sample_ms: list[float] = field(default_factory=list)
    flip_ms: list[float] = field(default_factory=list)

    def add(self, program: Program, seconds: float) -> None:
        """Measure one."""
        program.listen(1.0)
        seen = len(program.heard.samples)
        program.listen(seconds)
        stamps = [sample.stamps for _, sample in program.heard.samples[seen:]]
        times_ns = np.array([one.capture_ns for one in stamps])
        self.rate_hz.append((len(times_ns) - 1) / (times_ns[-1] - times_ns[0]) * NS_PER_S)
        self.spacing_ms.append(float(np.std(np.diff(times_ns))) / 1e6)
        health = program.heard.health
        self.sample_ms.append(health[ANALYSIS].recent[CAPTURED_TO_SAMPLE].p95_ms)
        flips = health[DISPLAY].recent.get(CAPTURED_TO_FLIP)
        self.flip_ms.append(float("nan") if flips is None else flips.p50_ms)


def renice(program: Program, niceness: dict[str, int]) -> None:
    """Set the priorities of all threads of these processes, from this process's own on."""
    pids, own = program.pids(), os.nice(0)
    for name, steps in niceness.items():
        for task in Path(f"/proc/{pids[name]}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(task.name), own + steps)


def pin(program: Program) -> None:
    """Keep all threads of the program on one core."""
    core = min(os.sched_getaffinity(0))
    for pid in program.pids().values():
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {core})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--one-core", action="store_true")
    wanted = parser.parse_args()
    for reason in (one.missing() for one in (sound_server, virtual_screen, fake_webcams, busy_cores)):
        if reason:
            sys.exit(reason)
    kept, even = Windows(), Windows()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hb")))
        for name in ("sound", "screen", "gym"):
            (folder / name).mkdir()
        gym = Gym(folder / "gym", FPS)
        gym.show(runner=True)
        environment = {
            **stack.enter_context(sound_server.sound_server(folder / "sound")).environment,
            **stack.enter_context(virtual_screen.virtual_screen(folder / "screen", *SCREEN_PX)).environment,
            **gym.environment,
        }
        program = stack.enter_context(Program(str(CAMERA), folder, environment))
        program.first_sample()
        program.listen(SETTLE_S)
        if wanted.one_core:
            pin(program)
        else:
            stack.enter_context(busy_cores.busy_cores())
        program.listen(SETTLE_S)
        for _ in range(wanted.rounds):
            renice(program, dict.fromkeys(NICENESS, 0))
            even.add(program, wanted.seconds)
            renice(program, NICENESS)
            kept.add(program, wanted.seconds)
    rows = []
    for what, of in (
        ("analysed a second", "rate_hz"),
        ("SD of the intervals, ms", "spacing_ms"),
        ("captured to sample, p95, ms", "sample_ms"),
        ("captured to first flip, p50, ms", "flip_ms"),
    ):
        ours, without = np.array(getattr(kept, of)), np.array(getattr(even, of))
        rows.append((what, f"{median(ours):.1f}", f"{median(without):.1f}", f"{median(ours / without):.2f}x"))
    print(Table("Priorities on busy cores", "Medians of the rounds.", ("", "as shipped", "all equal", "ratio"), rows).plain())


if __name__ == "__main__":
    main()

"""The program's processor time while nobody is in view, and how soon it follows somebody who steps on.

python -m bench.latency.empty_gym [--fps 60] [--times 1]

The whole program before a webcam's empty room, with a sound server and a virtual screen: its processor time at full rate and at
rest, process by process. Then a runner is in the picture, once while it rests and once while it does not. Takes two minutes.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.latency.latency_frames import SIZE_PX
from bench.latency.whole_program import Program
from bench.report import Figure, Table, at_most, reported, verdicts
from capture.sources.resting_pace import PERIOD_NS
from capture.synthetic.kinematics import Runner, RunnerParameters
from capture.synthetic.runner_painter import RunnerPainter
from tests.support import fake_webcams, sound_server, virtual_screen
from tests.support.fake_webcams import FakeWebcams
from wire.clock import NS_PER_S, monotonic_ns, s_to_ns
from wire.faults import SampleState
from wire.frames.frame import Image
from wire.topics import ANALYSIS, CAPTURE

SCREEN_PX = (1920, 1080)
CAMERA = 20
EMPTY = 8
"""Pictures of the empty room, each with noise of its own."""
CADENCE_SPM = 180.0
STRIDES = 2
SETTLE_S = 4.0
FULL_S, RESTING_S = 8.0, 20.0
"""Durations over which processor time is measured."""
AWAKE_S = 15.0
"""Time without a runner, after which the next one is somebody else, as after a rest."""
FOLLOWED_S = 12.0
"""From the first picture with the runner to the end of the comparison."""
PATIENCE_S = 120.0


@dataclass(frozen=True)
class SteppedOn:
    """From the first picture with the runner on, seconds."""

    seen_s: float
    """Until the capture of the first picture in which somebody was found."""
    awake_s: float
    """Until the capture of the first of three pictures that follow each other sooner than those of a rest."""
    first_stride_s: float
    """Until the peak of the first stride of either leg."""
    strides: int


def pictures(fps: int) -> Iterator[Image]:
    """The empty room, then the runner's strides."""
    runner, painter = Runner(RunnerParameters(extension_deg=18.0, cadence_spm=CADENCE_SPM)), RunnerPainter(*SIZE_PX)
    for _ in range(EMPTY):
        yield painter.draw_empty()
    for index in range(_runner_pictures(fps)):
        yield painter.draw(runner.pose(index / fps), runner.belt_m(index / fps))


def _runner_pictures(fps: int) -> int:
    return round(STRIDES * 120 / CADENCE_SPM * fps)


class Gym:
    """A webcam that shows the empty room or the runner."""

    def __init__(self, folder: Path, fps: int) -> None:
        self._fps = fps
        self._webcams = FakeWebcams(folder)
        self._webcams.film("MJPG", list(pictures(fps)))
        self.environment = self._webcams.environment
        self.show(runner=False)

    def show(self, runner: bool) -> int:
        """Change the picture. Returns when, ns."""
        shown = f"{EMPTY} {_runner_pictures(self._fps)}" if runner else f"0 {EMPTY}"
        self._webcams.plug_in(CAMERA, [("MJPG", *SIZE_PX, self._fps)], shows=shown)
        return monotonic_ns()


def rests(program: Program) -> bool:
    """Whether both processes report that they rest."""
    health = program.heard.health
    return all(name in health and health[name].resting for name in (ANALYSIS, CAPTURE))


def until_rest(program: Program) -> None:
    """Raises TimeoutError when it never rests."""
    until_ns = monotonic_ns() + s_to_ns(PATIENCE_S)
    while not rests(program):
        if monotonic_ns() > until_ns:
            raise TimeoutError("the program does not rest")
        program.listen(0.2)


def cores(program: Program, seconds: float) -> dict[str, float]:
    """Processor time of each process over so long, in cores."""
    before, began_ns = program.cpu_s(), monotonic_ns()
    program.listen(seconds)
    took_s = (monotonic_ns() - began_ns) / NS_PER_S
    return {name: (used_s - before[name]) / took_s for name, used_s in program.cpu_s().items() if name in before}


def stepped_on(program: Program, gym: Gym) -> SteppedOn:
    """Let the runner step on, and watch."""
    samples, strides = len(program.heard.samples), len(program.heard.strides)
    since_ns = gym.show(runner=True)
    program.listen(FOLLOWED_S)
    seen = [sample for _, sample in program.heard.samples[samples:] if sample.stamps.capture_ns >= since_ns]
    never_ns = since_ns + s_to_ns(FOLLOWED_S)
    found_ns = next((one.stamps.capture_ns for one in seen if one.state is not SampleState.NO_PERSON), never_ns)
    times_ns = [one.stamps.capture_ns for one in seen]
    close = [later - earlier < 0.75 * PERIOD_NS for earlier, later in pairwise(times_ns)]
    awake_ns = next((at_ns for at_ns, *follow in zip(times_ns, close, close[1:], strict=False) if all(follow)), never_ns)
    peaks_ns = [stride.t_peak_ns for stride in program.heard.strides[strides:]]
    first_ns = min(peaks_ns, default=never_ns)
    ends_ns = since_ns + s_to_ns(FOLLOWED_S - 1.0)
    gym.show(runner=False)
    return SteppedOn(
        seen_s=(found_ns - since_ns) / NS_PER_S,
        awake_s=(awake_ns - since_ns) / NS_PER_S,
        first_stride_s=(first_ns - since_ns) / NS_PER_S,
        strides=sum(at_ns < ends_ns for at_ns in peaks_ns),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fps", type=int, default=60)
    parser.add_argument("--times", type=int, default=1, help="how often somebody steps on")
    wanted = parser.parse_args()
    for reason in (sound_server.missing(), virtual_screen.missing(), fake_webcams.missing()):
        if reason:
            sys.exit(reason)
    resting, awake = [], []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hb")))
        for name in ("sound", "screen", "gym"):
            (folder / name).mkdir()
        gym = Gym(folder / "gym", wanted.fps)
        environment = {
            **stack.enter_context(sound_server.sound_server(folder / "sound")).environment,
            **stack.enter_context(virtual_screen.virtual_screen(folder / "screen", *SCREEN_PX)).environment,
            **gym.environment,
        }
        program = stack.enter_context(Program(str(CAMERA), folder, environment))
        program.first_sample()
        program.listen(SETTLE_S)
        full = cores(program, FULL_S)
        until_rest(program)
        program.listen(SETTLE_S)
        rest = cores(program, RESTING_S)
        rows = [(name, f"{full[name]:.3f}", f"{rest.get(name, 0.0):.3f}") for name in full]
        rows.append(("together", f"{sum(full.values()):.3f}", f"{sum(rest.values()):.3f}"))
        text = f"Cores, nobody in view, a webcam of 1280x720 at {wanted.fps} fps, the screen on."
        print(Table("An empty gym", text, ("process", "full rate", "at rest"), rows).plain())
        for number in range(wanted.times):
            if number:
                until_rest(program)
            resting.append(stepped_on(program, gym))
            program.listen(AWAKE_S)
            awake.append(stepped_on(program, gym))
        print(verdicts("Somebody steps on", "", figures(sum(rest.values()), resting, awake)).plain())


def figures(cores_at_rest: float, resting: list[SteppedOn], awake: list[SteppedOn]) -> list[Figure]:
    """The worst results of all repetitions."""
    found = [at_most("at rest", "all processes", cores_at_rest, 0.15, " cores", 3)]
    for name, seen in (("at rest", resting), ("awake", awake)):
        found += [
            reported(name, "until somebody is found", f"{max(one.seen_s for one in seen):.2f} s"),
            at_most(name, "until pictures come at the camera's rate", max(one.awake_s for one in seen), 0.5, " s"),
            reported(name, "until the first stride", ", ".join(f"{one.first_stride_s:.2f} s" for one in seen)),
            reported(name, f"strides within {FOLLOWED_S - 1:g} s", ", ".join(str(one.strides) for one in seen)),
        ]
    return found


if __name__ == "__main__":
    main()

"""People who move without running, and runners who are hard to recognise: the number of strides published for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.landmarks import Landmarks
from bench.report import Figure, none_of
from capture.opening import open_recording
from capture.synthetic.kinematics import Runner, RunnerParameters
from config.loading import load
from tests.support.labelled_clips import clip_file
from tests.support.measuring import measured
from tests.support.movers import cyclist, limper, marcher, on_elliptical, on_stairs, walker
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import s_to_ns
from wire.messages import Stamps
from wire.quiet import keep_native_notes_off_stderr

CLIPS = {
    "marching_29fps": "marches on the spot",
    "stair_machine_30fps": "climbs a stair machine, seen from behind at an angle",
    "walking_child_30fps": "a child walks with bent knees",
    "walk_turn_30fps": "walks there and back",
}
SECONDS, FPS = 12.0, 30.0
NOISE_PX = 2.5
"""Noise of each coordinate: 1.7 % of the trunk."""
Seen = Callable[[float], Landmarks]


@dataclass(frozen=True)
class Mover:
    """Somebody in motion. `strides`: the true strides of both legs that may be published; 0: does not run."""

    name: str
    seen: Seen
    strides: int = 0


def _runner(parameters: RunnerParameters) -> Seen:
    sticks, runner = StickRunner(), Runner(parameters)
    return lambda t_s: sticks.landmarks(runner.pose(t_s))


def movers() -> list[Mover]:
    """Simulated landmarks: people who do not run, then runners who are hard to distinguish from them."""
    others = [
        *(Mover(f"walks, {spm} steps/min", walker(spm).landmarks) for spm in (90, 115, 130, 145)),
        Mover("walks with bent knees, 130 steps/min", walker(130, bent_deg=20).landmarks),
        *(Mover(f"marches, {spm} steps/min", marcher(spm).landmarks) for spm in (66, 110, 150)),
        *(Mover(f"cycles, {rpm} turns/min", cyclist(rpm).landmarks) for rpm in (60, 90)),
        *(Mover(f"elliptical trainer, {spm} steps/min", on_elliptical(spm).landmarks) for spm in (110, 140)),
        *(Mover(f"stair machine, {spm} steps/min", on_stairs(spm).landmarks) for spm in (90, 130)),
    ]
    jog = RunnerParameters(extension_deg=12, knee_drive_deg=28, cadence_spm=130, knee_most_deg=80)
    loose = RunnerParameters(extension_deg=14, knee_drive_deg=28, cadence_spm=150, knee_most_deg=65)
    small = RunnerParameters(extension_deg=6)
    runners = [
        Mover("jogs slowly, 130 steps/min", _runner(jog), round(SECONDS * 130 / 60)),
        Mover("limps, 150 steps/min", limper(150), round(SECONDS * 150 / 60)),
        Mover("loose trousers, 150 steps/min", _runner(loose), round(SECONDS * 150 / 60)),
        Mover("extends by 6° only", _runner(small), round(SECONDS * 170 / 60)),
    ]
    return others + runners


def run_clip(name: str) -> int:
    """Strides published of a clip."""
    keep_native_notes_off_stderr()
    settings = load(overrides={"capture.source": str(clip_file(name))})
    return sum(len(settled) for _, settled in measured(open_recording(settings.capture.source), settings))


def run_mover(at: int) -> int:
    """Strides published of a simulated mover, by its place in `movers()`."""
    seen, engine, rng, strides = movers()[at].seen, GaitEngine(), np.random.default_rng(at), 0
    for index in range(round(SECONDS * FPS)):
        landmarks = seen(index / FPS)
        noisy = Landmarks(landmarks.points_px + rng.normal(0, NOISE_PX, landmarks.points_px.shape), landmarks.visibility)
        stamps = Stamps(capture_ns=s_to_ns(index / FPS) + 1)
        strides += len(engine.measure(FrameFacts(1, index + 1, index, WIDTH_PX, HEIGHT_PX, stamps), noisy)[1])
    return strides


def clips() -> list[str]:
    """Clips of people who do not run, where they are beside the checkout."""
    return [name for name in CLIPS if clip_file(name).exists()]


COLUMNS = ("who", "strides published", "true strides")
_MISSED_AT_THE_ENDS = 3
"""Strides missed at the ends of a run: before the first complete turn, and not settled before the last frame."""


def rows(of_clips: dict[str, int], of_movers: Sequence[int]) -> list[list[str]]:
    """Clips, then simulated movers."""
    lines = [[f"{CLIPS[name]} ({name})", str(count), "0"] for name, count in of_clips.items()]
    return lines + [
        [f"{mover.name} (simulated)", str(count), f"about {mover.strides}" if mover.strides else "0"]
        for mover, count in zip(movers(), of_movers, strict=True)
    ]


def figures(of_clips: dict[str, int], of_movers: Sequence[int]) -> list[Figure]:
    """Row 12."""
    test = "12 runs, or does not"
    pairs = list(zip(movers(), of_movers, strict=True))
    counts = [*of_clips.values(), *(count for mover, count in pairs if not mover.strides)]
    missed = sum(max(0, mover.strides - _MISSED_AT_THE_ENDS - count) for mover, count in pairs if mover.strides)
    every = sum(mover.strides for mover, _ in pairs)
    return [
        none_of(test, "people who do not run and give a stride", sum(count > 0 for count in counts), len(counts)),
        none_of(test, "strides missed of slow and uneven runners", missed, every),
    ]

"""Simulated runners through the gait filter and the stride finder: exact, noisy, and with the labels spoilt.

A case is one run of one runner; `run` measures it. What comes of many is in bench/accuracy/simulated_figures.py.
"""

from dataclasses import dataclass, replace

import numpy as np

from analysis.gait.legs import UNLOCKED, Gait
from analysis.gait.phase_filter import BOTH_FAR, BOTH_NEAR, STRAIGHT, SWAPPED
from analysis.gait.strides import Turn
from tests.support.gait_simulation import (
    SPEEDS_MPS,
    Faults,
    Frame,
    Simulation,
    mean_strides,
    real_strides,
    runner_files,
    simulate,
    vary,
)
from tests.support.labelled_clips import TRUTH
from tests.support.stride_score import START_S, Reading, Score, score

NOISE_DEG = 2.0
# What docs/accuracy.md promises, by frames per second.
DELAY_LIMIT_MS = {30: 100.0, 60: 70.0}
SD_LIMIT_DEG = {30: 1.3, 60: 1.0}
EXACT = Faults()
SPOILT = Faults(noise_deg=NOISE_DEG, swap_share=0.2, collapse_frames=4)
APART_DEG = 10.0
"""Legs nearer to each other than this are crossing; which is behind is not asked there."""
RIGHT_LABELS: dict[int, set[tuple[int | None, int | None]]] = {
    STRAIGHT: {(0, 1)},
    SWAPPED: {(1, 0)},
    BOTH_NEAR: {(0, None), (1, None)},
    BOTH_FAR: {(None, 0), (None, 1)},
}


@dataclass(frozen=True)
class Case:
    """One run. `curve` is a speed (mean curve) or the name of a real runner's file."""

    curve: str
    fps: int
    seed: int
    strides: int
    faults: Faults = EXACT
    varied: bool = False
    step_deg: float = 0.0

    @property
    def is_mean_curve(self) -> bool:
        """Whether it runs on the mean of many runners."""
        return self.curve in SPEEDS_MPS

    def simulation(self) -> tuple[Simulation, float]:
        """The run and its stride time. The same seed gives the same run, whatever the step."""
        rng = np.random.default_rng(self.seed)
        if self.is_mean_curve:
            near, far = (mean_strides(self.curve, self.strides + 1, rng, self.varied, self.step_deg) for _ in range(2))
        else:
            both = real_strides(TRUTH / "strides" / self.curve)
            # The far leg: the same runner's strides from the other end of the recording.
            near, far = both, replace(both, thigh_deg=np.roll(both.thigh_deg, len(both.thigh_deg) // 2, axis=0))
            near, far = (vary(leg, rng, self.step_deg) for leg in (near, far)) if self.varied else (near, far)
        return simulate(near, far, self.fps, self.faults, rng, float(rng.random())), near.stride_s


@dataclass(frozen=True)
class Identity:
    """Frames in which the legs were asked for, and how often they were right."""

    frames: int
    labels_right: int
    """Each of the model's labels given to the leg that it lay on, and none to a leg that it did not."""
    apart: int
    """Frames with the legs apart, in which it was asked which is behind."""
    order_right: int
    """Of those, published with the right leg behind; a frame without a measurement counts as wrong."""


@dataclass(frozen=True)
class Outcome:
    """What came of a case."""

    case: Case
    near: Score
    far: Score
    identity: Identity


def run(case: Case) -> Outcome:
    """Measure a case, frame by frame."""
    simulation, stride_s = case.simulation()
    gait = Gait()
    near: list[Reading] = []
    far: list[Reading] = []
    judged = [0, 0, 0, 0]
    for frame in simulation.frames:
        update = gait.update(frame.t_s, frame.labelled_near, frame.labelled_far)
        for readings, turn in ((near, update.near_turn), (far, update.far_turn)):
            if turn is not None:
                readings.append(_reading(turn, frame))
        if frame.t_s >= START_S:
            published = update.running and update.phase.concentration >= UNLOCKED
            labels_right = (update.near_label, update.far_label) in RIGHT_LABELS[frame.reading]
            order_right = published and behind(update.near.tracked_deg, update.far.tracked_deg) == behind_truly(frame)
            apart = behind_truly(frame) is not None
            for at, count in enumerate((True, labels_right, apart, apart and order_right)):
                judged[at] += count
    end_s = simulation.frames[-1].t_s
    return Outcome(
        case,
        score(simulation.near_peaks, near, stride_s, end_s, simulation.near_step),
        score(simulation.far_peaks, far, stride_s, end_s, simulation.far_step),
        Identity(*judged),
    )


def behind(near_deg: float, far_deg: float) -> bool:
    """Whether the near leg is behind the far one."""
    return near_deg < far_deg


def behind_truly(frame: Frame) -> bool | None:
    """The same in truth; None while the legs cross."""
    return None if abs(frame.near_deg - frame.far_deg) < APART_DEG else behind(frame.near_deg, frame.far_deg)


def _reading(turn: Turn, frame: Frame) -> Reading:
    return Reading(turn.peak.t_s, turn.peak.thigh_deg, frame.t_s)


# Which cases: some 26 strides of each run of 30 are judged.


def exact_cases(starts: int, strides: int = 16) -> list[Case]:
    """Row 1: the mean curves as they are, at several start phases."""
    return [Case(v, fps, 100 + seed, strides) for v in SPEEDS_MPS for fps in (30, 60, 120) for seed in range(starts)]


def mean_cases(faults: Faults, runs: int, paired: int, strides: int = 30) -> list[Case]:
    """Rows 2 and 3: varied peaks with a step; the first `paired` runs at each speed once more without the step."""
    cases = [
        Case(v, fps, 1000 * fps + 10 * seed + at, strides, faults, varied=True, step_deg=5.0)
        for at, v in enumerate(SPEEDS_MPS)
        for fps in (30, 60)
        for seed in range(runs)
    ]
    plain = [replace(case, step_deg=0.0) for case in cases if (case.seed - 1000 * case.fps) // 10 < paired]
    return cases + plain


def real_cases(faults: Faults, varied: bool) -> list[Case]:
    """Rows 2 and 3: the strides of real runners, as they are or varied with a step (and once more without it)."""
    cases = [
        Case(path.name, fps, 7000 + 100 * fps + at, 0, faults, varied, 5.0 if varied else 0.0)
        for fps in (30, 60)
        for at, path in enumerate(runner_files())
    ]
    return cases + ([replace(case, step_deg=0.0) for case in cases] if varied else [])

"""Given somebody who moves without running, then nothing is measured; a slow or limping runner is measured."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.landmarks import Landmarks
from capture.synthetic.kinematics import Runner, RunnerParameters
from tests.support.movers import Mover, cyclist, marcher, on_elliptical, on_stairs, walker
from tests.support.stick_runner import StickRunner
from wire.clock import s_to_ns
from wire.faults import SampleState
from wire.messages import Sample, Stamps, Stride

FPS = 30
SECONDS = 5
NOISE_PX = 2.5
"""Of each coordinate: 1.7 % of the trunk, as the pose model jitters."""


def measured(seen: Callable[[float], Landmarks], seconds: float = SECONDS) -> tuple[list[Sample], list[Stride]]:
    engine, rng, samples, strides = GaitEngine(), np.random.default_rng(1), [], []
    for index in range(round(seconds * FPS)):
        t_s = index / FPS
        landmarks = seen(t_s)
        noisy = Landmarks(landmarks.points_px + rng.normal(0, NOISE_PX, (33, 2)), landmarks.visibility)
        facts = FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s) + 1))
        sample, settled = engine.measure(facts, noisy)
        samples.append(sample)
        strides += settled
    return samples, strides


def runs(parameters: RunnerParameters | None = None) -> Callable[[float], Landmarks]:
    sticks, runner = StickRunner(), Runner(parameters or RunnerParameters())
    return lambda t_s: sticks.landmarks(runner.pose(t_s))


@pytest.mark.parametrize(
    "mover",
    [
        *(walker(115), walker(140), walker(130, bent_deg=20)),
        *(marcher(66), marcher(150)),
        *(cyclist(90), on_elliptical(140), on_stairs(90)),
    ],
)
def test_somebody_who_does_not_run_gives_no_stride(mover: Mover) -> None:
    samples, strides = measured(mover.landmarks)
    assert strides == []
    assert samples[-1].state is SampleState.NOT_RUNNING
    assert sum(sample.state is SampleState.MEASURING for sample in samples) < 0.1 * len(samples)


@pytest.mark.parametrize(
    "parameters",
    [
        RunnerParameters(extension_deg=5, knee_drive_deg=22, cadence_spm=180, knee_most_deg=90),
        RunnerParameters(extension_deg=12, knee_drive_deg=28, cadence_spm=130, knee_most_deg=78),
        RunnerParameters(extension_deg=14, knee_drive_deg=28, cadence_spm=150, knee_most_deg=65),
        RunnerParameters(extension_deg=18, far_extension_deg=7, cadence_spm=160),
        RunnerParameters(extension_deg=6),
    ],
    ids=["very small steps", "slow jogging", "loose trousers", "one leg extends little", "small extension"],
)
def test_a_runner_is_measured_however_slow_or_uneven(parameters: RunnerParameters) -> None:
    samples, strides = measured(runs(parameters))
    cadence_spm = parameters.cadence_spm
    assert samples[-1].state is SampleState.MEASURING
    for leg in ("near", "far"):
        peaks_s = [one.t_peak_ns / 1e9 for one in strides if one.leg == leg]
        assert len(peaks_s) >= SECONDS * cadence_spm / 120 - 2.5
        assert max(np.diff(peaks_s)) < 1.2 * 120 / cadence_spm


def test_the_strides_before_the_proof_are_published_with_it() -> None:
    _, strides = measured(runs())
    late = [one for one in strides if (one.t_known_ns - one.t_peak_ns) / 1e9 > 0.15]
    assert late
    assert len({one.t_known_ns for one in late}) == 1
    assert max(one.t_peak_ns for one in late) < s_to_ns(1.6)
    near = [one for one in strides if one.leg == "near"]
    assert [one.number for one in near] == list(range(1, len(near) + 1))
    assert all(earlier.t_peak_ns < later.t_peak_ns for earlier, later in pairwise(near))


def test_a_runner_who_goes_over_to_walking_is_not_measured_any_more() -> None:
    run, walk = runs(), walker(115)
    samples, strides = measured(lambda t_s: run(t_s) if t_s < 5 else walk.landmarks(t_s), seconds=12)
    assert samples[-1].state is SampleState.NOT_RUNNING
    assert max(one.t_peak_ns for one in strides) < s_to_ns(6.5)


def test_somebody_who_stands_with_legs_apart_is_still() -> None:
    held = runs()(0.3)
    samples, strides = measured(lambda _t_s: held)
    assert strides == []
    assert SampleState.MEASURING not in {sample.state for sample in samples}


def test_a_runner_who_starts_from_a_picture_that_stood_still_is_measured_at_once() -> None:
    run = runs()
    samples, strides = measured(lambda t_s: run(max(0.3, t_s - 2.0)), seconds=8)
    truth_s = [t_s + 2.0 for t_s, _ in Runner(RunnerParameters()).near_peaks(1.0, 5.5)]
    found_s = [one.t_peak_ns / 1e9 for one in strides if one.leg == "near"]
    assert all(min(abs(t_s - other) for other in found_s) < 0.05 for t_s in truth_s)
    assert min(found_s) > 2.3
    assert samples[-1].state is SampleState.MEASURING


def test_the_first_strides_after_walking_are_published_with_the_proof() -> None:
    walk, run = walker(115), runs()
    _, strides = measured(lambda t_s: walk.landmarks(t_s) if t_s < 4 else run(t_s), seconds=9)
    first_s = min(one.t_peak_ns for one in strides) / 1e9
    assert 4.0 < first_s < 5.6


def test_after_standing_it_must_be_seen_again_that_somebody_runs() -> None:
    run, walk, standing = runs(), walker(115), StickRunner(stand_s=99)

    def seen(t_s: float) -> Landmarks:
        if 5 <= t_s < 9:
            return standing.landmarks(standing.runner.pose(t_s))
        return run(t_s) if t_s < 5 else walk.landmarks(t_s)

    _, strides = measured(seen, seconds=14)
    assert max(one.t_peak_ns for one in strides) < s_to_ns(5.2)

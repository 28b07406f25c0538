"""Given a pose model that reads a runner otherwise in a mirror, then the angle is that of the middle, from frame to frame."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import Engine
from analysis.frame_facts import FrameFacts
from analysis.gait import Gait
from analysis.gait_curves import basis_row
from analysis.gait_phase import Candidate
from analysis.landmarks import HIPS, Landmarks
from analysis.mirror_difference import MirrorDifference, middle
from bench.accuracy_simulated import NOISE_DEG
from bench.gait_simulation import Faults, mean_strides, simulate
from bench.stride_score import Reading, Score, score
from tests.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import s_to_ns
from wire.messages import Stamps, Stride

STRIDE_S = 0.7031
"""Of the mean curve at 3.5 m/s."""
LEARNT_S = 5.0
AT_PEAK = (
    "hip_extension_deg",
    "hip_extension_trunk_deg",
    "knee_deg",
    "ankle_deg",
    "trunk_lean_deg",
    "standing_thigh_deg",
)


def _moved(leg: Candidate | None, more_deg: float) -> Candidate | None:
    return None if leg is None else replace(leg, thigh_deg=leg.thigh_deg + more_deg)


def measured(fps: float, seed: int, half_deg: float, told: bool) -> tuple[Score, float]:
    """A noisy run whose every other frame reads `half_deg` more and whose others as much less: its peaks, and how far the live
    angle still goes up and down (mean of the odd less mean of the even frames' errors)."""
    rng = np.random.default_rng(seed)
    near, far = (mean_strides("3.5", 30, rng, varied=True) for _ in range(2))
    simulation = simulate(near, far, fps, Faults(noise_deg=NOISE_DEG), rng, float(rng.random()))
    gait = Gait()
    readings: list[Reading] = []
    off_deg: tuple[list[float], list[float]] = ([], [])
    for at, frame in enumerate(simulation.frames):
        odd = at % 2 == 1
        more_deg = half_deg if odd else -half_deg
        near_leg, far_leg = (_moved(leg, more_deg) for leg in (frame.labelled_near, frame.labelled_far))
        update = gait.update(frame.t_s, near_leg, far_leg, odd if told else None)
        if update.near_turn is not None:
            readings.append(Reading(update.near_turn.peak.t_s, update.near_turn.peak.thigh_deg, frame.t_s))
        if frame.t_s > LEARNT_S and update.near.measured_deg is not None:
            off_deg[odd].append(update.near.measured_deg - frame.near_deg)
    end_s = simulation.frames[-1].t_s
    return score(simulation.near_peaks, readings, STRIDE_S, end_s, start_s=LEARNT_S), float(
        np.mean(off_deg[1]) - np.mean(off_deg[0])
    )


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("half_deg", [-2.0, 2.0])
def test_the_difference_is_learnt_and_taken_out(fps: int, half_deg: float) -> None:
    peaks, alternates_deg = measured(fps, 3, half_deg, told=True)
    assert (peaks.missed, peaks.invented) == (0, 0)
    assert abs(alternates_deg) < 0.8
    as_is, _ = measured(fps, 3, 0.0, told=False)
    assert np.mean(peaks.measured_deg) == pytest.approx(np.mean(as_is.measured_deg), abs=0.4)
    # The control: untold, it stays.
    _, alternates_deg = measured(fps, 3, half_deg, told=False)
    assert alternates_deg == pytest.approx(2 * half_deg, abs=0.8)


def test_where_the_model_reads_both_alike_nothing_is_made_up() -> None:
    told, alternates_deg = measured(30, 4, 0.0, told=True)
    untold, _ = measured(30, 4, 0.0, told=False)
    assert abs(alternates_deg) < 0.8
    assert np.std(told.measured_deg - told.true_deg) < 1.1 * np.std(untold.measured_deg - untold.true_deg)


@given(st.floats(-90, 90), st.floats(-90, 90), st.floats(0, 1))
def test_a_model_that_never_looks_in_a_mirror_is_left_alone(thigh_deg: float, expected_deg: float, phase: float) -> None:
    difference = MirrorDifference()
    assert difference.without(0.0, basis_row(phase), thigh_deg, expected_deg, None) == thigh_deg


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-60, 60), st.booleans()), max_size=200))
def test_whatever_comes_it_takes_out_no_more_than_a_model_can_be_off(frames: list[tuple[float, float, bool]]) -> None:
    difference = MirrorDifference()
    for at, (thigh_deg, expected_deg, mirrored) in enumerate(frames):
        t_s = at / 30
        left_deg = difference.without(t_s, basis_row(t_s / STRIDE_S), thigh_deg, expected_deg, mirrored)
        assert abs(left_deg - thigh_deg) < 20


def hips_moved(landmarks: Landmarks, forward_px: float, mirrored: bool | None) -> Landmarks:
    points_px = landmarks.points_px.copy()
    points_px[list(HIPS.values()), 0] += forward_px
    return Landmarks(points_px, landmarks.visibility, mirrored)


def stood_and_run(fps: float, apart_px: float | None) -> list[Stride]:
    """Near strides of a runner who stands first, whose hips lie so far apart in the two looks; None: there is one."""
    sticks, engine, strides = StickRunner(stand_s=4.0), Engine(), []
    runner = sticks.runner
    for index, t_s in enumerate(np.arange(0, 12, 1 / fps)):
        landmarks, odd = sticks.landmarks(runner.pose(float(t_s))), index % 2 == 1
        if apart_px is not None:
            landmarks = hips_moved(landmarks, apart_px / 2 if odd else -apart_px / 2, odd)
        facts = FrameFacts(1, index + 1, index, WIDTH_PX, HEIGHT_PX, Stamps(capture_ns=s_to_ns(float(t_s)) + 1))
        strides += engine.measure(facts, landmarks)[1]
    return [stride for stride in strides if stride.leg == "near" and stride.t_peak_ns > s_to_ns(7)]


@pytest.mark.parametrize("fps", [30, 60])
def test_all_angles_at_the_peak_and_their_zeros_are_the_middle_of_both_looks(fps: float) -> None:
    as_is, looked = stood_and_run(fps, None), stood_and_run(fps, apart_px=12.0)
    assert len(as_is) == len(looked) > 5
    for name in AT_PEAK:
        plain, both = (np.mean([getattr(stride, name) for stride in strides]) for strides in (as_is, looked))
        # 12 px are 5 degrees of thigh from look to look; knee and ankle move as much from frame to frame there.
        assert both == pytest.approx(plain, abs=2.5 if name in ("knee_deg", "ankle_deg") else 1.0), name
    assert np.std([stride.hip_extension_trunk_deg or 0.0 for stride in looked]) < 1.0


def test_neither_look_counts_more_than_the_other() -> None:
    assert middle([(True, 4.0), (False, 1.0), (True, 6.0)]) == 3.0
    assert middle([(False, 2.0)]) == 2.0
    assert middle([(None, 2.0), (None, 3.0), (None, 9.0)]) == 3.0
    assert middle([]) is None

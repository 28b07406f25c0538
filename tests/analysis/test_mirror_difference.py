"""Given a pose model that measures a mirrored runner differently, then every angle is the average of both views."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.frame_facts import FrameFacts
from analysis.gait.curves import basis_row
from analysis.gait.legs import Gait
from analysis.gait.mirror_difference import MirrorDifference, median_of_views
from analysis.gait.phase_filter import Candidate
from analysis.gait_engine import GaitEngine
from analysis.pose.landmarks import HIPS, Landmarks
from tests.support.gait_simulation import Faults, mean_strides, simulate
from tests.support.simulated_runs import NOISE_DEG
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from tests.support.stride_score import Reading, Score, score
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


def measured(fps: float, seed: int, half_deg: float, view_known: bool) -> tuple[Score, float]:
    """A noisy run in which odd frames measure `half_deg` more and even frames as much less: its peaks, and how much the live
    angle still alternates (mean error of the odd frames minus that of the even ones). `view_known`: the view is known."""
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
        update = gait.update(frame.t_s, near_leg, far_leg, odd if view_known else None)
        if update.near_turn is not None:
            readings.append(Reading(update.near_turn.peak.t_s, update.near_turn.peak.thigh_deg, frame.t_s))
        if frame.t_s > LEARNT_S and update.near.measured_deg is not None:
            off_deg[odd].append(update.near.measured_deg - frame.near_deg)
    end_s = simulation.frames[-1].t_s
    return score(simulation.near_peaks, readings, STRIDE_S, end_s, start_s=LEARNT_S), float(
        np.mean(off_deg[1]) - np.mean(off_deg[0])
    )


@pytest.mark.slow
@pytest.mark.parametrize(("fps", "half_deg"), [(24, 2.0), (30, -2.0), (60, 2.0)])
def test_the_difference_is_learnt_and_removed(fps: int, half_deg: float) -> None:
    peaks, alternates_deg = measured(fps, 3, half_deg, view_known=True)
    assert (peaks.missed, peaks.invented) == (0, 0)
    assert abs(alternates_deg) < 0.8
    as_is, _ = measured(fps, 3, 0.0, view_known=False)
    assert np.mean(peaks.measured_deg) == pytest.approx(np.mean(as_is.measured_deg), abs=0.4)
    # The control: with the view unknown it stays.
    _, alternates_deg = measured(fps, 3, half_deg, view_known=False)
    assert alternates_deg == pytest.approx(2 * half_deg, abs=0.8)


def test_without_a_difference_nothing_is_changed() -> None:
    known, alternates_deg = measured(30, 4, 0.0, view_known=True)
    unknown, _ = measured(30, 4, 0.0, view_known=False)
    assert abs(alternates_deg) < 0.8
    assert np.std(known.measured_deg - known.true_deg) < 1.1 * np.std(unknown.measured_deg - unknown.true_deg)


@given(st.floats(-90, 90), st.floats(-90, 90), st.floats(0, 1))
def test_without_mirrored_frames_the_angle_is_unchanged(thigh_deg: float, expected_deg: float, phase: float) -> None:
    difference = MirrorDifference()
    assert difference.correct(0.0, basis_row(phase), thigh_deg, expected_deg, None) == thigh_deg


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-60, 60), st.booleans()), max_size=200))
def test_the_correction_is_never_larger_than_the_error_of_a_model_can_be(frames: list[tuple[float, float, bool]]) -> None:
    difference = MirrorDifference()
    for at, (thigh_deg, expected_deg, mirrored) in enumerate(frames):
        t_s = at / 30
        left_deg = difference.correct(t_s, basis_row(t_s / STRIDE_S), thigh_deg, expected_deg, mirrored)
        assert abs(left_deg - thigh_deg) < 20


def hips_moved(landmarks: Landmarks, forward_px: float, mirrored: bool | None) -> Landmarks:
    points_px = landmarks.points_px.copy()
    points_px[list(HIPS.values()), 0] += forward_px
    return Landmarks(points_px, landmarks.visibility, mirrored)


def stood_and_run(fps: float, apart_px: float | None) -> list[Stride]:
    """Near strides of a runner who stands first and whose hips are this far apart in the two views; None: one view."""
    sticks, engine, strides = StickRunner(stand_s=4.0), GaitEngine(), []
    runner = sticks.runner
    for index, t_s in enumerate(np.arange(0, 12, 1 / fps)):
        landmarks, odd = sticks.landmarks(runner.pose(float(t_s))), index % 2 == 1
        if apart_px is not None:
            landmarks = hips_moved(landmarks, apart_px / 2 if odd else -apart_px / 2, odd)
        facts = FrameFacts(1, index + 1, index, WIDTH_PX, HEIGHT_PX, Stamps(capture_ns=s_to_ns(float(t_s)) + 1))
        strides += engine.measure(facts, landmarks)[1]
    return [stride for stride in strides if stride.leg == "near" and stride.t_peak_ns > s_to_ns(7)]


def mean_of(strides: list[Stride], column: str) -> float:
    values = [value for stride in strides if (value := stride.value(column)) is not None]
    assert len(values) == len(strides)
    return float(np.mean(values))


@pytest.mark.slow
@pytest.mark.parametrize("fps", [30, 60])
def test_all_angles_at_the_peak_and_their_zeros_are_the_average_of_both_views(fps: float) -> None:
    as_is, looked = stood_and_run(fps, None), stood_and_run(fps, apart_px=12.0)
    assert len(as_is) == len(looked) > 5
    for name in AT_PEAK:
        plain, both = (mean_of(strides, name) for strides in (as_is, looked))
        # 12 px are 5 degrees of thigh between the views; knee and ankle move as much from frame to frame there.
        assert both == pytest.approx(plain, abs=2.5 if name in ("knee_deg", "ankle_deg") else 1.0), name
    assert np.std([stride.value("hip_extension_trunk_deg") or 0.0 for stride in looked]) < 1.0


def test_both_views_count_equally() -> None:
    assert median_of_views([(True, 4.0), (False, 1.0), (True, 6.0)]) == 3.0
    assert median_of_views([(False, 2.0)]) == 2.0
    assert median_of_views([(None, 2.0), (None, 3.0), (None, 9.0)]) == 3.0
    assert median_of_views([]) is None

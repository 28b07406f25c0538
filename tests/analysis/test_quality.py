"""A stride that is measured badly falls below the gate under which it is never cued; one that is measured well does not."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.gait.peaks import Peak
from analysis.measures.quality import frame_quality, stride_quality
from analysis.pose.landmarks import HIPS, KNEES, Landmarks
from config.sections.analysis import AnalysisSettings
from tests.support.measured_sticks import every, measure, near
from tests.support.stick_runner import StickRunner
from wire.messages import Stride

GATE = AnalysisSettings().min_quality
SPOILT_FROM_S = 4.0
SHARES = st.floats(0, 1)


def peak(residual_deg: float = 1.0, seen: float = 1.0) -> Peak:
    return Peak(t_s=1.0, thigh_deg=-20.0, residual_deg=residual_deg, frames=10, seen=seen)


def spoilt_later(spoil: Callable[[Landmarks], Landmarks | None]) -> tuple[list[Stride], list[Stride]]:
    """The near strides of a runner whose landmarks are spoilt from a moment on: those before it, and those well after it."""
    sticks = StickRunner()
    _, strides = measure(sticks, every(8, 60), lambda t_s, landmarks: landmarks if t_s < SPOILT_FROM_S else spoil(landmarks))
    peaks_s = [(stride.t_peak_ns / 1e9, stride) for stride in near(strides)]
    return [one for t_s, one in peaks_s if t_s < SPOILT_FROM_S - 0.2], [one for t_s, one in peaks_s if t_s > SPOILT_FROM_S + 1]


def hidden(landmarks: Landmarks) -> Landmarks:
    """The model is unsure of every point."""
    return Landmarks(landmarks.points_px, 0.2 * landmarks.visibility)


def shaken(rng: np.random.Generator) -> Callable[[Landmarks], Landmarks]:
    """Hips and knees jump about, by more than a third of a thigh."""

    def shake(landmarks: Landmarks) -> Landmarks:
        points_px = landmarks.points_px.copy()
        for pair in (HIPS, KNEES):
            points_px[[*pair.values()]] += rng.normal(0, 50, (2, 2))
        return Landmarks(points_px, landmarks.visibility)

    return shake


@pytest.mark.parametrize("spoil", [hidden, shaken(np.random.default_rng(1))], ids=["hidden", "shaken"])
def test_a_runner_who_is_measured_badly_has_no_stride_that_is_cued(spoil: Callable[[Landmarks], Landmarks]) -> None:
    before, after = spoilt_later(spoil)
    assert len(before) > 2
    assert len(after) > 2
    assert min(stride.quality for stride in before) > 0.9
    assert max(stride.quality for stride in after) < GATE


@given(concentration=SHARES, visibility=SHARES, residual_deg=st.floats(0, 30), seen=SHARES)
def test_no_doubt_raises_the_quality(concentration: float, visibility: float, residual_deg: float, seen: float) -> None:
    frame = frame_quality(concentration, visibility, measured=True)
    stride = stride_quality(peak(residual_deg, seen), frame)
    assert 0 <= stride <= frame <= min(1, concentration)
    assert frame_quality(concentration, visibility, measured=False) == pytest.approx(frame / 2)
    for doubtful in (
        frame_quality(0.9 * concentration, visibility, True),
        frame_quality(concentration, 0.9 * visibility, True),
    ):
        assert doubtful <= frame
    for worse in (peak(residual_deg + 1, seen), peak(residual_deg, 0.9 * seen)):
        assert stride_quality(worse, frame) <= stride


def test_a_fit_that_describes_no_thigh_has_no_quality_and_the_noise_of_a_pose_model_costs_none() -> None:
    assert stride_quality(peak(residual_deg=2.5), 0.9) == pytest.approx(0.9)
    assert 0 < stride_quality(peak(residual_deg=6.0), 0.9) < GATE
    assert stride_quality(peak(residual_deg=8.0), 0.9) == 0


def test_frames_in_which_the_leg_was_not_seen_cost_quality() -> None:
    assert stride_quality(peak(seen=0.25), 0.9) < GATE < stride_quality(peak(seen=0.75), 0.9)

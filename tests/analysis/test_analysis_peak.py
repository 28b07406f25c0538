"""Given frames around a turn of the thigh, then the peak depends neither on the frame rate nor on a few outliers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.gait.curves import GaitCurve
from analysis.gait.peaks import fit_peak
from analysis.gait.tracks import TrackPoint

RATE_HZ = 1.42
GRID = np.arange(2000) / 2000
CURVE = GaitCurve.thigh()
TURN = float(GRID[CURVE.at(GRID).argmin()])
TRUE_DEG = float(CURVE.at(GRID).min())


def around_turn(fps: float, offset_s: float, shift_deg: float = 0.0, noise_deg: float = 0.0, seed: int = 0) -> list[TrackPoint]:
    """Frames from 0.4 s before to 0.07 s after a turn at 10 s."""
    rng = np.random.default_rng(seed)
    points = []
    for t_s in np.arange(9.6 + offset_s, 10.07, 1 / fps):
        phase = TURN + RATE_HZ * (t_s - 10)
        expected = float(CURVE.at(np.array([phase]))[0])
        measured = expected + shift_deg + rng.normal(0, noise_deg)
        points.append(TrackPoint(float(t_s), phase, measured, expected, measured))
    return points


@given(fps=st.floats(20, 240), offset_s=st.floats(0, 0.05), shift_deg=st.floats(-8, 8))
@settings(deadline=None)
def test_an_unusually_deep_or_shallow_peak_is_measured_at_any_frame_rate(fps: float, offset_s: float, shift_deg: float) -> None:
    peak = fit_peak(around_turn(fps, offset_s, shift_deg), CURVE, 10.01, RATE_HZ, noise_deg=0.3)
    assert peak is not None
    assert peak.thigh_deg == pytest.approx(TRUE_DEG + shift_deg, abs=0.15)
    assert peak.t_s == pytest.approx(10.0, abs=0.005)


@pytest.mark.parametrize("fps", [30, 60, 120])
@pytest.mark.slow
def test_noise_does_not_deepen_the_peak(fps: float) -> None:
    errors = []
    for seed in range(300):
        peak = fit_peak(around_turn(fps, 0.0, 0.0, 2.0, seed), CURVE, 10.0, RATE_HZ)
        assert peak is not None
        errors.append(peak.thigh_deg - TRUE_DEG)
    # An unfiltered maximum would be off by 0.8° at 30 fps and 1.7° at 60.
    assert abs(np.mean(errors)) < 0.3
    assert np.std(errors) < 1.3


def test_a_landmark_on_the_handrail_gets_little_weight() -> None:
    points = around_turn(60, 0.0)
    spoilt = [
        TrackPoint(p.t_s, p.phase, p.expected_deg + 20, p.expected_deg, p.tracked_deg) if i == len(points) - 6 else p
        for i, p in enumerate(points)
    ]
    peak = fit_peak(spoilt, CURVE, 10.0, RATE_HZ)
    assert peak is not None
    assert peak.thigh_deg == pytest.approx(TRUE_DEG, abs=1.0)


def test_a_frame_without_trust_does_not_count() -> None:
    points = around_turn(60, 0.0)
    spoilt = [
        TrackPoint(p.t_s, p.phase, p.expected_deg + 6, p.expected_deg, p.tracked_deg, trust=0.0)
        if len(points) - i in (5, 6)
        else p
        for i, p in enumerate(points)
    ]
    peak = fit_peak(spoilt, CURVE, 10.0, RATE_HZ)
    assert peak is not None
    assert peak.thigh_deg == pytest.approx(TRUE_DEG, abs=0.05)


def test_too_few_frames_give_no_peak() -> None:
    blind = [TrackPoint(p.t_s, p.phase, None, p.expected_deg, p.tracked_deg) for p in around_turn(60, 0.0)]
    assert fit_peak(blind, CURVE, 10.0, RATE_HZ) is None

"""Given a pose model that reads a runner otherwise in a mirror, then the angle is that of the middle, from frame to frame."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.gait import Gait
from analysis.gait_curves import basis_row
from analysis.gait_phase import Candidate
from analysis.mirror_difference import MirrorDifference
from bench.accuracy_simulated import NOISE_DEG
from bench.gait_simulation import Faults, mean_strides, simulate
from bench.stride_score import Reading, Score, score

STRIDE_S = 0.7031
"""Of the mean curve at 3.5 m/s."""
LEARNT_S = 5.0


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

"""Given the phase of a running stride, then the next turn of the near thigh is predicted, with the spread of past errors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.gait.curves import GaitCurve
from analysis.gait.legs import Gait
from analysis.gait.phase_filter import PhaseEstimate
from analysis.gait.prediction import LEAD_S, LEAST_STRIDES, MOST_SD_S, PeakPredictor, Prediction
from tests.support.gait_simulation import Faults, mean_strides, simulate

CURVE = GaitCurve.thigh()
TURN = float(np.argmin(CURVE.at(np.arange(10_000) / 10_000)) / 10_000)
SETTLES_AFTER_S = 0.07


@dataclass
class Predicted:
    """A prediction made in a run, when it was made, and the true peak that followed."""

    at_s: float
    prediction: Prediction | None
    true_s: float

    @property
    def error_s(self) -> float:
        assert self.prediction is not None
        return self.prediction.t_s - self.true_s


def run(
    rate_hz: Callable[[float], float],
    seconds: float = 20.0,
    fps: float = 30.0,
    offset_turns: float = 0.0,
    noise_turns: float = 0.0,
    sure: Callable[[float], bool] = lambda _: True,
    seed: int = 1,
) -> list[Predicted]:
    """A runner whose stride rate changes over time, and a phase that is off by an offset and noise."""
    rng = np.random.default_rng(seed)
    fine_s = np.arange(0, seconds + 2, 0.001)
    phase = np.cumsum([rate_hz(t) * 0.001 for t in fine_s])
    peaks_s = [float(fine_s[i]) for i in np.flatnonzero(np.diff(np.floor(phase - TURN)) > 0)]
    predictor, made, settled = PeakPredictor(), [], 0
    for t_s in np.arange(0.2, seconds, 1 / fps).tolist():
        while peaks_s[settled] + SETTLES_AFTER_S <= t_s:
            predictor.settle(peaks_s[settled])
            settled += 1
        at = float(np.interp(t_s, fine_s, phase)) + offset_turns + rng.normal(0, noise_turns)
        estimate = PhaseEstimate(at % 1.0, 0.99 if sure(t_s) else 0.7, rate_hz(t_s), np.array([1.0, 0, 0, 0]))
        found = predictor.update(t_s, estimate, CURVE)
        made.append(Predicted(t_s, found, next(peak for peak in peaks_s if peak > t_s)))
    return made


def in_time(made: list[Predicted], from_s: float = 5.0) -> list[Predicted]:
    """For each peak the last prediction that came early enough to play."""
    last = {one.true_s: one for one in made if one.at_s >= from_s and one.true_s - one.at_s >= LEAD_S}
    return [one for one in last.values() if one.prediction is not None]


@settings(max_examples=25, deadline=None)
@given(
    cadence_spm=st.floats(130, 215),
    fps=st.sampled_from([15.0, 30.0, 60.0]),
    offset_turns=st.floats(-0.05, 0.05),
    noise_turns=st.floats(0, 0.008),
    seed=st.integers(0, 1000),
)
def test_a_steady_runner_is_predicted_to_15_ms_whatever_the_phase_is_off_by(
    cadence_spm: float, fps: float, offset_turns: float, noise_turns: float, seed: int
) -> None:
    found = in_time(run(lambda _: cadence_spm / 120, 20.0, fps, offset_turns, noise_turns, seed=seed))
    errors_ms = np.array([1000 * one.error_s for one in found])
    assert len(found) >= 13
    assert errors_ms.std() <= 15
    assert abs(errors_ms.mean()) <= 5


def test_a_runner_who_speeds_up_is_followed() -> None:
    found = in_time(run(lambda t_s: 1.3 + 0.01 * max(0.0, t_s - 6.0), offset_turns=0.03))
    assert max(abs(one.error_s) for one in found) <= 0.015


def test_the_reported_spread_is_the_true_spread() -> None:
    found = in_time(run(lambda _: 1.4, seconds=40, noise_turns=0.012), from_s=15)
    true_sd_s = float(np.std([one.error_s for one in found]))
    reported_sd_s = float(np.mean([one.prediction.sd_s for one in found if one.prediction is not None]))
    assert reported_sd_s == pytest.approx(true_sd_s, rel=0.4)


def test_at_the_start_nothing_is_predicted_until_some_strides_have_been_scored() -> None:
    made = run(lambda _: 1.4)
    first_s = next(one.at_s for one in made if one.prediction is not None)
    assert (LEAST_STRIDES - 1) / 1.4 <= first_s <= (LEAST_STRIDES + 2) / 1.4


def test_an_uncertain_phase_gives_no_prediction_and_is_not_scored() -> None:
    made = run(lambda _: 1.4, sure=lambda t_s: t_s < 10)
    assert all(one.prediction is None for one in made if one.at_s >= 10)
    assert any(one.prediction is not None for one in made if one.at_s < 10)


def test_predictions_that_are_far_off_are_withheld() -> None:
    made = run(lambda _: 1.4, seconds=30, noise_turns=0.15)
    late = [one for one in made if one.at_s >= 10]
    assert sum(one.prediction is None for one in late) >= 0.9 * len(late)
    assert all(one.prediction.sd_s <= MOST_SD_S for one in late if one.prediction is not None)


@settings(max_examples=25, deadline=None)
@given(
    rates_hz=st.lists(st.floats(0.8, 2.0), min_size=2, max_size=6),
    noise_turns=st.floats(0, 0.3),
    fps=st.floats(10, 120),
    seed=st.integers(0, 1000),
)
def test_a_prediction_always_lies_ahead_and_within_one_stride(
    rates_hz: list[float], noise_turns: float, fps: float, seed: int
) -> None:
    def rate_hz(t_s: float) -> float:
        return rates_hz[int(t_s) % len(rates_hz)]

    for one in run(rate_hz, 12.0, fps, noise_turns=noise_turns, seed=seed):
        if one.prediction is not None:
            assert one.at_s < one.prediction.t_s <= one.at_s + 1.3 / rate_hz(one.at_s)


def test_nothing_is_learnt_from_a_peak_without_a_prediction() -> None:
    predictor = PeakPredictor()
    for peak_s in (1.0, 2.0, 3.0):
        predictor.settle(peak_s)
    assert (predictor.strides, predictor.bias_s, predictor.sd_s) == (0, 0.0, 0.0)


@pytest.mark.parametrize("fps", [30, 60])
@pytest.mark.slow
def test_with_the_gait_filter_and_2_degrees_of_noise_a_peak_is_predicted_to_15_ms(fps: int) -> None:
    rng = np.random.default_rng(3)
    near, far = (mean_strides("2.5", 30, rng, varied=True) for _ in range(2))
    simulated = simulate(near, far, fps, Faults(noise_deg=2.0), rng, start=0.3)
    gait, predictor, made = Gait(), PeakPredictor(), []
    peaks_s = [peak_s for peak_s, _ in simulated.near_peaks]
    for frame in simulated.frames:
        update = gait.update(frame.t_s, frame.labelled_near, frame.labelled_far)
        if update.near_turn is not None:
            predictor.settle(update.near_turn.peak.t_s)
        found = predictor.update(frame.t_s, update.phase, gait.phase.near_thigh)
        ahead = [peak_s for peak_s in peaks_s if peak_s > frame.t_s]
        if ahead:
            made.append(Predicted(frame.t_s, found, ahead[0]))
    errors_ms = np.array([1000 * one.error_s for one in in_time(made)])
    assert len(errors_ms) >= 18
    assert errors_ms.std() <= 15
    assert abs(errors_ms.mean()) <= 5

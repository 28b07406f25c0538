"""Given simulated runners with known peaks, the limits of docs/accuracy.md hold: a small part of `python -m bench.accuracy`."""

from functools import cache

import pytest

from tests.support.gait_simulation import SPEEDS_MPS, Faults
from tests.support.simulated_runs import (
    DELAY_LIMIT_MS,
    NOISE_DEG,
    SD_LIMIT_DEG,
    SPOILT,
    Case,
    Outcome,
    exact_cases,
    mean_cases,
    run,
)
from tests.support.stride_score import Pool, slope, step_shown

pytestmark = pytest.mark.slow

NOISY = Faults(noise_deg=NOISE_DEG)
RATES = (30, 60)


@cache
def outcome(case: Case) -> Outcome:
    return run(case)


def outcomes(faults: Faults, fps: int) -> list[Outcome]:
    """One run at each speed, some 18 strides each, with a step of 5° in the middle."""
    return [outcome(case) for case in mean_cases(faults, runs=1, paired=0, strides=22) if case.fps == fps]


@pytest.mark.parametrize("speed_mps", SPEEDS_MPS)
def test_exact_landmarks_give_exact_peaks(speed_mps: str) -> None:
    chosen = [outcome(case).near for case in exact_cases(starts=1, strides=8) if case.curve == speed_mps]
    pool = Pool(chosen)
    assert (pool.missed, pool.invented) == (0, 0)
    assert pool.worst_deg <= 0.2


@pytest.mark.parametrize(("faults", "slack"), [(NOISY, 1.0), (SPOILT, 1.5)], ids=["noise", "noise, swaps, collapses"])
@pytest.mark.parametrize("fps", RATES)
def test_noisy_peaks_are_unbiased_and_follow_the_truth(fps: int, faults: Faults, slack: float) -> None:
    found = outcomes(faults, fps)
    pool = Pool([one.near for one in found])
    assert (pool.missed, pool.invented) == (0, 0)
    # With so few strides, bias and SD are uncertain by their standard errors; the benchmark measures a thousand.
    standard_error_deg = pool.sd_deg / pool.found**0.5
    assert abs(pool.bias_deg) <= 0.3 * slack + standard_error_deg
    assert pool.sd_deg <= SD_LIMIT_DEG[fps] * slack * (1 + (2 * pool.found) ** -0.5)
    gain, _ = slope([[one.near] for one in found])
    assert gain == pytest.approx(1.0, abs=0.05 * slack)


@pytest.mark.parametrize("fps", RATES)
def test_corrupted_labels_are_corrected(fps: int) -> None:
    judged = [one.identity for one in outcomes(SPOILT, fps)]
    assert sum(one.order_right for one in judged) >= 0.995 * sum(one.apart for one in judged)
    assert sum(one.labels_right for one in judged) >= 0.995 * sum(one.frames for one in judged)


@pytest.mark.parametrize("fps", RATES)
def test_a_step_is_shown_in_full_by_the_second_stride(fps: int) -> None:
    stepped, plain = (Case("3.5", fps, 4, 16, NOISY, varied=True, step_deg=step_deg) for step_deg in (5.0, 0.0))
    assert step_shown([(outcome(stepped).near, outcome(plain).near)], after=2) >= 0.95


@pytest.mark.parametrize("fps", RATES)
def test_a_peak_is_settled_in_time(fps: int) -> None:
    pool = Pool([one.near for one in outcomes(NOISY, fps)])
    assert pool.delay(100) <= DELAY_LIMIT_MS[fps]

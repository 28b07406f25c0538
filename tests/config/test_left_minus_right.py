"""Left minus right of two cameras is stated with an interval that holds the true difference in 95 of 100 cases."""

import math

import numpy as np
import pytest

from config.left_minus_right import COMPARED_STRIDES, MIN_STRIDES, combined, error_of_difference, left_minus_right
from config.reference import CAMERA_PAIR_CHANGE_RMS, CAMERA_PAIR_RMS_DEG, NEAR_PAIR_CHANGE_RMS, NEAR_PAIR_RMS_DEG

SCATTER_DEG = 0.8
"""From stride to stride, of one leg."""
LEFT, RIGHT = [15.0, 15.5, 15.0, 15.5, 15.25], [12.0, 12.5, 12.0, 12.5, 12.25]


@pytest.mark.parametrize(
    ("strides", "with_far_legs", "cameras_deg", "share", "calibration_sd_deg"),
    [
        (COMPARED_STRIDES, False, NEAR_PAIR_RMS_DEG, NEAR_PAIR_CHANGE_RMS, 0.0),
        (MIN_STRIDES, False, math.hypot(CAMERA_PAIR_RMS_DEG, 0.6), NEAR_PAIR_CHANGE_RMS, 0.6),
        (MIN_STRIDES, True, CAMERA_PAIR_RMS_DEG, CAMERA_PAIR_CHANGE_RMS, 0.0),
        (COMPARED_STRIDES, True, CAMERA_PAIR_RMS_DEG, CAMERA_PAIR_CHANGE_RMS, 0.6),
    ],
)
def test_the_interval_holds_the_true_difference_in_95_of_100_cases(
    strides: int, with_far_legs: bool, cameras_deg: float, share: float, calibration_sd_deg: float
) -> None:
    rng = np.random.default_rng(1)
    true_deg, cases, held = 3.0, 1000, 0
    cameras_sd_deg = math.hypot(cameras_deg, share * true_deg)
    for _ in range(cases):
        shown_deg = true_deg + rng.normal(0, cameras_sd_deg)
        left, right = rng.normal(15, SCATTER_DEG, (2, strides)) + np.array([[shown_deg], [0.0]])
        far = (list(left - 2), list(right - 2)) if with_far_legs else ((), ())
        stated = left_minus_right(list(left), list(right), calibration_sd_deg, *far)
        assert stated is not None
        held += abs(stated.difference - true_deg) <= stated.ci95
    assert 0.93 <= held / cases <= 0.98


def test_far_legs_scatter_counts_as_much_as_near_legs_and_does_not_average_out() -> None:
    """The cameras see the same strides: with far legs as steady as near ones the error is that of one pair alone."""
    both, near = combined(4.0, 3.5), combined(4.0)
    assert both.error_deg(0.2, 0.2) == pytest.approx(0.2)
    assert both.error_deg(0.2, 0.6) == pytest.approx(0.4)
    assert near.error_deg(0.2, 0.6) == pytest.approx(0.2)


def test_each_leg_contributes_its_own_scatter_and_number_of_strides() -> None:
    steady, scattered = [1.0] * 8, [0.0, 2.0] * 8
    error_of_mean_deg = np.std(scattered, ddof=1) / 4
    assert error_of_difference(steady, scattered) == pytest.approx(error_of_mean_deg)
    assert error_of_difference(scattered, steady) == pytest.approx(error_of_mean_deg)
    assert error_of_difference(scattered, scattered) == pytest.approx(math.sqrt(2) * error_of_mean_deg)


def test_left_with_more_extension_is_positive() -> None:
    one, other = left_minus_right(LEFT, RIGHT), left_minus_right(RIGHT, LEFT)
    assert one is not None
    assert other is not None
    assert one.difference == -other.difference == pytest.approx(3.0)


@pytest.mark.parametrize("lacking", range(4))
def test_only_the_last_strides_count_and_far_legs_only_if_there_are_enough(lacking: int) -> None:
    legs = [LEFT * 2, RIGHT * 2, [value - 1 for value in LEFT] * 2, [value - 2 for value in RIGHT] * 2]
    whole = left_minus_right(legs[0], legs[1], far_left=legs[2], far_right=legs[3])
    longer = [[90.0, *leg] for leg in legs]
    assert left_minus_right(longer[0], longer[1], far_left=longer[2], far_right=longer[3]) == whole
    legs[lacking] = legs[lacking][: MIN_STRIDES - 1]
    fewer = left_minus_right(legs[0], legs[1], far_left=legs[2], far_right=legs[3])
    assert fewer == (None if lacking < 2 else left_minus_right(legs[0], legs[1]))
    assert fewer != whole

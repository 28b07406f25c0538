"""Left minus right of two legs, each seen near by a camera on its own side: as far as the last strides tell. Pure.

What the cameras add to its uncertainty stands here once, for screen, console and report (docs/two-cameras.md).
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from config.reference import CAMERA_PAIR_CHANGE_RMS, CAMERA_PAIR_RMS_DEG, SIDE_LIMIT_DEG, Z95

COMPARED_STRIDES = 10
MIN_STRIDES = 5
T_95 = 2.306
"""Student's t for 95 %, two-sided, of `MIN_STRIDES` of each leg (8 degrees of freedom); with more strides it is smaller.

A number, because the screen would spend a quarter of a second and 12 MB on loading SciPy for it; a test compares the two.
"""


@dataclass(frozen=True)
class Difference:
    """Left minus right of two near legs, with half its 95 % interval."""

    difference: float
    ci95: float


def left_minus_right(left: Sequence[float], right: Sequence[float], calibration_sd_deg: float = 0.0) -> Difference | None:
    """Of the last `COMPARED_STRIDES` values of each leg, degrees; None: too few, or too uncertain to be stated.

    `calibration_sd_deg`: as for `cameras_sd_deg`.

    >>> left_minus_right([15.0, 15.5, 15.0, 15.5, 15.25], [12.0, 12.5, 12.0, 12.5, 12.25]).difference
    3.0
    """
    left, right = left[-COMPARED_STRIDES:], right[-COMPARED_STRIDES:]
    if min(len(left), len(right)) < MIN_STRIDES:
        return None
    difference = statistics.fmean(left) - statistics.fmean(right)
    ci95 = math.hypot(T_95 * error_of_difference(left, right), Z95 * cameras_sd_deg(difference, calibration_sd_deg))
    return Difference(difference, ci95) if ci95 < SIDE_LIMIT_DEG else None


def cameras_sd_deg(difference_deg: float, calibration_sd_deg: float = 0.0) -> float:
    """What two cameras, each zeroed while standing, add to the uncertainty of such a difference: standard deviation, deg.

    `calibration_sd_deg`: of the cameras' own difference, where it has been measured and taken out (hipcue calibrate-sides).
    """
    return math.hypot(CAMERA_PAIR_RMS_DEG, CAMERA_PAIR_CHANGE_RMS * difference_deg, calibration_sd_deg)


def error_of_difference(one: Sequence[float], other: Sequence[float]) -> float:
    """Standard error of the difference of two means."""
    return math.sqrt(statistics.variance(one) / len(one) + statistics.variance(other) / len(other))

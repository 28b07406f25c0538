"""Left minus right from the last strides of two legs, each seen near by the camera on its side. Pure.

Each camera also sees the other leg far, so the difference is measured twice, by the near legs and by the far ones. What one
camera reads too much in both legs, such as its zero or its yaw, makes one of the two too large and the other too small, so it
cancels in their mean.
Screen, console and report all use this calculation and its uncertainty (docs/two-cameras.md).
"""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from config.measures import MEASURES
from config.reference import (
    CAMERA_PAIR_CHANGE_RMS,
    CAMERA_PAIR_RMS_DEG,
    FAR_PAIR_APART_DEG,
    FAR_PAIR_APART_SHARE,
    NEAR_PAIR_CHANGE_RMS,
    NEAR_PAIR_RMS_DEG,
    SIDE_LIMIT_DEG,
    Z95,
)

COMPARED_STRIDES = 10
MIN_STRIDES = 5
T_95 = 2.306
"""Student's t for 95 %, two-sided, of `MIN_STRIDES` of each leg (8 degrees of freedom); with more strides it is smaller.

A number, because the screen would spend a quarter of a second and 12 MB on loading SciPy for it; a test compares the two.
"""


LARGEST = 1e6
"""A value beyond it is none: MessagePack also carries infinities and NaN."""


class MeasuredStride(Protocol):
    """A stride as it is published."""

    @property
    def quality(self) -> float:
        """Between 0 and 1."""

    def value(self, column: str) -> float | None:
        """The value of a measure by its column; None: it was not taken."""


@dataclass(frozen=True)
class Difference:
    """Left minus right, with half its 95 % interval."""

    difference: float
    ci95: float


@dataclass(frozen=True)
class Combined:
    """Left minus right from near and far legs together, degrees."""

    difference_deg: float
    cameras_sd_deg: float
    """The cameras' contribution to its uncertainty: standard deviation."""
    by_far_legs: bool
    """Whether the far legs count, too."""

    def error_deg(self, near_deg: float, far_deg: float) -> float:
        """Standard error from those of both; they share their strides, so the scatter does not average out."""
        return (near_deg + far_deg) / 2 if self.by_far_legs else near_deg


def left_minus_right(
    left: Sequence[float],
    right: Sequence[float],
    calibration_sd_deg: float = 0.0,
    far_left: Sequence[float] = (),
    far_right: Sequence[float] = (),
) -> Difference | None:
    """The difference over the last `COMPARED_STRIDES` of each leg, degrees; None: too few or too uncertain.

    `far_left`, `far_right`: the same legs from the camera that sees them far. `calibration_sd_deg`: as for `combined`.

    >>> left_minus_right([15.0, 15.5, 15.0, 15.5, 15.25], [12.0, 12.5, 12.0, 12.5, 12.25]).difference
    3.0
    """
    near, far = ([legs[-COMPARED_STRIDES:] for legs in pair] for pair in ((left, right), (far_left, far_right)))
    if min(map(len, near)) < MIN_STRIDES:
        return None
    has_far = min(map(len, far)) >= MIN_STRIDES
    found = combined(_less(*near), _less(*far) if has_far else None, calibration_sd_deg)
    strides_deg = found.error_deg(error_of_difference(*near), error_of_difference(*far) if has_far else 0.0)
    ci95 = math.hypot(T_95 * strides_deg, Z95 * found.cameras_sd_deg)
    return Difference(found.difference_deg, ci95) if ci95 < SIDE_LIMIT_DEG else None


def trusted_values(strides: Iterable[MeasuredStride], measure: str, min_quality: float) -> list[float]:
    """The values of a measure, of the strides that are good enough to count; of an unknown measure there are none."""
    if measure not in MEASURES:
        return []
    values = (one.value(MEASURES[measure].column) for one in strides if one.quality >= min_quality)
    return [value for value in values if value is not None and abs(value) < LARGEST]


def combined(near_deg: float, far_deg: float | None = None, calibration_sd_deg: float = 0.0) -> Combined:
    """Combine left minus right of the near legs and of the far ones (None: not measured), each zeroed in standing.

    `calibration_sd_deg`: standard deviation of the cameras' own difference, where it has been measured and corrected
    (hipcue calibrate-sides); 0: it has not. It cancels where the far legs count.

    >>> combined(4.0, 3.0).difference_deg, combined(4.0, 12.0).difference_deg
    (3.5, 4.0)
    """
    apart_deg = math.inf if far_deg is None else far_deg - near_deg
    by_far_legs = abs(apart_deg) <= math.hypot(FAR_PAIR_APART_DEG, FAR_PAIR_APART_SHARE * near_deg)
    if by_far_legs:
        difference_deg = near_deg + apart_deg / 2
        return Combined(difference_deg, math.hypot(CAMERA_PAIR_RMS_DEG, CAMERA_PAIR_CHANGE_RMS * difference_deg), True)
    cameras_deg = math.hypot(CAMERA_PAIR_RMS_DEG, calibration_sd_deg) if calibration_sd_deg else NEAR_PAIR_RMS_DEG
    return Combined(near_deg, math.hypot(cameras_deg, NEAR_PAIR_CHANGE_RMS * near_deg), False)


def error_of_difference(one: Sequence[float], other: Sequence[float]) -> float:
    """Standard error of the difference of two means."""
    return math.sqrt(statistics.variance(one) / len(one) + statistics.variance(other) / len(other))


def _less(left: Sequence[float], right: Sequence[float]) -> float:
    return statistics.fmean(left) - statistics.fmean(right)

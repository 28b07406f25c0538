"""The means of the left and the right leg, if their strides are steady enough.

With one camera their difference is not stated: it sees the far one of two equal legs up to 3° off (docs/sessions.md, near minus
far), as much as the legs of healthy runners differ. Steady strides do not change that. Two cameras each see a leg near.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from config.reference import CAMERA_PAIR_CHANGE_RMS, CAMERA_PAIR_RMS_DEG, SIDE_LIMIT_DEG, Z95

COMPARED_STRIDES = 10
MIN_STRIDES = 5
MAX_UNCERTAINTY_DEG = SIDE_LIMIT_DEG
"""The far leg is not shown if its strides leave the difference less certain than this."""
T_95 = 2.306
"""Student's t for 95 %, two-sided, of `MIN_STRIDES` of each leg (8 degrees of freedom); with more strides it is smaller.

A number, because the screen would spend a quarter of a second and 12 MB on loading SciPy for it; a test compares the two.
"""


@dataclass(frozen=True)
class Sides:
    """Means of the two legs. The far one is None while its strides vary too much."""

    near: float | None = None
    far: float | None = None

    @property
    def far_less_near(self) -> float | None:
        """The far leg's apparent excess, including the camera's error; None without a far leg."""
        return None if self.near is None or self.far is None else self.far - self.near


UNKNOWN_SIDES = Sides()


@dataclass(frozen=True)
class Difference:
    """Left minus right of two near legs, with half its 95 % interval."""

    difference: float
    ci95: float


def left_minus_right(left: Sequence[float], right: Sequence[float]) -> Difference | None:
    """Of the last `COMPARED_STRIDES` values of each leg, degrees; None: too few, or too uncertain to be stated.

    >>> left_minus_right([15.0, 15.5, 15.0, 15.5, 15.25], [12.0, 12.5, 12.0, 12.5, 12.25]).difference
    3.0
    """
    left, right = left[-COMPARED_STRIDES:], right[-COMPARED_STRIDES:]
    if min(len(left), len(right)) < MIN_STRIDES:
        return None
    difference = statistics.fmean(left) - statistics.fmean(right)
    cameras = math.hypot(CAMERA_PAIR_RMS_DEG, CAMERA_PAIR_CHANGE_RMS * difference)
    ci95 = math.hypot(T_95 * _error(left, right), Z95 * cameras)
    return Difference(difference, ci95) if ci95 < SIDE_LIMIT_DEG else None


def compare(near: Sequence[float], far: Sequence[float]) -> Sides:
    """The means of the last `COMPARED_STRIDES` values of each leg.

    The uncertainty that the strides contribute is half the 95 % interval of the difference of the two means.

    >>> compare([17.0, 18.0, 17.0, 18.0, 17.5], [15.0, 15.5, 15.0, 15.5, 15.25]).far_less_near
    -2.25
    """
    near, far = near[-COMPARED_STRIDES:], far[-COMPARED_STRIDES:]
    if len(near) < MIN_STRIDES:
        return UNKNOWN_SIDES
    mean = statistics.fmean(near)
    if len(far) < MIN_STRIDES:
        return Sides(mean)
    if not T_95 * _error(near, far) < MAX_UNCERTAINTY_DEG:
        return Sides(mean)
    return Sides(mean, statistics.fmean(far))


def _error(one: Sequence[float], other: Sequence[float]) -> float:
    """Standard error of the difference of two means."""
    return math.sqrt(statistics.variance(one) / len(one) + statistics.variance(other) / len(other))

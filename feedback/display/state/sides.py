"""The means of the left and the right leg, if their strides are steady enough.

With one camera their difference is not stated: it may read the far one of two equal legs up to 3° wrong (docs/sessions.md, near
minus far), as much as the legs of healthy runners differ. Steady strides do not change that. Two cameras each see a leg near.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from config.left_minus_right import COMPARED_STRIDES, MIN_STRIDES, T_95, error_of_difference
from config.reference import SIDE_LIMIT_DEG

MAX_UNCERTAINTY_DEG = SIDE_LIMIT_DEG
"""The far leg is not shown if its strides leave the difference less certain than this."""


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
    if not T_95 * error_of_difference(near, far) < MAX_UNCERTAINTY_DEG:
        return Sides(mean)
    return Sides(mean, statistics.fmean(far))

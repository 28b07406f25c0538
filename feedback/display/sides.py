"""Left and right side by side, where the strides are steady enough.

How much they differ is not said: of equal legs the camera sees the far one up to 3° off (docs/sessions.md, near minus far),
as much as the legs of healthy runners differ. Steady strides do not mend that.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

COMPARED_STRIDES = 10
LEAST_STRIDES = 5
MOST_UNCERTAINTY_DEG = 3.0
"""A far leg whose strides leave the difference less certain than this is not shown."""
T_95 = 2.31
"""Student's t for 95 %, two-sided, of two times five strides (8 degrees of freedom); with more it is smaller."""


@dataclass(frozen=True)
class Sides:
    """Means of the two legs. The far one is None while its strides scatter too much."""

    near: float | None = None
    far: float | None = None

    @property
    def far_less_near(self) -> float | None:
        """How much more the far leg seems to have, the camera's part included; None without it."""
        return None if self.near is None or self.far is None else self.far - self.near


UNKNOWN_SIDES = Sides()


def compare(near: Sequence[float], far: Sequence[float]) -> Sides:
    """The last `COMPARED_STRIDES` values of each leg.

    The strides' part of the uncertainty is half the 95 % interval of the difference of two means.

    >>> compare([17.0, 18.0, 17.0, 18.0, 17.5], [15.0, 15.5, 15.0, 15.5, 15.25]).far_less_near
    -2.25
    """
    near, far = near[-COMPARED_STRIDES:], far[-COMPARED_STRIDES:]
    if len(near) < LEAST_STRIDES:
        return UNKNOWN_SIDES
    mean = statistics.fmean(near)
    if len(far) < LEAST_STRIDES:
        return Sides(mean)
    error = math.sqrt(statistics.variance(near) / len(near) + statistics.variance(far) / len(far))
    if not T_95 * error < MOST_UNCERTAINTY_DEG:
        return Sides(mean)
    return Sides(mean, statistics.fmean(far))

"""The middle of what the pose model reads in a picture and in its mirror image, at which it looks in turn.

The networks place hip and knee otherwise in a mirrored picture, by 1 to 3° of thigh on real runners. What lies in the middle
does not depend on which way the runner faces. Of the thigh half of the difference, as it is over the stride, is taken out of
each look, so that the angle does not go up and down from picture to picture; what is read over several frames is the mean of
both looks' medians.
"""

from collections.abc import Iterable

import numpy as np

from analysis.gait_curves import GaitCurve
from analysis.landmarks import Floats

# How large half the difference may be, its mean over the stride and its first harmonics (standard deviations, degrees).
_SPREAD_DEG = (2.0, 1.5, 0.7)
_COEFFICIENTS = 2 * len(_SPREAD_DEG) - 1
_MEMORY_S = 6.0
_NOISE_DEG = 4.0
_MOST_OFF_DEG = 18.0
"""What is further off the gait curve is a point thrown off."""


class MirrorDifference:
    """What one leg's thigh angle differs by; learns while the runner runs."""

    def __init__(self) -> None:
        self._half = GaitCurve(np.zeros(_COEFFICIENTS), _SPREAD_DEG, _MEMORY_S)
        self._last_s: float | None = None

    def without(self, t_s: float, row: Floats, thigh_deg: float, expected_deg: float, mirrored: bool | None) -> float:
        """A measured angle as if seen both ways; learns from it.

        `row`: harmonics at the leg's phase (`basis_row`); `expected_deg`: the gait curve there, which stands for both looks.
        `mirrored`: None, the model never looks in a mirror: the angle is left as it is.
        """
        if mirrored is None:
            return thigh_deg
        side = row[:_COEFFICIENTS] if mirrored else -row[:_COEFFICIENTS]
        dt_s, self._last_s = (0.0 if self._last_s is None else t_s - self._last_s), t_s
        if abs(thigh_deg - expected_deg) <= _MOST_OFF_DEG:
            self._half.learn(side, thigh_deg - expected_deg, _NOISE_DEG, dt_s)
        return thigh_deg - float(side @ self._half.coefficients)


def middle(looks: Iterable[tuple[bool | None, float]]) -> float | None:
    """The middle of values that were read over several frames, each with its frame's look: neither look counts more.

    The median of the one look where there is no other; None: nothing was read.
    """
    by_look: dict[bool | None, list[float]] = {}
    for mirrored, value in looks:
        by_look.setdefault(mirrored, []).append(value)
    return float(np.mean([np.median(values) for values in by_look.values()])) if by_look else None

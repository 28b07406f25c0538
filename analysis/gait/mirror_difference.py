"""Averages what the pose model measures in plain and in mirrored frames, which alternate.

In a mirror image the networks place hip and knee differently, by 1 to 3° of thigh on real runners. The average of both views
does not depend on the way the runner faces. Half of the difference between the views, as a curve over the stride, is removed
from each thigh angle, so that the angle does not alternate from frame to frame. Values read over several frames are the mean
of the two medians, one per view.
"""

from collections.abc import Iterable
from statistics import fmean, median

import numpy as np

from analysis.gait.curves import GaitCurve
from analysis.pose.landmarks import Floats

# How large half the difference may be, its mean over the stride and its first harmonics (standard deviations, degrees).
_SPREAD_DEG = (2.0, 1.5, 0.7)
_COEFFICIENTS = 2 * len(_SPREAD_DEG) - 1
_NOISE_DEG = 4.0
_MOST_OFF_DEG = 18.0
"""An angle further off the gait curve than this is an outlier of the pose model."""


class MirrorDifference:
    """Half the difference between the views in the thigh angle of one leg, learnt while the runner runs."""

    def __init__(self) -> None:
        self._half = GaitCurve(np.zeros(_COEFFICIENTS), _SPREAD_DEG)
        self._last_s: float | None = None

    def correct(self, t_s: float, row: Floats, thigh_deg: float, expected_deg: float, mirrored: bool | None) -> float:
        """The average of both views, estimated from an angle measured in one of them; also updates the difference.

        `row`: harmonics at the leg's phase (`basis_row`); `expected_deg`: the gait curve there, the average of both views.
        `mirrored`: the view; None: there is only one, and the angle is returned unchanged.
        """
        if mirrored is None:
            return thigh_deg
        side = row[:_COEFFICIENTS] if mirrored else -row[:_COEFFICIENTS]
        dt_s, self._last_s = (0.0 if self._last_s is None else t_s - self._last_s), t_s
        if abs(thigh_deg - expected_deg) <= _MOST_OFF_DEG:
            self._half.learn(side, thigh_deg - expected_deg, _NOISE_DEG, dt_s)
        return thigh_deg - float(side @ self._half.coefficients)


def median_of_views(values: Iterable[tuple[bool | None, float]]) -> float | None:
    """The mean of the medians of the two views, so that both count equally; None: there are no values.

    `values`: the view (`Landmarks.mirrored`) and the value of each frame.
    """
    by_view: dict[bool | None, list[float]] = {}
    for mirrored, value in values:
        by_view.setdefault(mirrored, []).append(value)
    return float(fmean(median(view) for view in by_view.values())) if by_view else None

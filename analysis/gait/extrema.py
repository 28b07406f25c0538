"""The minimum or maximum of a noisy curve: the vertex of a parabola through the samples around the extreme one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_HALF_WIDTH_S = 0.06
_LEAST_SAMPLES = 4


@dataclass(frozen=True)
class Extremum:
    """A minimum or maximum of a curve."""

    t_s: float
    value: float
    bend: float
    """Coefficient of the parabola, per square second; + at a minimum."""

    def at(self, t_s: float) -> float:
        """The parabola at a nearby time."""
        return self.value + self.bend * (t_s - self.t_s) ** 2


def lowest(t_s: Sequence[float], values: Sequence[float]) -> Extremum | None:
    """The minimum of samples in order of time; None: too few samples, or the curve does not turn within them."""
    return _turn(t_s, values, 1.0)


def highest(t_s: Sequence[float], values: Sequence[float]) -> Extremum | None:
    """The maximum of samples in order of time; None as for `lowest`."""
    return _turn(t_s, values, -1.0)


def _turn(t_s: Sequence[float], values: Sequence[float], sign: float) -> Extremum | None:
    if len(t_s) < _LEAST_SAMPLES:
        return None
    t, y = np.asarray(t_s, dtype=np.float64), sign * np.asarray(values, dtype=np.float64)
    middle = t[int(np.argmin(y))]
    near = np.abs(t - middle) <= _HALF_WIDTH_S
    if near.sum() < _LEAST_SAMPLES:
        near = np.argsort(np.abs(t - middle))[:_LEAST_SAMPLES]
    bend, slope, level = np.polyfit(t[near] - middle, y[near], 2)
    if bend <= 0:
        return None
    at = -slope / (2 * bend)
    if not t[0] <= middle + at <= t[-1]:
        return None
    return Extremum(float(middle + at), float(sign * (level - slope**2 / (4 * bend))), float(sign * bend))

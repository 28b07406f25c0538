"""Periodic curves of one stride: a few harmonics fitted to hand-read points, scaled to exact extremes."""

import cmath
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_GRID = 400
_NEWTON_STEPS = 4


class PeriodicCurve:
    """A real curve over phase (1.0 is one stride): a sum of harmonics, scaled so that its extremes are 0 and 1.

    `points` are "percent:value" pairs: percent of the stride, increasing within 0–100, and a value in any unit. Straight lines
    join them; keeping only the first `harmonics` harmonics of these gives a smooth curve near the points.
    """

    def __init__(self, points: str, harmonics: int) -> None:
        percent, values = np.array([pair.split(":") for pair in points.split()], dtype=float).T
        grid = np.arange(_GRID) / _GRID
        spectrum = np.fft.rfft(np.interp(grid, percent / 100, values, period=1.0)) / _GRID
        self._terms = [complex(spectrum[0])] + [2 * complex(term) for term in spectrum[1 : harmonics + 1]]
        samples = [self._sum(self._terms, phase) for phase in grid]
        self.lowest_phase = self._extreme_near(float(grid[int(np.argmin(samples))]))
        self.highest_phase = self._extreme_near(float(grid[int(np.argmax(samples))]))
        low, high = self._sum(self._terms, self.lowest_phase), self._sum(self._terms, self.highest_phase)
        self._terms = [term / (high - low) for term in self._terms]
        self._terms[0] -= low / (high - low)

    def __call__(self, phase: float) -> float:
        """The curve at `phase` (in strides, any real number): 0 to 1."""
        return self._sum(self._terms, phase)

    def between(self, low: float, high: float, phase: float) -> float:
        """The curve at `phase`, scaled so that its extremes are `low` and `high`."""
        return low + (high - low) * self(phase)

    def sampled(self, phases: NDArray[np.float64]) -> NDArray[np.float64]:
        """The curve at many phases; the result has the shape of `phases`."""
        return np.array([self(float(phase)) for phase in phases.ravel()]).reshape(phases.shape)

    def _extreme_near(self, phase: float) -> float:
        """The phase near `phase` at which the slope is zero, by Newton's method, because peaks must be exact."""
        slope = [2j * math.pi * k * term for k, term in enumerate(self._terms)]
        bend = [2j * math.pi * k * term for k, term in enumerate(slope)]
        for _ in range(_NEWTON_STEPS):
            phase -= self._sum(slope, phase) / self._sum(bend, phase)
        return phase % 1.0

    @staticmethod
    def _sum(terms: Sequence[complex], phase: float) -> float:
        """Real part of the sum of terms[k]·exp(2πi·k·phase), by Horner's method."""
        turn = cmath.exp(2j * math.pi * phase)
        total = 0j
        for term in reversed(terms):
            total = total * turn + term
        return total.real

"""Thigh and knee angle over the stride: Fourier series that adapt to the runner.

A curve is a Fourier series over the phase of the stride (in turns, 0 at this leg's initial contact). It starts from the mean
of 28 treadmill runners and is updated by recursive least squares, so it fits the runner within a few strides.
"""

import numpy as np

from analysis.pose.landmarks import Floats
from config.reference import KNEE_DEG, THIGH_DEG

# The mean curves at 3.5 m/s, the prior for every runner.
MEAN_THIGH_DEG = np.array(THIGH_DEG[3.5])
MEAN_KNEE_DEG = np.array(KNEE_DEG[3.5])
HARMONICS = len(MEAN_THIGH_DEG) // 2
_FORGETTING_S = 60.0
"""A curve without measurements becomes as uncertain as the mean of all runners in about this time. With measurements it is
always learning a little: it follows a change within some strides."""

# How far runner, camera and pose model may deviate from that mean (standard deviations per harmonic, degrees).
_THIGH_SPREAD_DEG = (8.0, 8.0, 3.0, 1.5, 0.8, 0.5, 0.4, 0.3)
_KNEE_SPREAD_DEG = (10.0, 10.0, 6.0, 3.0, 1.5, 1.0, 0.8, 0.6)


_ORDERS = 2 * np.pi * np.arange(1, HARMONICS + 1)


def basis(phase: Floats) -> Floats:
    """The harmonics at phases of shape (n,), in turns; shape (n, 1 + 2 * HARMONICS)."""
    turns = phase[:, None] * _ORDERS
    rows = np.ones((len(phase), 1 + 2 * HARMONICS))
    rows[:, 1::2] = np.cos(turns)
    rows[:, 2::2] = np.sin(turns)
    return rows


def basis_row(phase: float) -> Floats:
    """The harmonics at one phase; shape (1 + 2 * HARMONICS,)."""
    turns = phase * _ORDERS
    row = np.empty(1 + 2 * HARMONICS)
    row[0] = 1.0
    row[1::2] = np.cos(turns)
    row[2::2] = np.sin(turns)
    return row


_GRID_PHASES = 200
_GRID_ROWS = basis(np.arange(_GRID_PHASES) / _GRID_PHASES)


class GaitCurve:
    """One periodic curve and its uncertainty."""

    def __init__(self, mean_deg: Floats, spread_deg: tuple[float, ...]) -> None:
        variances = [spread_deg[0] ** 2]
        for spread in spread_deg[1:]:
            variances += [spread**2 / 2, spread**2 / 2]
        self._mean_deg, self._prior = mean_deg, np.diag(variances)
        self.reset()

    @classmethod
    def thigh(cls) -> "GaitCurve":
        """A thigh angle against vertical."""
        return cls(MEAN_THIGH_DEG, _THIGH_SPREAD_DEG)

    @classmethod
    def knee(cls) -> "GaitCurve":
        """A knee flexion angle."""
        return cls(MEAN_KNEE_DEG, _KNEE_SPREAD_DEG)

    def reset(self) -> None:
        """Forget the runner: back to the mean of all runners."""
        # `learn` replaces these arrays and never writes into them.
        self.coefficients, self._covariance = self._mean_deg, self._prior
        self._lowest_phase: float | None = None
        """Cached; None: the curve has changed since."""

    def at(self, phase: Floats) -> Floats:
        """Degrees at phases of shape (n,), in turns; shape (n,)."""
        values: Floats = basis(phase) @ self.coefficients
        return values

    def lowest_phase(self) -> float:
        """The phase of the minimum, in turns: the vertex of a parabola through the lowest three of many points."""
        if self._lowest_phase is None:
            self._lowest_phase = self._find_lowest_phase()
        return self._lowest_phase

    def _find_lowest_phase(self) -> float:
        values = _GRID_ROWS @ self.coefficients
        at = int(np.argmin(values))
        before, lowest, after = values[at - 1], values[at], values[(at + 1) % _GRID_PHASES]
        bend = before - 2 * lowest + after
        return float((at + (0.5 * (before - after) / bend if bend > 0 else 0.0)) / _GRID_PHASES % 1.0)

    def variance_deg2(self, rows: Floats) -> Floats:
        """Variance of the curve at the phases of these basis rows (n, m); shape (n,), square degrees."""
        variance: Floats = np.einsum("ij,ij->j", self._covariance @ rows.T, rows.T)
        return variance

    def learn(self, row: Floats, value_deg: float, noise_deg: float, dt_s: float) -> None:
        """Update the curve with one measurement at the phase of this basis row, `dt_s` after the last one."""
        # Uncertainty never grows beyond the prior: a component that is not excited stays as certain as the mean of all runners.
        forgotten = min(0.1, dt_s / _FORGETTING_S)
        covariance = self._covariance + forgotten * (self._prior - self._covariance)
        along = covariance @ row
        gain = along / (row @ along + noise_deg**2)
        self.coefficients = self.coefficients + gain * (value_deg - row @ self.coefficients)
        self._lowest_phase = None
        self._covariance = covariance - gain[:, None] * along

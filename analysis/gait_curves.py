"""What a leg's thigh and knee do over a stride: harmonic curves that learn the runner.

A curve is a Fourier series over the phase of the stride (0: this leg's initial contact, in turns). It starts from the mean
of 28 treadmill runners and is updated by recursive least squares, so it bends to the runner within a few strides.
"""

import numpy as np

from analysis.landmarks import Floats

HARMONICS = 7

# Fourier coefficients (mean, then cosine and sine of each harmonic, degrees) fitted to the mean curves at 3.5 m/s of
# Fukuchi, Fukuchi & Duarte 2017 (PeerJ 5:e3298, data CC BY 4.0): thigh against vertical and knee.
# With 5 harmonics the peak would come out 0.1 to 0.2° too deep at every speed, with 7 it is within 0.1°.
MEAN_THIGH_DEG = np.array([7.63, 21.42, -17.40, -5.55, 6.21, -2.10, 2.20, -0.08, 0.07, -0.41, 0.09, -0.02, -0.06, -0.05, -0.21])
MEAN_KNEE_DEG = np.array(
    [47.17, -17.31, -30.50, -13.38, 22.99, -4.77, 2.23, -0.90, 0.49, -0.71, 0.81, -0.21, -0.17, 0.00, -0.25]
)

# How far a runner, a camera and the pose model may be from that mean (standard deviations per harmonic, degrees).
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


def squares(rows: Floats) -> Floats:
    """The products of every two harmonics in basis rows (n, m), for `GaitCurve.variance_deg2`; shape (n, m * m)."""
    products: Floats = (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)
    return products


class GaitCurve:
    """One periodic curve with its uncertainty."""

    def __init__(self, mean_deg: Floats, spread_deg: tuple[float, ...], memory_s: float) -> None:
        self.coefficients = mean_deg.copy()
        variances = [spread_deg[0] ** 2]
        for spread in spread_deg[1:]:
            variances += [spread**2 / 2, spread**2 / 2]
        self._prior = np.diag(variances)
        self._covariance = self._prior.copy()
        self._memory_s = memory_s
        self._lowest_phase: float | None = None
        """As last asked for; None: the curve has changed since."""

    @classmethod
    def thigh(cls, memory_s: float) -> "GaitCurve":
        """A thigh angle against vertical."""
        return cls(MEAN_THIGH_DEG, _THIGH_SPREAD_DEG, memory_s)

    @classmethod
    def knee(cls, memory_s: float) -> "GaitCurve":
        """A knee flexion."""
        return cls(MEAN_KNEE_DEG, _KNEE_SPREAD_DEG, memory_s)

    def at(self, phase: Floats) -> Floats:
        """Degrees at phases of shape (n,), in turns; shape (n,)."""
        values: Floats = basis(phase) @ self.coefficients
        return values

    def lowest_phase(self) -> float:
        """Where the curve is lowest, in turns: by a parabola through the lowest three of many points."""
        if self._lowest_phase is None:
            self._lowest_phase = self._find_lowest_phase()
        return self._lowest_phase

    def _find_lowest_phase(self) -> float:
        values = _GRID_ROWS @ self.coefficients
        at = int(np.argmin(values))
        before, lowest, after = values[at - 1], values[at], values[(at + 1) % _GRID_PHASES]
        bend = before - 2 * lowest + after
        return float((at + (0.5 * (before - after) / bend if bend > 0 else 0.0)) / _GRID_PHASES % 1.0)

    def variance_deg2(self, squared_rows: Floats) -> Floats:
        """How uncertain the curve is where the basis rows were whose `squares` these are; shape (n,), square degrees."""
        # Not `@`: just large enough for BLAS to wake its threads, which takes far longer than the sum.
        variance: Floats = np.einsum("ij,j->i", squared_rows, self._covariance.ravel())
        return variance

    def learn(self, row: Floats, value_deg: float, noise_deg: float, dt_s: float) -> None:
        """Take in one measurement at the phase of this basis row; what is older than `memory_s` fades."""
        # Forgetting that never grows beyond the prior: an unexcited direction keeps what runners in general do.
        fade = min(1.0, dt_s / self._memory_s)
        covariance = self._covariance + (0.1 * fade) * (self._prior - self._covariance)
        along = covariance @ row
        gain = along / (row @ along + noise_deg**2)
        self.coefficients = self.coefficients + gain * (value_deg - row @ self.coefficients)
        self._lowest_phase = None
        self._covariance = covariance - gain[:, None] * along

"""The peak of hip extension: a fit around the turn of the thigh, whose value does not depend on the frame rate.

The thigh near its turn is the runner's own curve, shifted in time and changed by a little: offset, gain, shift and a
cubic of time are found by least squares with priors (ridge regression), outliers weighted down (Huber 1964). With many
frames the data decide; with few, the curve fills in, so 15 frames per second give the same number as 120, only noisier.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.gait_curves import GaitCurve
from analysis.landmarks import Floats
from analysis.leg_track import TrackPoint

BEFORE_S = 0.2
BEFORE_TURNS = 0.28
"""The fit reaches this far back from the turn: so much time, and at a high cadence no more than this share of the stride."""
NOISE_DEG = 2.0
# How wrong curve and cubic may be at the far end of the window; near the turn, where they are fitted, not at all.
_MISFIT_DEG = 3.0
_HUBER = 1.5
_ROUNDS = 4
# Prior standard deviations: offset (deg), gain (relative), shift in time (turns), and slope, bend and third power of time over
# the window (deg).
_PRIOR_SD = np.array([6.0, 0.15, 0.01, 3.0, 3.0, 2.0])
_GRID_S = 0.001


@dataclass(frozen=True)
class Peak:
    """A turn of the thigh from backward to forward."""

    t_s: float
    thigh_deg: float
    """Negative: behind the body."""
    residual_deg: float
    """Root mean square of the frames around the fit."""
    frames: int
    """Measured frames in the fit."""
    seen: float
    """Share of the frames in the window that were measured, 0 to 1."""


def fit_peak(
    points: Sequence[TrackPoint], curve: GaitCurve, turn_s: float, rate_hz: float, noise_deg: float = NOISE_DEG
) -> Peak | None:
    """The turn near `turn_s`, from the frames of one leg (in order of time) around it. None: too little was seen.

    `rate_hz`: strides per second. `noise_deg` is the standard deviation of one measured angle: with less of it the fit trusts
    the frames more.
    """
    before_s = min(BEFORE_S, BEFORE_TURNS / rate_hz)
    window = [point for point in points if point.t_s >= turn_s - before_s]
    seen = [point for point in window if point.measured_deg is not None]
    if len(seen) < 3:
        return None
    t = np.array([point.t_s for point in seen]) - turn_s
    angle = np.array([point.measured_deg for point in seen], dtype=np.float64)
    rate, phase_at_turn = np.polyfit([p.t_s - turn_s for p in window], [p.phase for p in window], 1)
    middle = float(curve.coefficients[0])

    def design(at: Floats) -> tuple[Floats, Floats]:
        phase = phase_at_turn + rate * at
        expected = curve.at(phase)
        slope_per_turn = (curve.at(phase + 0.005) - curve.at(phase - 0.005)) / 0.01
        scaled = at / before_s
        columns = [np.ones_like(at), expected - middle, slope_per_turn, scaled, scaled**2, scaled**3]
        return expected, np.stack(columns, axis=1)

    expected, rows = design(t)
    prior = np.diag(1.0 / _PRIOR_SD**2)
    trust = np.array([point.trust for point in seen]) / (1 + (_MISFIT_DEG / noise_deg * (t / before_s) ** 2) ** 2)
    weights = trust
    solution = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        weighted = rows * weights[:, None]
        solution = np.linalg.solve(weighted.T @ rows / noise_deg**2 + prior, weighted.T @ (angle - expected) / noise_deg**2)
        residual = np.abs(angle - expected - rows @ solution) / noise_deg
        weights = trust * np.where(residual <= _HUBER, 1.0, _HUBER / np.maximum(residual, 1e-9))
    grid = np.arange(-before_s, float(window[-1].t_s - turn_s) + _GRID_S / 2, _GRID_S)
    grid_expected, grid_rows = design(grid)
    fitted = grid_expected + grid_rows @ solution
    at = int(np.argmin(fitted))
    if at in (0, len(grid) - 1):
        return None
    residual_deg = float(np.sqrt(np.average((residual * noise_deg) ** 2, weights=weights)))
    return Peak(turn_s + float(grid[at]), float(fitted[at]), residual_deg, len(seen), len(seen) / len(window))

"""The peak of hip extension: a fit around the turn of the thigh whose value does not depend on the frame rate.

Near its turn the thigh follows the runner's own curve with small changes: offset, gain, a shift in time and a cubic of time,
found by least squares with priors (ridge regression) and reduced weights for outliers (Huber 1964). With many frames the data
dominate; with few, the curve fills in, so 15 frames per second give the same value as 120, only noisier.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.gait.curves import GaitCurve
from analysis.gait.tracks import TrackPoint
from analysis.pose.landmarks import Floats

BEFORE_S = 0.2
BEFORE_TURNS = 0.28
"""The fit starts this long before the turn, and at a high cadence no more than this share of the stride before it."""
NOISE_DEG = 2.0
# The error of curve and cubic at the far end of the window; near the turn, where they are fitted, there is none.
_MISFIT_DEG = 3.0
_HUBER = 1.5
_ROUNDS = 4
# Prior standard deviations: offset (deg), gain (relative), shift in time (turns), and slope, bend and third power of time over
# the window (deg).
_PRIOR_SD = np.array([6.0, 0.15, 0.01, 3.0, 3.0, 2.0])
_GRID_S = 0.001
_LEAST_BEFORE = 0.4
"""Share of the time before the turn that must have been tracked: a leg found in mid-swing has not turned."""


@dataclass(frozen=True)
class Peak:
    """A turn of the thigh from backward to forward."""

    t_s: float
    thigh_deg: float
    """Negative: behind the body."""
    residual_deg: float
    """Root mean square of the residuals of the frames."""
    frames: int
    """Measured frames in the fit."""
    seen: float
    """Share of the frames in the window that were measured, 0 to 1."""


def fit_peak(
    points: Sequence[TrackPoint], curve: GaitCurve, turn_s: float, rate_hz: float, noise_deg: float = NOISE_DEG
) -> Peak | None:
    """The turn near `turn_s`, from the frames of one leg (in order of time) around it. None: too few were measured, or only
    those just before the turn.

    `rate_hz`: strides per second. `noise_deg`: standard deviation of one measured angle; the lower it is, the more the fit
    relies on the frames.
    """
    before_s = min(BEFORE_S, BEFORE_TURNS / rate_hz)
    window = [point for point in points if point.t_s >= turn_s - before_s]
    seen = [point for point in window if point.measured_deg is not None]
    if len(seen) < 3 or window[0].t_s > turn_s - _LEAST_BEFORE * before_s:
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

"""Predicts the next turn of the near thigh, so that a sound can coincide with the push-off instead of following it.

Phase and rate of the gait give the time. Every settled stride gives the error of its prediction: the mean error is subtracted
from later predictions, and their spread is reported with them. Pure: time is an argument.
"""

from dataclasses import dataclass

import numpy as np

from analysis.gait.curves import GaitCurve
from analysis.gait.phase_filter import PhaseEstimate
from config.reference import SHORTEST_STRIDE_S

LEAD_S = 0.12
"""A prediction is scored as it was this long before the peak. A later one comes too late to play: pose model, coach and sound
buffer take 30 to 60 ms, and the previous frame was up to 33 ms earlier."""
SURE = 0.9
"""Concentration of the phase below which nothing is predicted."""
LEAST_STRIDES = 4
"""No prediction is reported before this many have been scored."""
MOST_SD_S = 0.04
"""A twentieth of a stride: a tone further off would mark another phase of the stride."""
_LEARNING = 0.15
"""Weight of the newest stride in the running mean and spread, which thus follow the last dozen strides."""
_OFFSET_LEARNING = 0.3
"""Weight of the newest stride in the offset, which drifts while the curve is learnt: two strides follow half of a change."""
_FAR_OFF_S = 0.15
"""A prediction further off than this was of another stride: it counts as a failure and does not change the offset."""
_KEPT = 3
"""Predicted peaks kept until they settle, besides the newest one."""


@dataclass(frozen=True)
class Prediction:
    """The next peak of extension of the near leg."""

    t_s: float
    sd_s: float
    """Standard deviation of the earlier predictions from the measured peaks."""


class PeakPredictor:
    """Follows one runner. Call `update` for every frame and `settle` for every settled peak.

    `strides`, `bias_s` and `sd_s` describe the predictions made `LEAD_S` before the peak: their number, and mean and standard
    deviation of predicted minus measured time, with the offset known at the time already subtracted.
    """

    def __init__(self) -> None:
        self.strides = 0
        self.bias_s = 0.0
        self._variance_s2 = 0.0
        self._offset_s = 0.0
        self._offered: list[tuple[float, float]] = []
        """Predictions of the peaks that are not settled yet: (with the offset subtracted, without)."""

    @property
    def sd_s(self) -> float:
        """Standard deviation of the error, seconds."""
        return float(np.sqrt(self._variance_s2))

    def update(self, t_s: float, phase: PhaseEstimate, near_thigh: GaitCurve) -> Prediction | None:
        """The next peak as predicted from this frame; None: too uncertain."""
        if phase.concentration < SURE:
            self._offered.clear()
            return None
        ahead_turns = (near_thigh.lowest_phase() - phase.phase) % 1.0
        raw_s = t_s + ahead_turns / phase.rate_hz
        peak_s = raw_s - self._offset_s
        if peak_s <= t_s:
            peak_s += 1.0 / phase.rate_hz
            raw_s += 1.0 / phase.rate_hz
        if peak_s - t_s >= LEAD_S:
            self._offer(peak_s, raw_s)
        if self.strides < LEAST_STRIDES or self.sd_s > MOST_SD_S:
            return None
        return Prediction(peak_s, self.sd_s)

    def settle(self, peak_s: float) -> float | None:
        """Score the prediction of a peak now measured: predicted minus measured, seconds; None: there was none to report."""
        if not self._offered:
            return None
        near = [offer for offer in self._offered if abs(offer[0] - peak_s) <= _FAR_OFF_S]
        self._offered = [offer for offer in self._offered if offer[0] > peak_s + _FAR_OFF_S]
        if not near:
            self._variance_s2 += _LEARNING * (_FAR_OFF_S**2 - self._variance_s2)
            return None
        predicted_s, raw_s = min(near, key=lambda offer: abs(offer[0] - peak_s))
        error_s = predicted_s - peak_s
        self.strides += 1
        # At first all strides count the same, later the newest counts more.
        weight = max(_OFFSET_LEARNING, 1.0 / self.strides)
        self._offset_s += weight * (raw_s - peak_s - self._offset_s)
        if self.strides == 1:
            # The first error is the offset of the phase, subtracted from now on; it is no measure of the spread.
            return None
        weight = max(_LEARNING, 1.0 / (self.strides - 1))
        self.bias_s += weight * (error_s - self.bias_s)
        self._variance_s2 += weight * (error_s**2 - self._variance_s2)
        return error_s if self.strides > LEAST_STRIDES else None

    def _offer(self, peak_s: float, raw_s: float) -> None:
        """Keep the latest prediction of each peak; one that never settles is dropped after `_KEPT` more."""
        self._offered = self._offered[-_KEPT:]
        if self._offered and abs(self._offered[-1][0] - peak_s) < SHORTEST_STRIDE_S / 2:
            self._offered[-1] = peak_s, raw_s
        else:
            self._offered.append((peak_s, raw_s))

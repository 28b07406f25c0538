"""When the near leg's thigh will turn next, so that a sound can fall ON the push-off instead of after it.

The rhythm's phase and rate say when; every stride that settles says how far off that was: the mean of it is taken out of the
next predictions, the spread is told with them. Pure: time is an argument.
"""

from dataclasses import dataclass

import numpy as np

from analysis.cadence import SHORTEST_STRIDE_S
from analysis.gait_curves import GaitCurve
from analysis.gait_phase import PhaseEstimate

LEAD_S = 0.12
"""A prediction is judged as it was this long before the peak: a later one could no longer be played (pose model, coach and
sound buffer take 30 to 60 ms, the frame before it was up to 33 ms earlier)."""
SURE = 0.9
"""Concentration of the phase below which nothing is predicted."""
LEAST_STRIDES = 4
"""Strides whose prediction has been judged, before one is told."""
MOST_SD_S = 0.04
"""A twentieth of a stride: a tone further off would point at another phase of it."""
_LEARNING = 0.15
"""Weight of the newest stride in the running mean and spread: they follow the last dozen."""
_OFFSET_LEARNING = 0.3
"""Weight of the newest stride in the offset, which drifts while the curve is learnt: half of it is followed in two strides."""
_FAR_OFF_S = 0.15
"""What was predicted further off than this was not this stride: nothing is learnt from it but that the predictions fail."""
_KEPT = 3
"""Peaks predicted but not settled: the coming one and the one just past."""


@dataclass(frozen=True)
class Prediction:
    """The next peak of extension of the near leg."""

    t_s: float
    sd_s: float
    """Of the predictions before it, against the peaks that were then measured."""


class PeakPrediction:
    """Follows one runner. Feed it every frame with `update`, and every settled peak with `settle`.

    `strides`, `bias_s` and `sd_s` tell of the predictions as they were made, `LEAD_S` before the peak: the mean of predicted
    less measured, what was learnt before already taken out, and the spread.
    """

    def __init__(self) -> None:
        self.strides = 0
        self.bias_s = 0.0
        self._variance_s2 = 0.0
        self._offset_s = 0.0
        self._offered: list[tuple[float, float]] = []
        """What was predicted for the peaks that are not settled yet: (peak, what was learnt before taken out; as it was)."""

    @property
    def sd_s(self) -> float:
        """Standard deviation of the error."""
        return float(np.sqrt(self._variance_s2))

    def update(self, t_s: float, phase: PhaseEstimate, near_thigh: GaitCurve) -> Prediction | None:
        """The next peak as seen from this frame; None: unsure."""
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
        """Judge by a measured peak what was predicted for it: predicted less measured, s; None: nothing that could be told."""
        if not self._offered:
            return None
        near = [offer for offer in self._offered if abs(offer[0] - peak_s) <= _FAR_OFF_S]
        self._offered = [offer for offer in self._offered if offer[0] > peak_s + _FAR_OFF_S]
        if not near:
            self._variance_s2 += _LEARNING * (_FAR_OFF_S**2 - self._variance_s2)
            return None
        told_s, raw_s = min(near, key=lambda offer: abs(offer[0] - peak_s))
        error_s = told_s - peak_s
        self.strides += 1
        # At first every stride counts the same, later the newest more.
        weight = max(_OFFSET_LEARNING, 1.0 / self.strides)
        self._offset_s += weight * (raw_s - peak_s - self._offset_s)
        if self.strides == 1:
            # The first error is the phase's own offset, taken out from here on: it says nothing of the spread.
            return None
        weight = max(_LEARNING, 1.0 / (self.strides - 1))
        self.bias_s += weight * (error_s - self.bias_s)
        self._variance_s2 += weight * (error_s**2 - self._variance_s2)
        return error_s if self.strides > LEAST_STRIDES else None

    def _offer(self, peak_s: float, raw_s: float) -> None:
        """Keep the latest prediction of each peak; what never settled is forgotten after `_KEPT` more."""
        self._offered = self._offered[-_KEPT:]
        if self._offered and abs(self._offered[-1][0] - peak_s) < SHORTEST_STRIDE_S / 2:
            self._offered[-1] = peak_s, raw_s
        else:
            self._offered.append((peak_s, raw_s))

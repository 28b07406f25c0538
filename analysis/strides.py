"""Strides, causally: one per turn of a leg's thigh from backward to forward, found by the phase and read by a fit.

The phase of the gait says that a turn has happened; a short time later, when enough of the way forward has been seen, the
peak is fitted and the stride is final. A phase that passes its turn once cannot give two strides, however noisy the angle.
"""

from dataclasses import dataclass

import numpy as np

from analysis.cadence import LONGEST_STRIDE_S, SHORTEST_STRIDE_S
from analysis.gait_curves import GaitCurve
from analysis.leg_track import LegTrack
from analysis.peak import Peak, fit_peak
from analysis.swing import Swing, read_swing

SETTLE_S = 0.036
SETTLE_FRAMES = 1.1
"""How long after the turn its value is settled: the fit needs some of the way forward, so much time and so many frames of it.

More of either lowers the noise a little and comes later: measured with bench/accuracy.py."""
EARLY_S = 0.030
"""A turn may come this much before the phase says so: from then on the fit is asked whether it has."""
GIVE_UP_S = 0.100
# How noisy this runner, camera and light are is learnt from the fits; within limits, so that one bad stride decides nothing.
_LEAST_NOISE_DEG = 0.1
_MOST_NOISE_DEG = 4.0
_NOISE_STRIDES = 4
"""The noise is a mean over so many strides, and fades over as many."""
_FIRST_NOISE_DEG = 1.0
"""At first the frames are trusted more than a curve that does not know this runner yet."""
_FREE_PARAMETERS = 3


@dataclass(frozen=True)
class Turn:
    """A settled peak and the swing that led to it."""

    peak: Peak
    swing: Swing | None
    """The swing before it; None where too little of it was seen."""


class StrideDetector:
    """Watches one leg's track."""

    def __init__(self) -> None:
        self._cycle: int | None = None
        self._last_peak_s = -np.inf
        self._noise_deg = _FIRST_NOISE_DEG
        self._strides = 0

    def reset(self) -> None:
        """Forget the rhythm (the runner was lost); the next whole turn counts again."""
        self._cycle = None

    def update(self, track: LegTrack, curve: GaitCurve, rate_hz: float) -> Turn | None:
        """Look at the newest point of the track. `rate_hz`: strides per second."""
        now = track.points[-1]
        turn_phase = curve.lowest_phase()
        cycle = int(np.floor(now.phase - turn_phase))
        if self._cycle is None:
            self._cycle = cycle
        if cycle <= self._cycle:
            return None
        since_turn_s = (now.phase - turn_phase - cycle) / rate_hz
        settle_s = max(SETTLE_S, SETTLE_FRAMES * track.frame_s)
        if since_turn_s < settle_s - EARLY_S:
            return None
        peak = fit_peak(track.points, curve, now.t_s - since_turn_s, rate_hz, self._noise_deg)
        if (peak is None or now.t_s - peak.t_s < settle_s) and since_turn_s < max(GIVE_UP_S, settle_s):
            return None
        self._cycle = cycle
        if peak is None or peak.t_s - self._last_peak_s < SHORTEST_STRIDE_S:
            return None
        self._learn_noise(peak)
        since_s, self._last_peak_s = self._last_peak_s, peak.t_s
        followed = peak.t_s - since_s <= LONGEST_STRIDE_S
        return Turn(peak, read_swing(track.points, since_s if followed else None, peak.t_s, 1.0 / rate_hz))

    def _learn_noise(self, peak: Peak) -> None:
        # The fit takes up some of the noise: as many frames' worth as it has parameters that the data decide.
        unbiased_deg = peak.residual_deg * np.sqrt(peak.frames / max(1, peak.frames - _FREE_PARAMETERS))
        wanted_deg = float(np.clip(unbiased_deg, _LEAST_NOISE_DEG, _MOST_NOISE_DEG))
        self._strides = min(self._strides + 1, _NOISE_STRIDES)
        self._noise_deg += (wanted_deg - self._noise_deg) / self._strides

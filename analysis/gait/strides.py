"""Strides and cadence, causally: one stride per turn of a leg's thigh from backward to forward.

The phase of the gait shows that a turn has happened. A short time later, when enough of the forward swing has been seen, the
peak is fitted and the stride is final. A phase that passes its turn once cannot yield two strides, however noisy the angle.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from analysis.gait.curves import GaitCurve
from analysis.gait.peaks import Peak, fit_peak
from analysis.gait.swing import Swing, read_swing
from analysis.gait.tracks import LegTrack
from config.reference import LONGEST_STRIDE_S, SHORTEST_STRIDE_S

CADENCE_STRIDES = 6
"""The cadence is a mean over this many strides."""
SETTLE_S = 0.036
SETTLE_FRAMES = 1.1
"""The value is settled this long and this many frames after the turn: the fit needs part of the forward swing.

More of either lowers the noise a little and adds delay (measured with bench/accuracy/__main__.py)."""
EARLY_S = 0.030
"""A turn may precede the one shown by the phase by this much, so the fit is tried this much earlier."""
GIVE_UP_S = 0.100
# The noise of this runner, camera and light is learnt from the fits, within limits, so that one bad stride has little effect.
_LEAST_NOISE_DEG = 0.1
_MOST_NOISE_DEG = 4.0
_NOISE_STRIDES = 4
"""The noise is a mean over this many strides, and then fades over as many."""
_FIRST_NOISE_DEG = 1.0
"""Low, so that at first the fit relies on the frames more than on a curve that is not yet this runner's."""
_FREE_PARAMETERS = 3


@dataclass(frozen=True)
class Turn:
    """A settled peak and the swing that led to it."""

    peak: Peak
    swing: Swing | None
    """The swing before the peak; None: too little of it was seen."""


class StrideDetector:
    """Finds the strides in the track of one leg."""

    def __init__(self) -> None:
        self._cycle: int | None = None
        self._last_peak_s = -np.inf
        self._noise_deg = _FIRST_NOISE_DEG
        self._strides = 0

    def reset(self) -> None:
        """Forget the rhythm; the next complete turn counts again."""
        self._cycle = None

    def update(self, track: LegTrack, curve: GaitCurve, rate_hz: float) -> Turn | None:
        """Check the newest point of the track; the turn that it settles, if any. `rate_hz`: strides per second."""
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
        # The fit absorbs part of the noise: as many frames as it has parameters that the data determine.
        unbiased_deg = peak.residual_deg * np.sqrt(peak.frames / max(1, peak.frames - _FREE_PARAMETERS))
        wanted_deg = float(np.clip(unbiased_deg, _LEAST_NOISE_DEG, _MOST_NOISE_DEG))
        self._strides = min(self._strides + 1, _NOISE_STRIDES)
        self._noise_deg += (wanted_deg - self._noise_deg) / self._strides


class Cadence:
    """Steps per minute, from the peaks of one leg."""

    def __init__(self) -> None:
        self._strides_s: deque[float] = deque(maxlen=CADENCE_STRIDES)
        self._last_s: float | None = None

    def peak(self, t_peak_s: float) -> float | None:
        """Add a peak, in order of time. Returns this stride's duration in seconds; None: the previous peak was missed."""
        last_s, self._last_s = self._last_s, t_peak_s
        if last_s is None or not SHORTEST_STRIDE_S <= t_peak_s - last_s <= LONGEST_STRIDE_S:
            return None
        self._strides_s.append(t_peak_s - last_s)
        return t_peak_s - last_s

    @property
    def spm(self) -> float | None:
        """Steps per minute (two steps per stride); None before the first complete stride."""
        return 120.0 / float(np.mean(self._strides_s)) if self._strides_s else None

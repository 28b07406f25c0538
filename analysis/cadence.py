"""Cadence: steps per minute over a window of strides."""

from collections import deque

import numpy as np

WINDOW_STRIDES = 6
# Strides of running and brisk walking last 0.45 to 1.25 s; what is longer is a gap, not a stride.
LONGEST_STRIDE_S = 1.25
SHORTEST_STRIDE_S = 0.4


class Cadence:
    """Takes the peaks of one leg in order of time."""

    def __init__(self) -> None:
        self._strides_s: deque[float] = deque(maxlen=WINDOW_STRIDES)
        self._last_s: float | None = None

    def peak(self, t_peak_s: float) -> float | None:
        """Take in a peak; returns this stride's duration in seconds, None if the one before was missed."""
        last_s, self._last_s = self._last_s, t_peak_s
        if last_s is None or not SHORTEST_STRIDE_S <= t_peak_s - last_s <= LONGEST_STRIDE_S:
            return None
        self._strides_s.append(t_peak_s - last_s)
        return t_peak_s - last_s

    @property
    def spm(self) -> float | None:
        """Steps per minute (two steps a stride), None before the first whole stride."""
        return 120.0 / float(np.mean(self._strides_s)) if self._strides_s else None

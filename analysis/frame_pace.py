"""Which frames to analyse where there is no time for all: every second, third …, evenly spaced. Pure: times are arguments.

Without it, each analysis would take the newest frame when the previous one is done: unevenly, the next or the one after.
"""

from math import inf

import numpy as np

from wire.clock import NS_PER_S, s_to_ns

LEAST_HZ = 29.0
"""A rate below that of an ordinary camera would be worse for the measurement than uneven intervals."""
WINDOW_S = 2.0
"""How often the pace is chosen."""
MOST_MISSED = 0.15
"""Share of the wanted frames that may be missed; beyond it, fewer are wanted."""
_ROOM = 0.8
"""More frames are wanted once nearly all take less than this share of the time between two of them."""
_NEARLY_ALL = 90.0
FIRST_PATIENCE_S, LONGEST_PATIENCE_S = 10.0, 320.0
"""How long a pace is kept before more frames are wanted again; doubled whenever they were too many."""


class FramePace:
    """Follows the analysed frames of one camera, in order of time."""

    def __init__(self) -> None:
        self.every = 1
        """1: every frame is wanted, 2: every second one …"""
        self._window: list[tuple[int, int, float]] = []
        """Number and capture time (ns) of the frames analysed lately, and how long each took (s)."""
        self._changed_s = -inf
        self._patience_s = FIRST_PATIENCE_S

    def wants(self, seq: int) -> bool:
        """Whether to analyse the frame with this number."""
        return not self._window or seq - self._window[-1][0] >= self.every

    def add(self, seq: int, capture_ns: int, took_s: float) -> None:
        """Add an analysed frame. `took_s`: from its arrival to its sample."""
        self._window.append((seq, capture_ns, took_s))
        if capture_ns - self._window[0][1] >= s_to_ns(WINDOW_S):
            self._choose(capture_ns / NS_PER_S)
            del self._window[:-1]

    def _choose(self, now_s: float) -> None:
        (first, began_ns, _), (last, ended_ns, _) = self._window[0], self._window[-1]
        frames, analysed = last - first, len(self._window) - 1
        period_s = (ended_ns - began_ns) / NS_PER_S / frames
        most = max(1, int(1 / (period_s * LEAST_HZ)))
        missed = 1.0 - analysed * self.every / frames
        kept_s = now_s - self._changed_s
        if missed > MOST_MISSED and self.every < most:
            self._patience_s = min(2 * self._patience_s, LONGEST_PATIENCE_S) if kept_s < FIRST_PATIENCE_S else FIRST_PATIENCE_S
            self._change(now_s, self.every + 1)
        elif self.every > most:
            self._change(now_s, most)
        elif self.every > 1 and kept_s >= self._patience_s:
            longest_s = float(np.percentile([took_s for _, _, took_s in self._window], _NEARLY_ALL))
            if longest_s <= _ROOM * (self.every - 1) * period_s:
                self._change(now_s, self.every - 1)

    def _change(self, now_s: float, every: int) -> None:
        self.every, self._changed_s = every, now_s

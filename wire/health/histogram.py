"""Ages and durations as log-bucket histograms: constant memory, percentiles instead of means."""

import math

import numpy as np

from wire.clock import NS_PER_MS, s_to_ns
from wire.messages import Latency

LEAST_MS = 0.01
MOST_MS = 10_000.0
RATIO = 1.02
"""Each bucket is 2 % wider than the one before, so a percentile is right to 2 %."""
RECENT_S = 5.0
"""Reports of the last seconds cover this time, up to twice as much."""
_BUCKETS = math.ceil(math.log(MOST_MS / LEAST_MS) / math.log(RATIO)) + 1


class Histogram:
    """Counts durations from 10 µs to 10 s; others are counted at the nearer end."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BUCKETS, np.int64)
        self._count = 0
        self._max_ms = 0.0

    def add_ns(self, duration_ns: int) -> None:
        """Count one duration in nanoseconds."""
        duration_ms = duration_ns / NS_PER_MS
        bucket = 0
        if duration_ms > LEAST_MS:
            bucket = min(_BUCKETS - 1, int(math.log(duration_ms / LEAST_MS) / math.log(RATIO)))
        self._counts[bucket] += 1
        self._count += 1
        self._max_ms = max(self._max_ms, duration_ms)

    def percentile_ms(self, percent: float) -> float:
        """The duration in milliseconds that `percent` of all counted ones do not exceed; 0 when nothing was counted."""
        if not self._count:
            return 0.0
        wanted = max(1, math.ceil(self._count * percent / 100))
        bucket = int(np.searchsorted(np.cumsum(self._counts), wanted))
        return min(self._max_ms, LEAST_MS * RATIO ** (bucket + 1))

    def take_in(self, other: "Histogram") -> None:
        """Count all that another histogram has counted."""
        self._counts += other._counts
        self._count += other._count
        self._max_ms = max(self._max_ms, other._max_ms)

    def summary(self) -> Latency:
        """The percentiles that go into health messages and session files."""
        return Latency(
            count=self._count,
            p50_ms=round(self.percentile_ms(50), 3),
            p95_ms=round(self.percentile_ms(95), 3),
            p99_ms=round(self.percentile_ms(99), 3),
            max_ms=round(self._max_ms, 3),
        )


class RunningHistogram:
    """Durations since the beginning and, separately, of the last seconds. Time is an argument."""

    def __init__(self) -> None:
        self.whole = Histogram()
        self._before, self._now = Histogram(), Histogram()
        self._turn_ns: int | None = None

    def add_ns(self, duration_ns: int, now_ns: int) -> None:
        """Count one duration in nanoseconds."""
        self._forget_old(now_ns)
        self.whole.add_ns(duration_ns)
        self._now.add_ns(duration_ns)

    def recent(self, now_ns: int) -> Latency:
        """The percentiles of the last `RECENT_S` to twice that."""
        self._forget_old(now_ns)
        both = Histogram()
        both.take_in(self._before)
        both.take_in(self._now)
        return both.summary()

    def _forget_old(self, now_ns: int) -> None:
        if self._turn_ns is None:
            self._turn_ns = now_ns + s_to_ns(RECENT_S)
        if now_ns < self._turn_ns:
            return
        fresh = now_ns < self._turn_ns + s_to_ns(RECENT_S)
        self._before = self._now if fresh else Histogram()
        self._now = Histogram()
        # From turn to turn, not from now: durations from before the last turn but one must not be reported.
        self._turn_ns = self._turn_ns + s_to_ns(RECENT_S) if fresh else now_ns + s_to_ns(RECENT_S)

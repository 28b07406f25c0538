"""Ages and durations as log-bucket histograms: constant memory, percentiles instead of means."""

import math

from wire.clock import NS_PER_MS
from wire.messages import Latency

LEAST_MS = 0.01
MOST_MS = 10_000.0
RATIO = 1.02
"""Each bucket is 2 % wider than the one before, so a percentile is right to 2 %."""
_BUCKETS = math.ceil(math.log(MOST_MS / LEAST_MS) / math.log(RATIO)) + 1


class Histogram:
    """Counts durations from 10 µs to 10 s; what lies outside is counted at the nearer end."""

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
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
        wanted = math.ceil(self._count * percent / 100)
        seen = 0
        for bucket, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return min(self._max_ms, LEAST_MS * RATIO ** (bucket + 1))
        return 0.0

    def summary(self) -> Latency:
        """The percentiles that go into health messages and session files."""
        return Latency(
            count=self._count,
            p50_ms=round(self.percentile_ms(50), 3),
            p95_ms=round(self.percentile_ms(95), 3),
            p99_ms=round(self.percentile_ms(99), 3),
            max_ms=round(self._max_ms, 3),
        )

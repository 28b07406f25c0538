"""The offset between another machine's monotonic clock and ours, from round trips.

A round trip has four times (NTP, RFC 5905 §8). Only the sum of the delays there and back is known, so the offset is wrong by
at most half of it: the round trip with the least delay is used. Old ones are discarded, because two
crystals drift apart by up to 0.1 ms per second.
"""

from collections import deque
from dataclasses import dataclass

from wire.clock import s_to_ns

WINDOW_NS = s_to_ns(20.0)
MAX_DELAY_NS = s_to_ns(1.0)
"""Slower round trips are ignored."""


@dataclass(frozen=True)
class RoundTrip:
    """A request and its reply, nanoseconds; the two times in the middle are of the other clock."""

    request_sent_ns: int
    request_received_ns: int
    reply_sent_ns: int
    reply_received_ns: int

    @property
    def delay_ns(self) -> int:
        """Time on the way, there and back, without the other machine's processing time."""
        return (self.reply_received_ns - self.request_sent_ns) - (self.reply_sent_ns - self.request_received_ns)

    @property
    def offset_ns(self) -> int:
        """The other clock minus ours."""
        return ((self.request_received_ns - self.request_sent_ns) + (self.reply_sent_ns - self.reply_received_ns)) // 2


class PeerClock:
    """Estimates the offset from all round trips added."""

    def __init__(self) -> None:
        self._recent: deque[RoundTrip] = deque()
        self._best: RoundTrip | None = None
        self.refused = 0
        """Round trips that were impossible or too slow."""
        self.jumps = 0
        """Times the other clock changed, because its machine restarted."""

    def add(self, trip: RoundTrip) -> None:
        """Update the estimate."""
        if not 0 <= trip.delay_ns <= MAX_DELAY_NS or trip.reply_sent_ns < trip.request_received_ns:
            self.refused += 1
            return
        if self._best is not None and abs(trip.offset_ns - self._best.offset_ns) > self._max_difference_ns(trip, self._best):
            self._recent.clear()
            self.jumps += 1
        self._recent.append(trip)
        while trip.reply_received_ns - self._recent[0].reply_received_ns > WINDOW_NS:
            self._recent.popleft()
        self._best = min(self._recent, key=lambda recent: recent.delay_ns)

    @property
    def offset_ns(self) -> int | None:
        """The other clock minus ours; None: not known yet."""
        return None if self._best is None else self._best.offset_ns

    @property
    def uncertainty_ns(self) -> int:
        """The offset is wrong by at most this, apart from drift."""
        return 0 if self._best is None else self._best.delay_ns // 2

    @staticmethod
    def _max_difference_ns(one: RoundTrip, other: RoundTrip) -> int:
        """How far two offsets of one clock can differ: by half of both delays, and the drift between them."""
        drift_ns = abs(one.reply_received_ns - other.reply_received_ns) // 5000
        return (one.delay_ns + other.delay_ns) // 2 + drift_ns + 1

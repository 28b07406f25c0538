"""Another machine's monotonic clock against ours, from echoes.

An echo has four times (NTP, RFC 5905 §8): asked (ours), received and answered (theirs), heard (ours). The way there and the
way back together are known, each alone is not: the offset is wrong by at most half of it. So the echo with the least round
trip is believed; older ones are forgotten, because two crystals drift apart by up to 0.1 ms in a second.
"""

from collections import deque
from dataclasses import dataclass

from wire.clock import s_to_ns

WINDOW_NS = s_to_ns(20.0)
MOST_ROUND_TRIP_NS = s_to_ns(1.0)
"""Slower echoes teach nothing worth knowing."""


@dataclass(frozen=True)
class Echo:
    """One question and its answer, nanoseconds."""

    asked_ns: int
    received_ns: int
    """By the other clock, like `answered_ns`."""
    answered_ns: int
    heard_ns: int

    @property
    def round_trip_ns(self) -> int:
        """On the way, there and back; the other's own time is not in it."""
        return (self.heard_ns - self.asked_ns) - (self.answered_ns - self.received_ns)

    @property
    def offset_ns(self) -> int:
        """The other clock minus ours."""
        return ((self.received_ns - self.asked_ns) + (self.answered_ns - self.heard_ns)) // 2


class PeerClock:
    """Estimates the offset. Feed it every echo."""

    def __init__(self) -> None:
        self._echoes: deque[Echo] = deque()
        self._best: Echo | None = None
        self.refused = 0
        """Echoes that cannot be true, or were too slow."""
        self.jumps = 0
        """Times the other clock was found to be another one: its machine has been started anew."""

    def add(self, echo: Echo) -> None:
        """Learn from an echo."""
        if not 0 <= echo.round_trip_ns <= MOST_ROUND_TRIP_NS or echo.answered_ns < echo.received_ns:
            self.refused += 1
            return
        if self._best is not None and abs(echo.offset_ns - self._best.offset_ns) > self._possible_ns(echo):
            self._echoes.clear()
            self.jumps += 1
        self._echoes.append(echo)
        while echo.heard_ns - self._echoes[0].heard_ns > WINDOW_NS:
            self._echoes.popleft()
        self._best = min(self._echoes, key=lambda known: known.round_trip_ns)

    @property
    def offset_ns(self) -> int | None:
        """The other clock minus ours; None: not known yet."""
        return None if self._best is None else self._best.offset_ns

    @property
    def uncertainty_ns(self) -> int:
        """The offset is off by at most this, drift apart."""
        return 0 if self._best is None else self._best.round_trip_ns // 2

    def _possible_ns(self, echo: Echo) -> int:
        """How far two true echoes of one clock can differ: both half round trips, and the drift between them."""
        assert self._best is not None
        drift_ns = abs(echo.heard_ns - self._best.heard_ns) // 5000
        return (echo.round_trip_ns + self._best.round_trip_ns) // 2 + drift_ns + 1

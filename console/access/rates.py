"""How many requests each sender may make: token buckets. Pure: time is an argument."""

from wire.clock import NS_PER_S

MOST_SENDERS = 1000


class Rates:
    """A bucket for each sender: it refills at a rate, and every request takes one token from it."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, int]] = {}
        """Tokens left, and when that was."""

    def spend(self, sender: str, now_ns: int, per_s: float, at_once: float) -> bool:
        """Whether the sender may make one more request now."""
        left, since_ns = self._buckets.pop(sender, (at_once, now_ns))
        left = min(at_once, left + per_s * (now_ns - since_ns) / NS_PER_S)
        allowed = left >= 1
        self._buckets[sender] = (left - allowed, now_ns)
        if len(self._buckets) > MOST_SENDERS:
            # The sender that has been silent for the longest.
            del self._buckets[next(iter(self._buckets))]
        return allowed

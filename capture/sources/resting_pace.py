"""While nobody is in view, a few pictures a second are enough. Pure: times are arguments."""

from wire.clock import NS_PER_S
from wire.topics import SLOWEST_CAMERA_HZ

PERIOD_NS = round(NS_PER_S / SLOWEST_CAMERA_HZ)
"""Time between the pictures of a resting camera: at a lower rate, the other processes would consider it lost."""


class RestingPace:
    """Decides which pictures of a camera are decoded: all, or while it rests the first of every period."""

    def __init__(self) -> None:
        self.resting = False
        self._period = -1

    def wants(self, at_ns: int) -> bool:
        """Whether to decode the picture of this time."""
        period = at_ns // PERIOD_NS
        if self.resting and period == self._period:
            return False
        self._period = period
        return True

"""Decides whether a camera driver's times of its pictures are true. Pure: times are arguments."""

from collections import deque

from wire.clock import ms_to_ns
from wire.frames.frame import TimeSource

_SLOWEST_NS = ms_to_ns(60)
"""A picture reaches its reader within its own transfer, which takes at most the time between two pictures, and this long."""
_LATEST_NS = ms_to_ns(1000)
"""A picture that seems older than this has another clock: no queue is that long."""
_KEPT = 60
"""Number of pictures that the driver's clock is judged by."""


class DriverClock:
    """Gives each picture its capture time: the driver's, or the time at which the picture was read.

    On Linux, drivers give the monotonic time of the picture's transfer. Some use another clock, some are off by 200 to 900 ms
    (raspberrypi/linux issue 1318), some run backwards (pupil issue 1812). A single late picture may be late; if all of them
    are late, the clock is wrong. After an impossible time the clock is not used for `_KEPT` pictures.
    """

    def __init__(self) -> None:
        self._delays_ns: deque[int] = deque(maxlen=_KEPT)
        """Time from the driver's time stamp to the reading, for the last pictures."""
        self._read_ns: deque[int] = deque(maxlen=_KEPT)
        self._last_driver_ns = 0
        self._distrusted = 0
        """Number of further pictures for which the driver's clock is not used."""

    def capture_time(self, driver_ns: int, read_ns: int) -> tuple[int, TimeSource]:
        """The capture time of a picture and its source."""
        delay_ns = read_ns - driver_ns
        possible = 0 <= delay_ns <= _LATEST_NS and driver_ns > self._last_driver_ns
        self._last_driver_ns = driver_ns
        self._read_ns.append(read_ns)
        if not possible:
            self._delays_ns.clear()
            self._distrusted = _KEPT
            return read_ns, "read"
        self._delays_ns.append(delay_ns)
        self._distrusted = max(0, self._distrusted - 1)
        if self._distrusted or min(self._delays_ns) > self._period_ns() + _SLOWEST_NS:
            return read_ns, "read"
        return driver_ns, "driver"

    def _period_ns(self) -> int:
        """The mean time between two pictures."""
        return (self._read_ns[-1] - self._read_ns[0]) // max(1, len(self._read_ns) - 1)

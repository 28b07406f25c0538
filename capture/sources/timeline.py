"""Chooses the timestamps of a recording's pictures, and gives each picture a time even if they are wrong. Pure."""

from wire.clock import s_to_ns

_RESTART_NS = s_to_ns(0.5)
"""Timestamps that go back by more than this start over, as in concatenated recordings; reordered pictures go back by less."""
_MOST_SKIPPED = 3
"""Most consecutive pictures left out because they are out of order: B-frames are not reordered further than this."""
_SHORTEST_STEP_NS = s_to_ns(0.5e-3)
"""No camera is faster: closer timestamps come from a wrong rate, as in the header of an AVI file."""
_LONGEST_GAP_NS = s_to_ns(10)
"""A longer gap means that the clock was set: no picture of a runner lasts that long."""
_TRUSTED_PICTURES = 15
"""Timestamps that jump twice within this many pictures are not used."""


class DisplayStamps:
    """Chooses between a picture's timestamp of display and that of decoding, as FFmpeg's players do.

    Containers such as AVI store no timestamps of display, so with B-frames those made up by FFmpeg are out of order.
    """

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None
        self._faults = [0, 0]
        """How often each has gone back or stood still."""

    def choose(self, display: int | None, decoding: int | None) -> int | None:
        """The timestamp that has been in order more often so far; None: there is none. Call it in display order."""
        if display is None or decoding is None:
            return decoding if display is None else display
        both = display, decoding
        if self._last is not None:
            self._faults = [faults + (now <= last) for faults, now, last in zip(self._faults, both, self._last, strict=True)]
        self._last = both
        return display if self._faults[0] <= self._faults[1] else decoding


class Timeline:
    """Gives each picture its time since the start, strictly increasing.

    Timestamps count from the first picture. Where they start over or jump, time continues one period later. Where they keep
    doing so, or where there are none, each picture follows a period after the last one.
    """

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._at_ns: int | None = None
        """The last picture's time."""
        self._stamp_ns = 0
        """The last picture's timestamp."""
        self._skipped = 0
        self._since_break = _TRUSTED_PICTURES
        """Pictures since the timestamps last jumped."""
        self._trusted = True

    def place(self, stamp_ns: int | None) -> int | None:
        """The time of the next picture, ns; None: leave it out. `stamp_ns`: its timestamp, if it has one."""
        if self._at_ns is None:
            self._trusted = stamp_ns is not None
            self._stamp_ns, self._at_ns = stamp_ns or 0, 0
            return 0
        self._since_break += 1
        if stamp_ns is None or not self._trusted:
            return self._later(self._at_ns + self._period_ns)
        step_ns = stamp_ns - self._stamp_ns
        if _SHORTEST_STEP_NS <= step_ns <= _LONGEST_GAP_NS:
            self._stamp_ns = stamp_ns
            return self._later(self._at_ns + step_ns)
        if -_RESTART_NS <= step_ns < _SHORTEST_STEP_NS and self._skipped < _MOST_SKIPPED:
            self._skipped += 1
            return None
        self._trusted = self._since_break > _TRUSTED_PICTURES
        self._since_break = 0
        self._stamp_ns = stamp_ns
        return self._later(self._at_ns + self._period_ns)

    def _later(self, at_ns: int) -> int:
        self._at_ns, self._skipped = at_ns, 0
        return at_ns

"""A recording played like a live camera: each picture at its own time, late ones left out."""

import time
from collections.abc import Callable

from capture.recording import Recording
from capture.source import NotYet, Picture
from wire.clock import NS_PER_S, Clock, monotonic_ns, s_to_ns

STOOD_STILL_S = 1.0
"""Who is this late was stopped: the recording then goes on where it stood, for to catch up it would have to decode for long."""
LONGEST_WAIT_S = 0.25
"""Recordings have gaps of any length; whoever reads must not stand still for so long that it is taken for hung."""


class PacedSource:
    """Implements capture.source.Source. The clock starts with the first `read`.

    A picture is left out when the one after it is already due, as a camera would have overwritten it; indices count it.
    """

    live = False

    def __init__(
        self,
        recording: Recording,
        loop: bool = False,
        clock: Clock = monotonic_ns,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.recording = recording
        self._loop = loop
        self._clock = clock
        self._sleep = sleep
        self._start_ns: int | None = None
        self._due_ns: int | None = None
        """Of the next picture, where it is waited for already."""
        self._last_ns = 0
        self._index = -1

    @property
    def facts(self) -> dict[str, str]:
        """Of the recording."""
        return self.recording.facts

    @property
    def warning(self) -> str:
        """A recording is what it is."""
        return ""

    def read(self) -> Picture | None:
        """Wait for the next picture that is due; None at the end of a recording that does not loop. Raises NotYet."""
        asked_ns = self._clock()
        if self._start_ns is None:
            self._start_ns = asked_ns
        period_ns = round(NS_PER_S / self.recording.fps)
        if self._due_ns is None and self._index >= 0:
            # The next picture is decoded ahead, but not at once: the processor belongs to whoever measures this one.
            self._sleep_until(min(self._start_ns + self._last_ns + period_ns // 2, asked_ns + s_to_ns(LONGEST_WAIT_S)))
        while True:
            if self._due_ns is None:
                at_ns = self._advance(period_ns)
                if at_ns is None:
                    return None
                self._due_ns = self._start_ns + at_ns
            early_ns = self._due_ns - self._clock()
            if early_ns < -s_to_ns(STOOD_STILL_S):
                self._start_ns, self._due_ns, early_ns = self._start_ns - early_ns, self._due_ns - early_ns, 0
            elif early_ns < -period_ns:
                self._due_ns = None
                continue
            if self._due_ns > asked_ns + s_to_ns(LONGEST_WAIT_S):
                self._sleep_until(asked_ns + s_to_ns(LONGEST_WAIT_S))
                raise NotYet
            self._sleep_until(self._due_ns)
            due_ns, self._due_ns = self._due_ns, None
            return Picture(self.recording.image(), self._index, due_ns, self._clock(), self.recording.time_source)

    def close(self) -> None:
        """Let go of the recording."""
        self.recording.close()

    def _sleep_until(self, at_ns: int) -> None:
        left_ns = at_ns - self._clock()
        if left_ns > 0:
            self._sleep(left_ns / NS_PER_S)

    def _advance(self, period_ns: int) -> int | None:
        """Go to the next picture: its time since `_start_ns`; None at the end."""
        at_ns = self.recording.advance()
        if at_ns is None and self._loop and self._start_ns is not None:
            self.recording.rewind()
            self._start_ns += self._last_ns + period_ns
            at_ns = self.recording.advance()
        if at_ns is not None:
            self._index += 1
            self._last_ns = at_ns
        return at_ns

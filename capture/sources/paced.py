"""Plays a recording like a live camera: each picture at its own time, late ones skipped."""

import time
from collections.abc import Callable

from capture.sources.source import CapturedImage, NotYet, Recording
from wire.clock import NS_PER_S, Clock, monotonic_ns, s_to_ns

STALLED_S = 1.0
"""A reader this late was suspended: the recording then resumes where it was, because catching up would take too long."""
LONGEST_WAIT_S = 0.25
"""A recording may have gaps of any length, but a reader that is blocked for too long would count as hung."""


class PacedSource:
    """Implements capture.sources.source.Source. Time starts with the first `read`, or with `start_at`.

    A picture is skipped when the next one is already due, as a camera would have overwritten it; its index is still counted.
    """

    live = False
    asked_fps: float | None = None

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
        """When the next picture is due; None: `advance` has not been called for it yet."""
        self._last_ns = 0
        self._index = -1

    @property
    def facts(self) -> dict[str, str]:
        """The recording's facts."""
        return self.recording.facts

    @property
    def mode_difference(self) -> str:
        """No mode is requested from a recording."""
        return ""

    def rest(self, resting: bool) -> None:
        """Nothing to do: every picture of a recording is used."""

    def start_at(self, start_ns: int) -> None:
        """Play as if started at this time. Call it before the first `read`."""
        self._start_ns = start_ns

    def read(self) -> CapturedImage | None:
        """Wait for the next picture. None: the recording has ended and does not loop. Raises NotYet, SourceError."""
        asked_ns = self._clock()
        if self._start_ns is None:
            self._start_ns = asked_ns
        period_ns = round(NS_PER_S / self.recording.fps)
        if self._due_ns is None and self._index >= 0:
            # Decode the next picture early, but not at once: now the analysis of this one needs the processor.
            self._sleep_until(min(self._start_ns + self._last_ns + period_ns // 2, asked_ns + s_to_ns(LONGEST_WAIT_S)))
        while True:
            if self._due_ns is None:
                at_ns = self._advance(period_ns)
                if at_ns is None:
                    return None
                self._due_ns = self._start_ns + at_ns
            early_ns = self._due_ns - self._clock()
            if early_ns < -s_to_ns(STALLED_S):
                self._start_ns, self._due_ns, early_ns = self._start_ns - early_ns, self._due_ns - early_ns, 0
            elif early_ns < -period_ns:
                self._due_ns = None
                continue
            if self._due_ns > asked_ns + s_to_ns(LONGEST_WAIT_S):
                self._sleep_until(asked_ns + s_to_ns(LONGEST_WAIT_S))
                raise NotYet
            self._sleep_until(self._due_ns)
            due_ns, self._due_ns = self._due_ns, None
            return CapturedImage(self.recording.image(), self._index, due_ns, self._clock(), self.recording.time_source)

    def close(self) -> None:
        """Close the recording."""
        self.recording.close()

    def _sleep_until(self, at_ns: int) -> None:
        left_ns = at_ns - self._clock()
        if left_ns > 0:
            self._sleep(left_ns / NS_PER_S)

    def _advance(self, period_ns: int) -> int | None:
        """Go to the next picture. Returns its time since `_start_ns`; None at the end."""
        at_ns = self.recording.advance()
        if at_ns is None and self._loop and self._start_ns is not None:
            self.recording.rewind()
            self._start_ns += self._last_ns + period_ns
            at_ns = self.recording.advance()
        if at_ns is not None:
            self._index += 1
            self._last_ns = at_ns
        return at_ns

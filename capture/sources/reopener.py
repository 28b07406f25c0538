"""Reopens a lost camera in the background: opening may take seconds, and the hot loop must continue."""

from collections.abc import Callable
from concurrent.futures import Future

from capture.sources.source import Source, SourceError
from wire.background import abandon, call_in_background
from wire.clock import Clock, s_to_ns

FIRST_RETRY_S = 0.25
LONGEST_RETRY_S = 5.0

Open = Callable[[], Source]
"""Opens the source. Raises SourceError."""


class Reopener:
    """Tries to open the source, with growing delays. Call `poll` often; it never waits.

    A source that opens but delivers nothing counts as a failed attempt: call `retry_later` after every loss, `reset_delay` when
    a picture has arrived.
    """

    def __init__(self, open_: Open, clock: Clock) -> None:
        self._open = open_
        self._clock = clock
        self._retry_s = FIRST_RETRY_S
        self._try_at_ns = 0
        self._opening: Future[Source] | None = None

    def retry_later(self) -> None:
        """Schedule the next attempt, and double the delay."""
        self._try_at_ns = self._clock() + s_to_ns(self._retry_s)
        self._retry_s = min(LONGEST_RETRY_S, 2 * self._retry_s)

    def reset_delay(self) -> None:
        """Start over with the shortest delay."""
        self._retry_s = FIRST_RETRY_S

    def poll(self) -> Source | None:
        """The source, once it is open. Raises SourceError once for each failed attempt; the next one is then scheduled."""
        if self._opening is None:
            if self._clock() >= self._try_at_ns:
                self._opening = call_in_background(self._open)
            return None
        if not self._opening.done():
            return None
        opened, self._opening = self._opening, None
        try:
            return opened.result()
        except SourceError:
            self.retry_later()
            raise
        except Exception as error:
            self.retry_later()
            raise SourceError(f"The camera cannot be opened ({error})") from error

    def close(self) -> None:
        """Stop trying; a source that is still being opened is closed as soon as it is open."""
        if self._opening is not None:
            abandon(self._opening, lambda source: source.close())
            self._opening = None

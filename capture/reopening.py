"""A lost camera is opened again in a thread of its own: opening may take seconds, and the hot loop must go on beating."""

from collections.abc import Callable

from capture.source import Source, SourceError
from wire.attempt import Attempt
from wire.clock import Clock, s_to_ns

FIRST_RETRY_S = 0.25
LONGEST_RETRY_S = 5.0

Open = Callable[[], Source]
"""Opens the source. Raises SourceError."""


class Reopening:
    """Tries until the source is open, less and less often. Call `look` often; it never waits.

    A source that opens and gives no picture counts as a vain attempt: call `lost` for each loss, `well` for each picture.
    """

    def __init__(self, open_: Open, clock: Clock) -> None:
        self._open = open_
        self._clock = clock
        self._retry_s = FIRST_RETRY_S
        self._try_at_ns = 0
        self._attempt: Attempt[Source] | None = None

    def lost(self) -> None:
        """The source is gone: wait a while, then try."""
        self._try_at_ns = self._clock() + s_to_ns(self._retry_s)
        self._retry_s = min(LONGEST_RETRY_S, 2 * self._retry_s)

    def well(self) -> None:
        """A picture came."""
        self._retry_s = FIRST_RETRY_S

    def look(self) -> Source | None:
        """The source, once it is open. Raises SourceError, once, when an attempt has failed; the next one follows by itself."""
        if self._attempt is None:
            if self._clock() >= self._try_at_ns:
                self._attempt = Attempt(self._open, dispose=lambda source: source.close())
            return None
        if not self._attempt.done:
            return None
        ended, self._attempt = self._attempt, None
        try:
            return ended.result()
        except SourceError:
            self.lost()
            raise
        except Exception as error:
            self.lost()
            raise SourceError(f"it cannot be opened ({error})") from error

    def close(self) -> None:
        """Give up; a source that is opened after this is closed at once."""
        if self._attempt is not None:
            self._attempt.abandon()
            self._attempt = None

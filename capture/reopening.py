"""A lost camera is opened again in a thread of its own: opening may take seconds, and the hot loop must go on beating."""

import threading
from collections.abc import Callable

from capture.source import Source, SourceError
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
        self._attempt: _Attempt | None = None

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
                self._attempt = _Attempt(self._open)
            return None
        if not self._attempt.done.is_set():
            return None
        ended, self._attempt = self._attempt, None
        if ended.source is None:
            self.lost()
            raise ended.error or SourceError("it cannot be opened")
        return ended.source

    def close(self) -> None:
        """Give up; a source that is opened after this is closed at once."""
        if self._attempt is not None:
            self._attempt.abandon()
            self._attempt = None


class _Attempt:
    """One opening, under way or done."""

    def __init__(self, open_: Open) -> None:
        self.done = threading.Event()
        self.source: Source | None = None
        self.error: SourceError | None = None
        self._open = open_
        self._abandoned = False
        self._lock = threading.Lock()
        threading.Thread(target=self._run, name="opening the camera", daemon=True).start()

    def abandon(self) -> None:
        with self._lock:
            self._abandoned = True
            if self.source is not None:
                self.source.close()

    def _run(self) -> None:
        try:
            source = self._open()
        except SourceError as error:
            self.error = error
        else:
            with self._lock:
                self.source = source
                if self._abandoned:
                    source.close()
        finally:
            self.done.set()

"""Keeps a lane's last pictures for the console's replay while somebody has the lane's page open. In memory only.

The pictures are in the shared memory of the lane on this machine. A thread with sockets of its own takes them, because only the
thread that created a socket may use it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wire.clock import Clock, s_to_ns
from wire.sockets import Wire
from wire.topics import CONSOLE

if TYPE_CHECKING:
    from wire.frames.recent_pictures import KeptPicture

LINGER_S = 5.0
"""How long pictures are kept after the last page has closed, so that a page that is reloaded still finds them."""
LONGEST_END_S = 2.0


class PictureWatch:
    """The last pictures of one lane. May be used from any thread."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        """`directory`: that of the lane's sockets."""
        self._directory = directory
        self._clock = clock
        self._lock = threading.Lock()
        self._watchers = 0
        self._unwatched_ns = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._pictures: tuple[KeptPicture, ...] = ()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Context in which somebody watches the lane."""
        with self._lock:
            self._watchers += 1
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._watchers -= 1
                self._unwatched_ns = self._clock()

    @property
    def pictures(self) -> "tuple[KeptPicture, ...]":
        """The last pictures, oldest first."""
        with self._lock:
            return self._pictures

    @property
    def is_watched(self) -> bool:
        """Whether somebody watches at present."""
        with self._lock:
            return self._watchers > 0

    @property
    def is_keeping(self) -> bool:
        """Whether pictures are kept at present."""
        with self._lock:
            return self._thread is not None

    def close(self) -> None:
        """Discard the pictures and stop keeping them."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            thread.join(LONGEST_END_S)

    def _run(self) -> None:
        from console.lane.picture_taking import take_pictures  # noqa: PLC0415 - only who watches needs NumPy and OpenCV

        with Wire(self._directory, CONSOLE, self._clock) as wire:
            take_pictures(wire, self._goes_on, self._publish)

    def _goes_on(self) -> bool:
        """Whether somebody is watching or was until `LINGER_S` ago; otherwise the pictures and the thread are ended."""
        with self._lock:
            lingers = self._clock() - self._unwatched_ns <= s_to_ns(LINGER_S)
            if not self._closed and (self._watchers > 0 or lingers):
                return True
            self._thread, self._pictures = None, ()
            return False

    def _publish(self, pictures: "tuple[KeptPicture, ...]") -> None:
        with self._lock:
            self._pictures = pictures

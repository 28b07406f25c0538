"""Has the disk keep what the recorder has written, so that a power cut costs no more than the last second.

The operating system alone would take up to half a minute. Disks take from a millisecond to seconds for it, and nobody waits for
them: a thread asks, and while the disk is busy with one request the next ones fall together into one.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def sync_path(path: Path) -> None:
    """Return once the disk has what was written to a file, or the names in a folder. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DiskSync:
    """The thread, for one session's folder after the other."""

    def __init__(self, sync: Callable[[Path], None] = sync_path) -> None:
        self.slowest_ms = 0.0
        """The longest that the disk has taken for a folder."""
        self._sync = sync
        self._wanted: list[Path] = []
        self._busy = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(self, folder: Path) -> None:
        """What has been written into this folder is to be kept. Returns at once."""
        with self._changed:
            if folder not in self._wanted:
                self._wanted.append(folder)
            self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
            self._thread.start()

    def finish(self, patience_s: float) -> bool:
        """Wait until all that was asked for is kept, but no longer than this. Returns whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wanted and not self._busy, patience_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._wanted))
                folder, self._busy = self._wanted.pop(0), True
            started_s = time.monotonic()
            # A disk that is full or gone the recorder has noticed, and keeps what it could not write; a file may go meanwhile.
            with suppress(OSError):
                for path in (*sorted(folder.iterdir()), folder):
                    with suppress(OSError):
                        self._sync(path)
            with self._changed:
                self.slowest_ms = max(self.slowest_ms, 1000 * (time.monotonic() - started_s))
                self._busy = False
                self._changed.notify_all()

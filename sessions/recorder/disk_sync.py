"""Syncs the recorder's files to the disk, so that a power cut costs at most the last second.

The operating system alone would take up to half a minute. A sync takes from a millisecond to seconds, so a thread does it, and
requests that arrive while the disk is busy are combined into one.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sessions.format.durable import sync_path


class DiskSync:
    """The thread; it handles one session's folder at a time."""

    def __init__(self, sync: Callable[[Path], None] = sync_path) -> None:
        self.slowest_ms = 0.0
        """The longest time the disk took for a folder."""
        self._sync = sync
        self._wanted: list[Path] = []
        self._busy = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(self, folder: Path) -> None:
        """Request that everything written into this folder be stored. Returns at once."""
        with self._changed:
            if folder not in self._wanted:
                self._wanted.append(folder)
            self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
            self._thread.start()

    def finish(self, patience_s: float) -> bool:
        """Wait until everything requested is stored, but no longer than this. Returns whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wanted and not self._busy, patience_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._wanted))
                folder, self._busy = self._wanted.pop(0), True
            started_s = time.monotonic()
            # The recorder itself notices a disk that is full or gone, and a file may disappear at any time.
            with suppress(OSError):
                for path in (*sorted(folder.iterdir()), folder):
                    with suppress(OSError):
                        self._sync(path)
            with self._changed:
                self.slowest_ms = max(self.slowest_ms, 1000 * (time.monotonic() - started_s))
                self._busy = False
                self._changed.notify_all()

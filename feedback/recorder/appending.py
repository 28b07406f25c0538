"""A file that grows by whole rows, on a disk that may be full or gone: what cannot be written waits in memory.

Rows are written once, in order, whatever happens between: a write that took only part of the bytes goes on with the rest.
"""

import os
from collections import deque
from pathlib import Path

MOST_WAITING_BYTES = 64 * 1024 * 1024
"""Some three hours of one camera's frames; beyond it the oldest rows go, counted."""


class AppendingFile:
    """Rows of text, appended. Never raises OSError: `problem` holds what the disk said last, None when all is written."""

    def __init__(self, path: Path, first: str, resume: bool = False, most_waiting_bytes: int = MOST_WAITING_BYTES) -> None:
        """`first` heads a new file. With `resume` a file that is there is continued behind its last whole row."""
        self.path = path
        self.problem: OSError | None = None
        self.lost = 0
        """Rows that memory could not hold while the disk could not either."""
        self._first = first.encode("utf-8")
        self._resume = resume
        self._most = most_waiting_bytes
        self._file: int | None = None
        self._opened_before = False
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._pinned = False
        """Whether the row that waits first must stay: it is the header, or the disk has a part of it."""

    def append(self, row: str) -> None:
        """Take in a row with its line end; it is written at the next flush."""
        packed = row.encode("utf-8", errors="backslashreplace")
        self._waiting.append(packed)
        self._waiting_bytes += len(packed)
        oldest = 1 if self._pinned else 0
        while self._waiting_bytes > self._most and len(self._waiting) > oldest:
            self._waiting_bytes -= len(self._waiting[oldest])
            del self._waiting[oldest]
            self.lost += 1

    def flush(self) -> None:
        """Hand to the operating system what it will take; the rest waits."""
        try:
            if self._file is None:
                self._open()
            assert self._file is not None
            while self._waiting:
                row = self._waiting[0]
                taken = os.write(self._file, row)
                self._waiting_bytes -= taken
                self._pinned = taken < len(row)
                if self._pinned:
                    self._waiting[0] = row[taken:]
                else:
                    self._waiting.popleft()
            self.problem = None
        except OSError as error:
            self.problem = OSError(error.errno, error.strerror, str(self.path))
            self._let_go()

    def close(self) -> None:
        """Write what can be written, and close."""
        self.flush()
        self._let_go()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        new = not (self._resume or self._opened_before)
        self._file = os.open(self.path, flags | (os.O_TRUNC if new else 0), 0o644)
        if self._opened_before:
            return
        if self._resume:
            whole = whole_rows_bytes(self.path.read_bytes())
            os.truncate(self.path, whole if whole >= len(self._first) else 0)
        if os.fstat(self._file).st_size == 0:
            self._waiting.appendleft(self._first)
            self._waiting_bytes += len(self._first)
            self._pinned = True
        self._opened_before = True

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def whole_rows_bytes(content: bytes) -> int:
    """Length of what a crash left whole: up to the last line end that is not inside quotes."""
    end = len(content)
    while (end := content.rfind(b"\n", 0, end)) >= 0:
        if content.count(b'"', 0, end) % 2 == 0:
            return end + 1
    return 0

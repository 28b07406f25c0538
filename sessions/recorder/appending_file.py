"""A file that grows by whole rows, on a disk that may be full or gone: rows that cannot be written wait in memory.

Each row is written once and in order. After a write that accepted only some of the bytes, the next one continues with the rest.
A file that somebody deletes, renames or replaces is written again, whole: as long as it is open, its rows can be read.
"""

import os
from collections import deque
from contextlib import suppress
from pathlib import Path

from sessions.format.csv_rows import whole_rows_bytes

MOST_WAITING_BYTES = 64 * 1024 * 1024
"""About three hours of one camera's frames. Beyond that, the oldest rows are dropped and counted."""
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
_COPY_BYTES = 1024 * 1024


class AppendingFile:
    """Rows of text, appended. Never raises OSError: `problem` holds the disk's last error, None once everything is written."""

    def __init__(self, path: Path, first: str, resume: bool = False, most_waiting_bytes: int = MOST_WAITING_BYTES) -> None:
        """`first` heads a new file. With `resume`, an existing file is continued after its last whole row."""
        self.path = path
        """May be changed: from the next flush on, all rows are there."""
        self.problem: OSError | None = None
        self.lost = 0
        """Rows that neither the disk nor the memory could hold."""
        self._first = first.encode("utf-8")
        self._resume = resume
        self._most_waiting_bytes = most_waiting_bytes
        self._file: int | None = None
        self._opened_before = False
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._pinned = False
        """Whether the first waiting row must stay: it is the header, or partly on the disk."""

    @property
    def waiting(self) -> int:
        """Rows that are not written yet."""
        return len(self._waiting) - (bool(self._waiting) and self._waiting[0] is self._first)

    def append(self, row: str) -> None:
        """Add a row with its line end; the next flush writes it."""
        packed = row.encode("utf-8", errors="backslashreplace")
        self._waiting.append(packed)
        self._waiting_bytes += len(packed)
        oldest = 1 if self._pinned else 0
        while self._waiting_bytes > self._most_waiting_bytes and len(self._waiting) > oldest:
            self._waiting_bytes -= len(self._waiting[oldest])
            del self._waiting[oldest]
            self.lost += 1

    def flush(self) -> None:
        """Pass to the operating system what it accepts; the rest waits."""
        try:
            file = self._opened()
            while self._waiting:
                row = self._waiting[0]
                written = os.write(file, row)
                self._waiting_bytes -= written
                self._pinned = written < len(row)
                if self._pinned:
                    self._waiting[0] = row[written:]
                else:
                    self._waiting.popleft()
            self.problem = None
        except OSError as error:
            self.problem = OSError(error.errno, error.strerror, str(self.path))

    def close(self) -> None:
        """Write what can be written, and close unless something waits."""
        self.flush()
        if self.problem is None:
            self._close_file()

    def _opened(self) -> int:
        """The file, which is at its path. Raises OSError."""
        if self._file is None:
            self._file = self._open()
        elif not self._is_in_place():
            self._file = self._written_again(self._file)
        elif self.problem is not None:
            # A disk that was gone may be back, and the old descriptor useless.
            self._close_file()
            self._file = self._open()
        return self._file

    def _open(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not (self._resume or self._opened_before)
        file = os.open(self.path, _FLAGS | (os.O_TRUNC if new else 0), 0o600)
        try:
            if self._resume and not self._opened_before:
                whole = whole_rows_bytes(self.path.read_bytes())
                os.truncate(file, whole if whole >= len(self._first) else 0)
            size_bytes = os.fstat(file).st_size
        except OSError:
            os.close(file)
            raise
        if size_bytes == 0 and not (self._waiting and self._waiting[0] is self._first):
            self._waiting.appendleft(self._first)
            self._waiting_bytes += len(self._first)
            self._pinned = True
        self._opened_before = True
        return file

    def _is_in_place(self) -> bool:
        assert self._file is not None
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self._file))
        except OSError:
            return False

    def _written_again(self, old: int) -> int:
        """Write the file again from its old descriptor, which is then closed. Raises OSError."""
        try:
            os.pread(old, 1, 0)
        except OSError:  # its disk is gone, and may have come back under the same name
            self._close_file()
            return self._open()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh_path = self.path.with_name(f"{self.path.name}.new")
        fresh = os.open(fresh_path, _FLAGS | os.O_TRUNC, 0o600)
        try:
            at = 0
            while part := os.pread(old, _COPY_BYTES, at):
                at += os.write(fresh, part)
            fresh_path.replace(self.path)
        except OSError:
            os.close(fresh)
            with suppress(OSError):
                fresh_path.unlink()
            raise
        os.close(old)
        return fresh

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

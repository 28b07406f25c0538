"""The log of all runs: what failed and recovered, and when. One sentence per line, no private data, limited in size."""

import logging
import os
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from config.paths import home
from wire.visible_text import one_line

LARGEST_BYTES = 1_000_000
OLDER_FILES = 3
FORM = "%(asctime)s %(levelname)s [%(process)d] %(message)s"

log = logging.getLogger("hipcue")


def journal_file() -> Path:
    """Path of the log."""
    return home() / "hipcue.log"


def open_journal(file: Path) -> None:
    """Write log messages to `file` from now on. If it is not writable, the program runs without a log."""
    close_journal()
    log.propagate = False
    log.setLevel(logging.INFO)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_fifo():  # opening it would wait for a reader
            raise OSError("is a pipe")
        log.addHandler(_QuietFileHandler(file, maxBytes=LARGEST_BYTES, backupCount=OLDER_FILES, encoding="utf-8"))
    except OSError:
        log.addHandler(logging.NullHandler())
    else:
        log.handlers[0].setFormatter(_OneLineFormatter(FORM))


def close_journal() -> None:
    """Stop writing."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        with suppress(OSError):
            handler.close()


class _OneLineFormatter(logging.Formatter):
    """Keeps names in one line and free of control characters for terminals."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        return one_line(super().format(record))


class _QuietFileHandler(RotatingFileHandler):
    """Ignores errors: a full disk must not fill the terminal with tracebacks."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line, into a new file if somebody, or another program that limits its size, has moved the old one away."""
        with suppress(OSError):
            if self.stream is not None and not self._is_in_place(self.stream):
                self.stream.close()
                self.stream = self._open()
        super().emit(record)

    def _is_in_place(self, stream: TextIO) -> bool:
        try:
            return os.path.samestat(os.stat(self.baseFilename), os.fstat(stream.fileno()))
        except (FileNotFoundError, ValueError):  # ValueError: the last attempt to open it again has failed
            return False

    def handleError(self, record: logging.LogRecord) -> None:
        """Ignore the error."""

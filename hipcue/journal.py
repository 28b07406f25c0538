"""The log of all runs: what fell, what came back, when. One sentence a line, no private data, and it does not grow for ever."""

import logging
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from feedback.sessions.home import home

LARGEST_BYTES = 1_000_000
OLDER_FILES = 3
FORM = "%(asctime)s %(levelname)s [%(process)d] %(message)s"

log = logging.getLogger("hipcue")


def journal_file() -> Path:
    """Where it is."""
    return home() / "hipcue.log"


def open_journal(file: Path) -> None:
    """Write what is logged from now on into `file` too. Where that cannot be, the program runs without a log."""
    close_journal()
    log.propagate = False
    log.setLevel(logging.INFO)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        log.addHandler(_Quiet(file, maxBytes=LARGEST_BYTES, backupCount=OLDER_FILES, encoding="utf-8"))
    except OSError:
        log.addHandler(logging.NullHandler())
    else:
        log.handlers[0].setFormatter(logging.Formatter(FORM))


def close_journal() -> None:
    """Write no more."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        with suppress(OSError):
            handler.close()


class _Quiet(RotatingFileHandler):
    """A full disk must not fill the runner's terminal with tracebacks."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Go on."""

"""Writes files so that no error, crash or power cut leaves one half written."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wire.system import end_signals_deferred

UNFINISHED_FILES = ".hipcue-*.new"
"""The names of files that are being written; a crash may leave one."""


def sync_path(path: Path) -> None:
    """Return once the disk has stored what was written to a file, or the names in a folder. Raises OSError."""
    # Without O_NONBLOCK, opening a pipe that somebody has put there would never end.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new file beside `path` to write into; it replaces `path` at the end. An error leaves the old file.

    A signal waits until then. A symbolic link stays, and the file that it names is replaced. Only the owner may read the new
    file, whatever the old one's mode was. Raises OSError, which names `path`; also if `path` is a folder, a device or a pipe.
    """
    target = Path(os.path.realpath(path))
    fresh = target.parent / UNFINISHED_FILES.replace("*", str(os.getpid()))
    try:
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "is not a regular file and is left as it is", str(fresh))
        with end_signals_deferred():
            fresh.unlink(missing_ok=True)
            # Not through a link that another user has put there.
            os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            try:
                yield fresh
                # Without this, a power cut may leave the new name with nothing in it.
                sync_path(fresh)
                fresh.replace(target)
            finally:
                fresh.unlink(missing_ok=True)
    except OSError as error:
        if error.filename not in (None, str(fresh), fresh):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None


def replace_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 whole or not at all, as `replacing` does. Raises OSError."""
    with replacing(path) as fresh:
        # Line ends stay as they are. Names that are not valid text, as file names may be, must not prevent the writing.
        fresh.write_bytes(text.encode("utf-8", errors="replace"))

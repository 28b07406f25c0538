"""Reads small files that people edit or that come from elsewhere; reading ends whatever they are."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 1_000_000


class SmallFileError(Exception):
    """The file cannot be used. The text is the reason, as the end of a sentence that begins with its name."""


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading. Raises SmallFileError.

    A pipe, a device or a folder is refused without being opened for reading: reading it might never end.
    """
    try:
        # Without O_NONBLOCK, opening a pipe waits for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:  # a zero byte in the name
        raise SmallFileError("is not a file name") from None
    except OSError as error:
        raise SmallFileError(f"cannot be read ({error.strerror})") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SmallFileError("is not a regular file; save the text in a file of its own")
    return os.fdopen(descriptor, "rb")


def read_small_text(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """The text of a regular file in UTF-8, with or without a byte order mark. Raises SmallFileError."""
    with open_regular(path) as file:
        try:
            # One byte more than is allowed: the file may have grown since its size was read.
            packed = file.read(most_bytes + 1)
        except OSError as error:
            raise SmallFileError(f"cannot be read ({error.strerror})") from None
    if len(packed) > most_bytes:
        raise SmallFileError(f"is larger than {most_bytes / 1e6:g} MB")
    try:
        return packed.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SmallFileError("is not a text file in UTF-8; save it as UTF-8") from None

"""Discards the output of native libraries to the standard error stream, which means nothing to a runner."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wire.standard_streams import ForgivingFile, PrintedText


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discard the output of native code to file descriptor 2 inside the block."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error stream
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def keep_native_notes_off_stderr() -> None:
    """Discard the output of native code for the rest of the process; Python's own sys.stderr still reaches the terminal."""
    if isinstance(sys.stderr, _OwnStderr):
        return
    sys.stderr.flush()
    own = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    own_stderr = _OwnStderr(
        ForgivingFile(own, "wb"), sys.stderr.encoding, "backslashreplace", line_buffering=True, write_through=True
    )
    own_stderr.escaped = isinstance(sys.stderr, PrintedText) and sys.stderr.escaped
    sys.stderr = own_stderr


class _OwnStderr(PrintedText):
    """Python's standard error stream on a descriptor of its own."""

"""Native libraries write notes to the standard error stream that mean nothing to a runner; this keeps them off it."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what native code writes to file descriptor 2 nowhere for a while."""
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
    """For the rest of the process: native code's notes go nowhere, Python's own sys.stderr still reaches the terminal."""
    if isinstance(sys.stderr, _OwnStderr):
        return
    sys.stderr.flush()
    own = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = _OwnStderr(os.fdopen(own, "wb", buffering=0), line_buffering=True, write_through=True)


class _OwnStderr(io.TextIOWrapper):
    """Python's standard error stream on a descriptor of its own."""

"""Keeps the chatter of C libraries out of the terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discard what C libraries write to stderr: ALSA prints a hundred lines on a machine without a sound card."""
    # JACK's library would otherwise try to start a sound server.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)

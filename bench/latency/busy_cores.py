"""Keeps every core busy with unrelated work."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from wire.system import usable_cores

_PROGRAM = "stress-ng"
_END_S = 5.0


def missing() -> str:
    """Why the cores cannot be kept busy; "": they can."""
    return "" if shutil.which(_PROGRAM) else f"{_PROGRAM} is missing (package {_PROGRAM})"


@contextmanager
def busy_cores() -> Iterator[None]:
    """Runs one calculation per core for the duration of the block."""
    command = [_PROGRAM, "--cpu", str(usable_cores()), "--quiet"]
    load = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        load.terminate()
        try:
            load.wait(_END_S)
        except subprocess.TimeoutExpired:
            load.kill()
            load.wait()

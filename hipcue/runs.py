"""The folder of sockets of each running program: made, locked while it runs, found by others, and removed however it ended."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wire.endpoints import private_directory

_PREFIX = "r"


@contextmanager
def run_folder(base: Path) -> Iterator[Path]:
    """A folder for one run under `base`: two programs on one machine do not hear each other.

    What programs that were killed have left behind is removed. Raises wire.endpoints.EndpointError.
    """
    private_directory(base)
    # Held while a folder is made or removed, so that none is taken for a dead one before it is locked.
    with _locked(base, wait=True):
        for folder in _folders(base):
            if not is_running(folder):
                shutil.rmtree(folder, ignore_errors=True)
        folder = private_directory(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def running(base: Path) -> list[Path]:
    """The folders of the programs that run now, oldest first."""
    return [folder for folder in _folders(base) if is_running(folder)]


def is_running(folder: Path) -> bool:
    """Whether the program of this folder lives: a lock ends with its holder, whatever ended it."""
    try:
        with _locked(folder, wait=False):
            return False
    except BlockingIOError:
        return True
    except OSError:  # gone meanwhile
        return False


def _folders(base: Path) -> list[Path]:
    if not base.is_dir():
        return []
    made = [(path.stat().st_mtime_ns, path) for path in base.glob(f"{_PREFIX}*") if path.is_dir()]
    return [path for _, path in sorted(made)]


@contextmanager
def _locked(folder: Path, wait: bool) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)

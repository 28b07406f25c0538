"""The folder with the sockets of each running program: locked while it runs, and removed however it ended."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from wire.endpoints import EndpointError, private_directory
from wire.folder_lock import is_locked
from wire.system import lock_folder

_PREFIX = "r"
_PATIENCE_S, _POLL_S = 5.0, 0.02
"""How long to wait for another program that is starting or listing programs. It takes milliseconds unless it is stopped."""


@contextmanager
def run_folder(base: Path) -> Iterator[Path]:
    """Create a folder for one run under `base`, so that two programs on one machine are separate.

    Also removes the folders of programs that were killed. Raises wire.endpoints.EndpointError.
    """
    private_directory(base)
    with ExitStack() as locks:
        # Held while folders are created and removed, so that a new one is not removed before it is locked.
        with ExitStack() as starting:
            _lock(base, starting)
            for folder in _folders(base):
                if not is_running(folder):
                    shutil.rmtree(folder, ignore_errors=True)
            folder = private_directory(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)))
            _lock(folder, locks)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def running(base: Path) -> list[Path]:
    """The folders of all running programs, oldest first."""
    return [folder for folder in _folders(base) if is_running(folder)]


def is_running(folder: Path) -> bool:
    """Whether this folder's program is running: the lock ends with its holder, however it ended."""
    return is_locked(folder)


def _lock(folder: Path, locks: ExitStack) -> None:
    """Lock a folder until `locks` closes. Raises EndpointError if another program keeps it."""
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            locks.enter_context(lock_folder(folder, wait=False))
            return
        except BlockingIOError:
            if time.monotonic() > until_s:
                raise EndpointError(
                    f"{folder}: another program keeps it locked; continue or end that one (fuser {folder})"
                ) from None
        time.sleep(_POLL_S)


def _folders(base: Path) -> list[Path]:
    if not base.is_dir():
        return []
    made = [(path.stat().st_mtime_ns, path) for path in base.glob(f"{_PREFIX}*") if path.is_dir()]
    return [path for _, path in sorted(made)]

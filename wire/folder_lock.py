"""Whether a folder is locked: a program holds the lock of the folder it works in, and loses it however it ends."""

from pathlib import Path

from wire.system import lock_folder


def is_locked(folder: Path) -> bool:
    """Whether another program holds the lock; False, too, where there is no such folder or a system has no locks."""
    try:
        with lock_folder(folder, wait=False):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False

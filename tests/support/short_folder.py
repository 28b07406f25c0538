"""Temporary folders with short names, since a socket's path must fit in 107 bytes. Those of killed runs are removed."""

import os
import re
import shutil
import tempfile
from pathlib import Path

_PARENT = Path("/tmp")
_NAME = re.compile(r"(?:hc|hcpg|hh)([0-9]+)_\w+")
"""With the number of the process that has made it."""


def short_folder(prefix: str) -> Path:
    """A new folder, mode 0700, of this test process; `prefix`: "hc", "hcpg" or "hh"."""
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}_", dir=_PARENT))


def remove_left_folders(parent: Path = _PARENT) -> None:
    """Remove those whose process has ended."""
    for path in parent.iterdir():
        found = _NAME.fullmatch(path.name)
        if found is not None and not _lives(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True

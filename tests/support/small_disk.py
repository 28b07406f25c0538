"""A disk that is soon full."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

KIB = 1024


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Callable[[int], None]]:
    """A disk of this size at `folder`, and a function that gives it another one. Skips the test where that is not allowed."""

    def mount(size_bytes: int, *options: str) -> None:
        wanted = ",".join((*options, f"size={size_bytes}"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", wanted, "tmpfs", str(folder)], capture_output=True, check=True)

    folder.mkdir()
    try:
        mount(size_bytes)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk is not permitted here")
    try:
        yield lambda size_bytes: mount(size_bytes, "remount")
    finally:
        subprocess.run(["umount", str(folder)], check=True)

"""What all tests share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def wire_directory() -> Iterator[Path]:
    """A folder for sockets, mode 0700, with a short name: a socket's path must fit in 107 bytes."""
    directory = Path(tempfile.mkdtemp(prefix="hc", dir="/tmp"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)

"""What all tests share."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.program import Running

# In CI the examples are the same every time: a new one found there would stop somebody else's work. At home they are new.
# No example has a time limit: a busy machine is not a defect.
settings.register_profile("home", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "home")


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What outlives a run stays out of the home of whoever runs the tests; programs that tests start inherit it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("HIPCUE_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def own_programs() -> Iterator[None]:
    """No program outlives the test that started it."""
    yield
    Running.end_all()


@pytest.fixture
def wire_directory() -> Iterator[Path]:
    """A folder for sockets, mode 0700, with a short name: a socket's path must fit in 107 bytes."""
    directory = Path(tempfile.mkdtemp(prefix="hc", dir="/tmp"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)

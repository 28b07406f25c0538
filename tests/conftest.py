"""What all tests share."""

import os
import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.guardian import guarded
from tests.support.listener import Listener
from tests.support.program import Running
from tests.support.short_folder import remove_left_folders, short_folder

# In CI the examples are the same every time: a new one found there would stop somebody else's work. At home they are new.
# No example has a time limit: a busy machine is not a defect. --hypothesis-profile=thorough searches for long.
settings.register_profile("home", deadline=None, max_examples=30)
settings.register_profile("ci", deadline=None, max_examples=30, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("ci" if os.environ.get("CI") else "home")

# A shell ignores Ctrl-C and Ctrl-\ for what it starts in the background, nohup the terminal's end, and every program that a
# test starts would inherit that.
for _number, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, _usual)

REQUIRE = "HIPCUE_REQUIRE"
"""Environment variable: "1" makes a test that cannot run here fail instead of being skipped."""


TESTS = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Each of several workers collects from another room on: what one of them has compiled is there for the others."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and config.args == [TESTS.name]:
        rooms = sorted(str(path) for path in TESTS.iterdir() if any(path.glob("test_*.py")))
        first = int(worker.removeprefix("gw")) * len(rooms) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        config.args = [*rooms[first:], *rooms[:first]]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The same order for every worker, whole programs first: what takes longest is not left for one of them at the end."""
    items.sort(key=lambda item: (item.get_closest_marker("program") is None, item.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test is named in the summary; where every test is required, it fails."""
    report = yield
    required = os.environ.get(REQUIRE) == "1" and item.get_closest_marker("optional") is None
    if report.skipped and required and isinstance(report.longrepr, tuple):
        report.outcome = "failed"
        report.longrepr = f"{report.longrepr[2]} ({REQUIRE}=1: every test must run)"
    return report


@pytest.fixture(autouse=True, scope="session")
def own_processes() -> Iterator[None]:
    """No process outlives the tests, not even those of a pytest that is killed; what that left in /tmp goes, too."""
    remove_left_folders()
    with guarded():
        yield


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what outlives a run out of the developer's home; the programs that tests start inherit the setting."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("HIPCUE_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def own_programs() -> Iterator[None]:
    """No program outlives the test that started it."""
    yield
    Listener.close_all()
    Running.end_all()


@pytest.fixture
def wire_directory() -> Iterator[Path]:
    """A folder for sockets, mode 0700, with a short name: a socket's path must fit in 107 bytes."""
    directory = short_folder("hc")
    yield directory
    shutil.rmtree(directory, ignore_errors=True)

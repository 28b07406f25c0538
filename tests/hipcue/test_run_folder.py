"""The socket folders of running and killed programs are told apart, and none remains for ever."""

import subprocess
import sys
from pathlib import Path

import pytest

from hipcue.supervisor.run_folder import is_running, run_folder, running
from tests.support.eventually import eventually
from wire.endpoints import EndpointError
from wire.system import lock_folder

HOLDER = """
import sys, time
from pathlib import Path
from hipcue.supervisor.run_folder import run_folder
with run_folder(Path(sys.argv[1])) as folder:
    (folder / "socket").touch()
    print(folder, flush=True)
    time.sleep(60)
"""


def test_a_run_is_listed_while_it_lasts_and_leaves_nothing_behind(wire_directory: Path) -> None:
    base = wire_directory / "hipcue"
    assert running(base) == []
    with run_folder(base) as folder:
        (folder / "socket").touch()
        assert running(base) == [folder]
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    assert running(base) == []


def test_two_runs_have_separate_folders(wire_directory: Path) -> None:
    with run_folder(wire_directory) as first, run_folder(wire_directory) as second:
        assert first != second
        assert set(running(wire_directory)) == {first, second}


def test_the_next_run_removes_the_folder_of_a_killed_program(wire_directory: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(wire_directory)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        left = Path(holder.stdout.readline().strip())
        assert running(wire_directory) == [left]
        holder.kill()
    eventually(lambda: not is_running(left), "the lock ends with its holder")
    assert left.exists()
    with run_folder(wire_directory) as folder:
        assert running(wire_directory) == [folder]
        assert not left.exists()


def test_a_program_that_was_stopped_while_starting_is_not_waited_for(
    wire_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hipcue.supervisor.run_folder._PATIENCE_S", 0.05)
    with lock_folder(wire_directory), pytest.raises(EndpointError, match="another program keeps it locked"):
        run_folder(wire_directory).__enter__()
    with run_folder(wire_directory) as folder:
        assert is_running(folder)


def test_a_missing_folder_is_not_running(wire_directory: Path) -> None:
    assert not is_running(wire_directory / "gone")

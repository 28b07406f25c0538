"""Given programs that run, ended or were killed, then their folders of sockets are told apart and none is left for ever."""

import subprocess
import sys
from pathlib import Path

from hipcue.runs import is_running, run_folder, running
from tests.eventually import eventually

HOLDER = """
import sys, time
from pathlib import Path
from hipcue.runs import run_folder
with run_folder(Path(sys.argv[1])) as folder:
    (folder / "socket").touch()
    print(folder, flush=True)
    time.sleep(60)
"""


def test_a_run_is_found_while_it_lasts_and_leaves_nothing(wire_directory: Path) -> None:
    base = wire_directory / "hipcue"
    assert running(base) == []
    with run_folder(base) as folder:
        (folder / "socket").touch()
        assert running(base) == [folder]
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    assert running(base) == []


def test_two_runs_have_a_folder_each(wire_directory: Path) -> None:
    with run_folder(wire_directory) as first, run_folder(wire_directory) as second:
        assert first != second
        assert set(running(wire_directory)) == {first, second}


def test_the_folder_of_a_killed_program_is_dead_and_the_next_run_removes_it(wire_directory: Path) -> None:
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


def test_a_folder_that_is_gone_does_not_run(wire_directory: Path) -> None:
    assert not is_running(wire_directory / "gone")

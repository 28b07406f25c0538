"""The program's processes are forked from a server: how they begin, how they end, and what ends with what."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from hipcue.supervisor.fork_server import LOST_CODE, ForkedProcess, ForkServer
from hipcue.supervisor.process_table import CONSOLE_BESIDE, PROCESSES, Job, ProcessSpec, begin
from tests.support.eventually import eventually
from tests.support.forked_work import end_with, start_row, stumble, work
from wire.topics import CONSOLE, DISPLAY, RECORDER


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    """One for all tests: it loads libraries for as long as a test takes."""
    server = ForkServer()
    yield server
    server.close()


def ended(process: ForkedProcess) -> int | None:
    process.join(240)
    return process.exitcode


def test_a_process_reports_its_exit_code(forks: ForkServer) -> None:
    assert [ended(forks.start(end_with, code)) for code in (0, 4)] == [0, 4]


def test_an_error_is_printed_and_gives_exit_code_1(capfd: pytest.CaptureFixture[str]) -> None:
    forks = ForkServer()  # it prints where this test does
    assert ended(forks.start(stumble)) == 1
    forks.close()
    assert "RuntimeError: on purpose" in capfd.readouterr().err


def test_a_process_is_asked_to_end_or_killed(forks: ForkServer, tmp_path: Path) -> None:
    process = forks.start(work, tmp_path)
    eventually((tmp_path / "started").exists, "it handles signals")
    process.join(0.0)
    assert process.exitcode is None
    process.terminate()
    assert ended(process) == 0
    (tmp_path / "started").unlink()
    process = forks.start(work, tmp_path)
    eventually((tmp_path / "started").exists, "it handles signals")
    process.kill()
    assert ended(process) == -signal.SIGKILL


def test_a_server_that_was_stopped_goes_on_as_soon_as_it_is_needed(forks: ForkServer, tmp_path: Path) -> None:
    os.kill(forks.pid, signal.SIGSTOP)
    assert ended(forks.start(end_with, 4)) == 4
    process = forks.start(work, tmp_path)
    eventually((tmp_path / "started").exists, "it handles signals")
    os.kill(forks.pid, signal.SIGSTOP)
    process.kill()
    assert ended(process) == -signal.SIGKILL


def test_screen_recorder_and_console_give_way_to_camera_analysis_and_sound() -> None:
    assert {spec.name for spec in (*PROCESSES, CONSOLE_BESIDE) if spec.niceness} == {DISPLAY, RECORDER, CONSOLE}


def test_a_row_of_the_table_runs_with_its_priority(forks: ForkServer, tmp_path: Path) -> None:
    process = forks.start(begin, ProcessSpec("work", start_row, 1, niceness=3), Job(Settings(), tmp_path, tmp_path, None))
    eventually((tmp_path / "started").exists, "it handles signals")
    process.kill()
    pid, niceness = (tmp_path / "started").read_text().split()
    assert (int(pid), int(niceness)) == (process.pid, os.nice(0) + 3)


def test_a_request_to_end_waits_until_a_process_handles_it(forks: ForkServer, tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    process = forks.start(work, tmp_path)
    eventually((tmp_path / "loading").exists, "it is loading")
    process.terminate()
    (tmp_path / "wait").unlink()
    assert ended(process) == 0
    assert (tmp_path / "ended").exists()


def test_when_the_server_is_killed_its_processes_end_and_another_one_starts_the_next(forks: ForkServer, tmp_path: Path) -> None:
    process = forks.start(work, tmp_path)
    eventually((tmp_path / "started").exists, "it handles signals")
    os.kill(forks.pid, signal.SIGKILL)
    assert ended(process) == LOST_CODE
    assert (tmp_path / "ended").exists()  # the next one would meet its sockets and devices otherwise
    assert ended(forks.start(end_with, 5)) == 5


# A program as the supervisor is one: it starts a process, then does what it is told.
PARENT = """
import sys, time
from pathlib import Path
from hipcue.supervisor.fork_server import ForkServer
from tests.support.forked_work import work
from wire.lifecycle import StopFlag
if __name__ == "__main__":
    stop = StopFlag()
    stop.on_signals(supervised=False)
    forks = ForkServer()
    process = forks.start(work, Path(sys.argv[1]))
    while not stop:
        time.sleep(0.01)
    while not Path(sys.argv[1], "started").exists():
        time.sleep(0.01)
    process.terminate()
    process.join()
    forks.close()
    sys.exit(process.exitcode)
"""


def program(folder: Path) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM])
def test_a_signal_to_the_whole_program_does_no_harm_to_a_process_that_is_still_loading(number: int, tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    with program(tmp_path) as parent:
        eventually((tmp_path / "loading").exists, "the process is loading")
        os.killpg(parent.pid, number)
        (tmp_path / "wait").unlink()
        said = parent.communicate(timeout=240)[1]
    assert (parent.returncode, said) == (0, "")


def test_a_stopped_process_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    with program(tmp_path) as parent:
        eventually((tmp_path / "started").exists, "the process starts")
        os.kill(int((tmp_path / "started").read_text().split()[0]), signal.SIGSTOP)
        parent.kill()
    eventually((tmp_path / "ended").exists, "the process ends")


@pytest.mark.parametrize("is_loading", [False, True])
def test_its_processes_end_when_the_program_is_killed(is_loading: bool, tmp_path: Path) -> None:
    if is_loading:
        (tmp_path / "wait").touch()
    with program(tmp_path) as parent:
        eventually((tmp_path / ("loading" if is_loading else "started")).exists, "the process starts")
        parent.kill()
    (tmp_path / "wait").unlink(missing_ok=True)
    eventually((tmp_path / "ended").exists, "the process ends")

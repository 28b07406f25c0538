"""Given the running program, when it is asked to end or its supervisor is killed, then all ends and the session is saved."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support.eventually import DEADLINE_S, eventually
from tests.support.program import Running, hipcue, near_peaks_deg, only_session

ARGUMENTS = ("run", "--source", "synthetic:fps=30,width=640,height=360", "--no-display", "--no-audio")
PICTURES = {".mkv", ".mp4", ".avi", ".jpg", ".png", ".webp"}


def running(folder: Path) -> Running:
    """The program once strides are coming in."""
    program = Running(*ARGUMENTS, "--session-dir", str(folder), exact=True)

    def measured() -> bool:
        assert program.process.poll() is None, program.said()
        return any(near_peaks_deg(path.parent) for path in folder.glob("*/strides.csv"))

    eventually(measured, "a stride is on disk")
    return program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_and_saves_the_session(number: int, tmp_path: Path) -> None:
    program = running(tmp_path)
    program.signal(number)
    ended = program.wait()
    # No message: no process had to be killed. How long ending takes: bench/reliability/ending.py.
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")
    session = only_session(tmp_path)
    summary = json.loads((session / "session.json").read_text())
    assert summary["ended"] is True
    assert summary["strides"]["near"] == len(near_peaks_deg(session)) >= 1
    assert str(session) in ended.out
    assert [path for path in program.runtime.rglob("*") if not path.is_dir()] == []
    # Nobody has asked for pictures, so none are stored.
    assert [path for path in session.rglob("*") if path.suffix in PICTURES] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGHUP])
def test_a_signal_of_the_terminal_or_its_end_reaches_all_and_still_saves(number: int, tmp_path: Path) -> None:
    program = running(tmp_path)
    os.killpg(program.process.pid, number)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, [])
    assert json.loads((only_session(tmp_path) / "session.json").read_text())["ended"] is True


def test_a_killed_supervisor_leaves_no_process_no_socket_and_a_whole_session(tmp_path: Path) -> None:
    program = running(tmp_path)
    program.signal(signal.SIGKILL)
    assert program.members_after(grace_s=DEADLINE_S) == []
    program.process.wait()
    assert json.loads((only_session(tmp_path) / "session.json").read_text())["ended"] is True
    assert [path for path in program.runtime.rglob("*") if not path.is_dir()] == []


def test_time_is_over_after_for_and_what_is_left_is_its_owners_alone(tmp_path: Path) -> None:
    sessions, home = tmp_path / "s", tmp_path / "home"
    ended = hipcue(*ARGUMENTS, "--for", "4", "--session-dir", str(sessions), environment={"HIPCUE_HOME": str(home)}, exact=True)
    assert (ended.exit_code, ended.left_behind) == (0, [])
    assert only_session(sessions).is_dir()
    written = [sessions, *sessions.rglob("*"), home, *home.rglob("*")]
    assert {"strides.csv", "session.json", "sessions.db", "hipcue.log"} <= {path.name for path in written}
    assert [path for path in written if path.stat().st_mode & 0o077] == []

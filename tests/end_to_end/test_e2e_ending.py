"""Given the running program, when it is asked to end or its supervisor is killed, then all ends and the session is saved."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.program import Running, hipcue, near_peaks_deg, only_session

ARGUMENTS = ("run", "--source", "synthetic:fps=30", "--no-display", "--no-audio")
GUARD_S = 10.0
"""Five times the two seconds that ending may take: a guard against hanging, not a measurement."""


def running(tmp_path: Path) -> Running:
    """The program once strides are coming in."""
    program = Running(*ARGUMENTS, "--session-dir", str(tmp_path))
    until_s = time.monotonic() + 60
    while time.monotonic() < until_s:
        assert program.process.poll() is None, program.said()
        if any(near_peaks_deg(path.parent) for path in tmp_path.glob("*/strides.csv")):
            return program
        time.sleep(0.05)
    raise AssertionError("no stride came")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_and_saves_the_session(number: int, tmp_path: Path) -> None:
    program = running(tmp_path)
    asked_s = time.monotonic()
    program.signal(number)
    ended = program.wait()
    assert time.monotonic() - asked_s < GUARD_S
    assert ended.exit_code == 0, ended.err
    assert ended.left_behind == []
    session = only_session(tmp_path)
    summary = json.loads((session / "session.json").read_text())
    assert summary["ended"] is True
    assert summary["strides"]["near"] == len(near_peaks_deg(session)) >= 1
    assert str(session) in ended.out
    assert [path for path in program.runtime.rglob("*") if not path.is_dir()] == []


def test_control_c_in_a_terminal_reaches_all_and_still_saves(tmp_path: Path) -> None:
    program = running(tmp_path)
    os.killpg(program.process.pid, signal.SIGINT)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, [])
    assert json.loads((only_session(tmp_path) / "session.json").read_text())["ended"] is True


def test_a_killed_supervisor_leaves_no_process_and_a_whole_session(tmp_path: Path) -> None:
    program = running(tmp_path)
    program.signal(signal.SIGKILL)
    assert program.members_after(grace_s=GUARD_S) == []
    program.process.wait()
    assert json.loads((only_session(tmp_path) / "session.json").read_text())["ended"] is True


def test_time_is_over_after_for_and_what_is_left_is_its_owners_alone(tmp_path: Path) -> None:
    sessions, home = tmp_path / "s", tmp_path / "home"
    ended = hipcue(*ARGUMENTS, "--for", "4", "--session-dir", str(sessions), environment={"HIPCUE_HOME": str(home)})
    assert (ended.exit_code, ended.left_behind) == (0, [])
    assert len(near_peaks_deg(only_session(sessions))) >= 3
    written = [sessions, *sessions.rglob("*"), home, *home.rglob("*")]
    assert {"strides.csv", "session.json", "sessions.db", "hipcue.log"} <= {path.name for path in written}
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_killed_process_is_started_again_and_the_rest_go_on(tmp_path: Path) -> None:
    program = running(tmp_path)
    [analysis] = [pid for pid in program.members() if "openvino" in Path(f"/proc/{pid}/maps").read_text()]
    session = only_session(tmp_path)
    before = len(near_peaks_deg(session))
    os.kill(analysis, signal.SIGKILL)
    until_s = time.monotonic() + 30
    while len(near_peaks_deg(session)) < before + 5 and time.monotonic() < until_s:
        time.sleep(0.1)
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, [])
    assert len(near_peaks_deg(session)) >= before + 5
    assert "analysis ended" in ended.err

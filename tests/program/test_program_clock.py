"""Given a wall clock that jumps while the program runs, then nothing is lost, timed by it, or put out of order."""

import json
import signal
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.support.jumping_clock import JumpingClock
from tests.support.listener import Listener
from tests.support.program import Running, hipcue, only_session, table
from wire.topics import CAPTURE, PROCESSES, RECORDER, SUPERVISOR

DAY_S = 86_400
SOURCE = ("--source", "synthetic:fps=30,width=640,height=360")


@pytest.mark.optional
def test_a_clock_that_jumps_to_1970_and_on_by_a_day_changes_nothing(tmp_path: Path) -> None:
    clock = JumpingClock(tmp_path)
    home, sessions = tmp_path / "home", tmp_path / "sessions"
    environment = {**clock.environment, "HIPCUE_HOME": str(home), "TZ": "America/New_York"}
    arguments = ("run", *SOURCE, "--no-display", "--no-audio", "--session-dir", str(sessions))
    before = datetime.now(timezone.utc).replace(microsecond=0)
    program = Running(*arguments, environment=environment, exact=True)
    listener = Listener(program.runtime)
    used = [name for name in PROCESSES if name != "audio"]
    listener.until_heard(*used, SUPERVISOR)
    listener.until_strides(2)
    pids = {name: listener.pid(name) for name in used}
    clock.jump_to_1970()
    listener.until_strides(4)
    clock.jump(DAY_S)
    listener.until_strides(4)
    clock.jump(-DAY_S)
    listener.until_strides(4)
    assert {name: listener.pid(name) for name in used} == pids
    assert [fault for health in listener.health.values() for fault in health.faults] == []
    assert listener.health[CAPTURE].counters.get("too old", 0) == 0
    # The recorder resumes the session, whatever the day is now.
    clock.jump_to_1970()
    listener.until_another(RECORDER, listener.strike(RECORDER))
    listener.until_strides(4)
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, []), ended.err

    session = only_session(sessions)
    header = json.loads((session / "session.json").read_text())
    assert header["ended"] is True
    assert before <= datetime.fromisoformat(header["started"]) <= datetime.now(timezone.utc)
    peaks_s = [float(row["t_peak_s"]) for row in table(session / "strides.csv") if row["leg"] == "near"]
    assert peaks_s == sorted(peaks_s)
    assert peaks_s[-1] < DAY_S

    listed = hipcue("sessions", "list", environment=environment)
    assert listed.exit_code == 0, listed.err
    assert f"{datetime.fromisoformat(header['started']):%Y-%m-%d %H:%M}" in listed.out

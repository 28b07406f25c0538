"""Given a program that somebody stops (SIGSTOP, Ctrl-Z), then it resumes when continued, and ends and saves on request."""

import json
import os
import signal
import time
from pathlib import Path

from tests.support.listener import Listener
from tests.support.program import Running, near_peaks_deg, only_session
from wire.topics import PROCESSES, SUPERVISOR

STOPPED_S = 4.0
"""Longer than the time after which a process counts as hung."""


def test_it_goes_on_after_all_was_stopped_and_saves_although_its_processes_are_stopped(tmp_path: Path) -> None:
    program = Running("demo", "--for", "0", "--session-dir", str(tmp_path / "s"), exact=True)
    listener = Listener(program.runtime)
    listener.until_heard(*PROCESSES, SUPERVISOR)
    listener.until_strides(2)
    pids = {name: listener.pid(name) for name in PROCESSES}

    # Ctrl-Z, and later fg.
    os.killpg(program.process.pid, signal.SIGSTOP)
    time.sleep(STOPPED_S)
    os.killpg(program.process.pid, signal.SIGCONT)
    listener.until_strides(4)
    listener.until(lambda: listener.health[SUPERVISOR].state == "running", "all is well")
    assert {name: listener.pid(name) for name in PROCESSES} == pids

    # Each process for ever, and then the program's end.
    for name in PROCESSES:
        listener.strike(name, signal.SIGSTOP)
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, []), ended.err
    assert "was killed" not in ended.err
    session = only_session(tmp_path / "s")
    header = json.loads((session / "session.json").read_text())
    assert header["ended"] is True
    assert header["strides"]["near"] == len(near_peaks_deg(session)) > 0

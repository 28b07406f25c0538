"""Given the running program, when its processes are killed or hang, then the others continue and it recovers without help.

Several faults share one run. bench/reliability/recovery.py measures how long recovery takes.
"""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.listener import Listener
from tests.support.program import Ended, Running, hipcue, near_peaks_deg
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY, PROCESSES, RECORDER, SUPERVISOR


class Program:
    """The demo and a listener to its messages."""

    def __init__(self, tmp_path: Path) -> None:
        self.running = Running("demo", "--for", "0", "--session-dir", str(tmp_path / "s"), exact=True)
        self.listener = Listener(self.running.runtime)
        self.sessions = tmp_path / "s"

    def end(self) -> Ended:
        """End it with SIGTERM; nothing may remain."""
        self.listener.close()
        self.running.signal(signal.SIGTERM)
        ended = self.running.wait()
        assert ended.left_behind == []
        assert "Traceback" not in ended.out + ended.err
        assert [path for path in self.running.runtime.rglob("*") if not path.is_dir()] == []
        return ended


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path)
    yield made
    if made.running.process.poll() is None:
        made.running.process.kill()
        made.running.wait()


def test_every_process_may_be_killed_or_hang(program: Program) -> None:
    listener = program.listener
    listener.until_heard(*PROCESSES, SUPERVISOR)
    listener.until_strides(2)

    # Killed one after the other: only the killed process is replaced.
    for name in (ANALYSIS, CAPTURE, COACH, AUDIO, DISPLAY, RECORDER):
        before = {other: listener.pid(other) for other in PROCESSES if other != name}
        fallen = listener.strike(name)
        listener.until_another(name, fallen)
        assert {other: listener.pid(other) for other in before} == before
    listener.until_strides(2)

    # Hung at the same time: no process may wait for the analysis, so the others must continue meanwhile.
    analysis, display = listener.strike(ANALYSIS, signal.SIGSTOP), listener.strike(DISPLAY, signal.SIGSTOP)
    listener.until(
        lambda: ANALYSIS in [fault.device for fault in listener.health[SUPERVISOR].faults],
        "the fault is reported",
    )
    frames = listener.health[CAPTURE].counters["frames"]
    listener.until_another(ANALYSIS, analysis)
    listener.until_another(DISPLAY, display)
    assert listener.health[CAPTURE].counters["frames"] > frames
    listener.until_strides(4)
    listener.until(lambda: listener.health[SUPERVISOR].state == "running", "all is well again")

    shown = hipcue("status", environment={"XDG_RUNTIME_DIR": str(program.running.runtime)})
    assert shown.exit_code == 0, shown.err
    for name in PROCESSES:
        assert re.search(rf"^{name} +(running|degraded) +\d+\.\d s ago +[12]", shown.out, re.MULTILINE), shown.out
    assert "captured to sample" in shown.out

    ended = program.end()
    assert ended.exit_code == 0, ended.err
    for name in PROCESSES:
        assert f"{name} ended (SIGKILL) and was restarted" in ended.err
    journal = (program.running.home / "hipcue.log").read_text()
    assert "display did not respond for 3 s" in journal
    assert journal.count("is running again after") == 8
    assert any(near_peaks_deg(session) for session in program.sessions.iterdir())


def test_status_says_when_nothing_runs() -> None:
    ended = hipcue("status")
    assert ended.exit_code == 2
    assert ended.err.strip() == "HipCue is not running; start it with: hipcue run"

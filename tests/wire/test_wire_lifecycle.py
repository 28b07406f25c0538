"""A process of ours ends when it is asked to, and never outlives its supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.eventually import eventually
from wire.lifecycle import StopFlag

ASKED = """
import sys
from wire.lifecycle import StopFlag
stop = StopFlag()
stop.on_signals(supervised=bool(int(sys.argv[1])))
print("ready", flush=True)
for _ in sys.stdin:
    print(bool(stop), flush=True)
"""

CHILD = """
import sys, time
from pathlib import Path
from wire.lifecycle import StopFlag
stop = StopFlag()
stop.on_signals(supervised=True)
Path(sys.argv[1], "started").touch()
end_s = time.monotonic() + 30
while not stop and time.monotonic() < end_s:
    time.sleep(0.01)
Path(sys.argv[1], "ended" if stop else "forgotten").touch()
"""

PARENT = """
import subprocess, sys
subprocess.run([sys.executable, "-c", sys.argv[2], sys.argv[1]])
"""


# It comes to on_signals only when its parent has already been killed.
LATE_CHILD = """
import sys, time
from pathlib import Path

def child(folder):
    from wire.lifecycle import StopFlag
    Path(folder, "started").touch()
    while not Path(folder, "go").exists():
        time.sleep(0.01)
    stop = StopFlag()
    stop.on_signals(supervised=True)
    end_s = time.monotonic() + 30
    while not stop and time.monotonic() < end_s:
        time.sleep(0.01)
    Path(folder, "ended" if stop else "forgotten").touch()

if __name__ == "__main__":
    import multiprocessing
    process = multiprocessing.get_context("spawn").Process(target=child, args=(sys.argv[1],))
    process.start()
    process.join()
"""


class Asked:
    """A process that tells whether it was asked to end."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def stopped(self) -> bool:
        assert self.process.stdin is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return {"True": True, "False": False}[self._line()]


@contextmanager
def process(supervised: bool) -> Iterator[Asked]:
    command = [sys.executable, "-c", ASKED, str(int(supervised))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        try:
            asked = Asked(started)
            assert asked._line() == "ready"
            yield asked
        finally:
            started.kill()


@pytest.mark.parametrize("supervised", [False, True])
def test_sigterm_sets_the_flag(supervised: bool) -> None:
    with process(supervised) as asked:
        assert not asked.stopped()
        asked.process.send_signal(signal.SIGTERM)
        eventually(asked.stopped, "the flag is set")


def test_ctrl_c_sets_the_flag_of_a_process_that_runs_alone() -> None:
    with process(supervised=False) as asked:
        asked.process.send_signal(signal.SIGINT)
        eventually(asked.stopped, "the flag is set")


def test_ctrl_c_is_the_supervisors_business() -> None:
    with process(supervised=True) as asked:
        asked.process.send_signal(signal.SIGINT)
        assert not asked.stopped()


def test_a_supervised_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), CHILD]) as parent:
        eventually((tmp_path / "started").exists, "the child starts")
        parent.kill()
        eventually((tmp_path / "ended").exists, "the child ends", deadline_s=5)
    assert not (tmp_path / "forgotten").exists()


def test_a_supervised_child_ends_even_if_its_parent_was_killed_before_it_had_begun(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(LATE_CHILD)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, str(program), str(tmp_path)], env=environment) as parent:
        eventually((tmp_path / "started").exists, "the child starts")
        parent.kill()
    (tmp_path / "go").touch()
    eventually((tmp_path / "ended").exists, "the child ends", deadline_s=5)


def test_the_flag_may_be_set_by_the_process_itself() -> None:
    stop = StopFlag()
    assert not stop
    stop.set()
    assert stop

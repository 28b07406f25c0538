"""A process ends on request, and never outlives its supervisor."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from wire.lifecycle import StopFlag
from wire.system import end_signals_deferred

FLAG_HOLDER = """
import sys
from wire.lifecycle import StopFlag
stop = StopFlag()
stop.on_signals(supervised=sys.argv[1] == "supervised", insist=sys.argv[1] == "insist")
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


class FlagHolder:
    """A process that reports whether its flag is set."""

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
def process(kind: str, *within: str) -> Iterator[FlagHolder]:
    command = [*within, sys.executable, "-c", FLAG_HOLDER, kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        try:
            holder = FlagHolder(started)
            assert holder._line() == "ready"
            yield holder
        finally:
            started.kill()


OF_A_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
"""Ctrl-C, Ctrl-\\, and its end; they reach all processes of the terminal."""


@pytest.mark.parametrize("kind", ["alone", "supervised"])
def test_sigterm_sets_the_flag(kind: str) -> None:
    with process(kind) as holder:
        assert not holder.stopped()
        holder.process.send_signal(signal.SIGTERM)
        eventually(holder.stopped, "the flag is set")


@pytest.mark.parametrize("number", OF_A_TERMINAL)
def test_a_signal_of_the_terminal_sets_the_flag_of_a_process_that_runs_alone(number: int) -> None:
    with process("alone") as holder:
        holder.process.send_signal(number)
        eventually(holder.stopped, "the flag is set")


def test_a_supervised_process_ignores_the_signals_of_the_terminal() -> None:
    with process("supervised") as holder:
        for number in OF_A_TERMINAL:
            holder.process.send_signal(number)
        assert not holder.stopped()


def test_a_process_that_was_started_to_outlive_its_terminal_does_so() -> None:
    with process("alone", "nohup") as holder:
        holder.process.send_signal(signal.SIGHUP)
        assert not holder.stopped()


def test_a_second_signal_ends_a_process_that_insists_at_once() -> None:
    with process("insist") as holder:
        holder.process.send_signal(signal.SIGINT)
        eventually(holder.stopped, "the flag is set")
        holder.process.send_signal(signal.SIGINT)
        assert holder.process.wait(120) == 128 + signal.SIGINT


def test_a_signal_waits_for_what_is_being_finished() -> None:
    stop = StopFlag()
    handlers = {number: signal.getsignal(number) for number in (*OF_A_TERMINAL, signal.SIGTERM)}
    try:
        stop.on_signals(supervised=False)
        with end_signals_deferred():
            signal.raise_signal(signal.SIGHUP)
            assert not stop
        assert stop
        assert stop.exit_code == 128 + signal.SIGHUP
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_a_supervised_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), CHILD]) as parent:
        eventually((tmp_path / "started").exists, "the child starts")
        parent.kill()
        eventually((tmp_path / "ended").exists, "the child ends")
    assert not (tmp_path / "forgotten").exists()


def test_a_process_can_set_its_own_flag() -> None:
    stop = StopFlag()
    assert not stop
    stop.set()
    assert stop

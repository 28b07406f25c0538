"""Given small real processes that work, crash or hang, when they are supervised, then the rest go on and all end together."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from config.schema import Settings
from hipcue.processes import Job, ProcessSpec
from hipcue.supervisor import Supervisor
from hipcue.watch import RESTARTS
from tests.eventually import eventually
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Health
from wire.sockets import Wire
from wire.topics import ANALYSIS, CAPTURE, COACH, HEALTH, SUPERVISOR


def turn(job: Job, name: str) -> None:
    """A process whose hot loop turns until it is asked to end, or until the test makes it hang or crash."""
    stop = StopFlag()
    stop.on_signals(supervised=True)
    trouble = job.session_folder / f"{name}.trouble"
    with Wire(job.wire_directory, name) as wire:
        health = HealthReporter(wire)
        health.facts["again"] = str(job.again)
        health.say("running")
        while not stop:
            health.beat()
            time.sleep(0.01)
            if trouble.exists():
                what = trouble.read_text()
                if what == "crash":
                    os._exit(1)
                trouble.unlink()
                while what == "hang" and not stop:
                    time.sleep(0.01)


def start_capture(job: Job) -> None:
    turn(job, CAPTURE)


def start_analysis(job: Job) -> None:
    turn(job, ANALYSIS)


def start_coach(job: Job) -> None:
    turn(job, COACH)


SPECS = [
    ProcessSpec(CAPTURE, start_capture, stop_round=1),
    ProcessSpec(ANALYSIS, start_analysis, stop_round=1),
    ProcessSpec(COACH, start_coach, stop_round=2),
]


class Program:
    """The supervisor in a thread, and someone who listens."""

    def __init__(self, directory: Path, folder: Path, specs: Sequence[ProcessSpec] = SPECS) -> None:
        self.stop = StopFlag()
        self.code: int | None = None
        self.folder = folder
        self.heard: dict[str, Health] = {}
        self._wire = Wire(directory, SUPERVISOR)
        self._ears = Wire(directory, "listener")
        self._news = self._ears.newest(HEALTH, Health)
        job = Job(Settings(), directory, folder, None)
        self.supervisor = Supervisor(specs, job, self._wire)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.supervisor.run(self.stop, None)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        def holds() -> bool:
            while (health := self._news.take()) is not None:
                self.heard[health.process] = health
            return condition()

        eventually(holds, what, deadline_s=40)

    def pid(self, name: str) -> int:
        return self.heard[name].pid

    def until_all_work(self) -> None:
        names = {spec.name for spec in SPECS}
        self.until(lambda: names | {SUPERVISOR} <= self.heard.keys(), "all are heard")

    def until_another(self, name: str, pid: int) -> None:
        self.until(lambda: self.pid(name) != pid and self.heard[SUPERVISOR].state == "running", f"another {name} works")

    def end(self) -> None:
        self.stop.set()
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()
        self._wire.close()
        self._ears.close()


@pytest.fixture
def program(wire_directory: Path, tmp_path: Path) -> "Program":
    return Program(wire_directory, tmp_path)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_those_killed_and_hung_come_back_and_the_rest_go_on(program: Program) -> None:
    try:
        program.until_all_work()
        analysis, coach, capture = (program.pid(name) for name in (ANALYSIS, COACH, CAPTURE))
        assert program.heard[ANALYSIS].facts["again"] == "False"
        os.kill(analysis, signal.SIGKILL)
        program.until_another(ANALYSIS, analysis)
        assert program.heard[ANALYSIS].facts["again"] == "True"
        os.kill(coach, signal.SIGSTOP)  # the whole process stands still
        (program.folder / "analysis.trouble").write_text("hang")  # its hot loop does, the rest of it lives
        analysis = program.pid(ANALYSIS)
        program.until_another(COACH, coach)
        program.until_another(ANALYSIS, analysis)
        assert program.pid(CAPTURE) == capture
        assert program.heard[SUPERVISOR].counters == {"analysis restarts": 2, "coach restarts": 1}
    finally:
        program.end()
    assert program.code == 0
    assert not any(alive(health.pid) for name, health in program.heard.items() if name != SUPERVISOR)
    text = "\n".join(program.supervisor.notes)
    assert "analysis ended (SIGKILL) and was started again" in text
    assert "coach gave no sign of life for 3 s" in text
    assert text.count("works again after") == 3


def test_one_that_crashes_again_and_again_stays_off_and_the_screen_is_told(program: Program) -> None:
    try:
        program.until_all_work()
        capture = program.pid(CAPTURE)
        (program.folder / "coach.trouble").write_text("crash")
        program.until(lambda: "coach has failed" in program.heard[SUPERVISOR].reason, "the failure is told")
        assert program.heard[SUPERVISOR].state == "degraded"
        assert program.heard[SUPERVISOR].counters["coach restarts"] == RESTARTS
        assert program.pid(CAPTURE) == capture
    finally:
        program.end()
    assert program.code == 1


def test_at_the_end_one_that_cannot_be_ended_is_left_behind(
    wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(wire_directory, tmp_path, SPECS[:1])
    try:
        program.until(lambda: CAPTURE in program.heard, "capture is heard")
        # As one that stands in a driver: not even SIGKILL reaches it.
        os.kill(program.pid(CAPTURE), signal.SIGSTOP)
        monkeypatch.setattr(SpawnProcess, "kill", lambda _: None)
        program.end()
        assert program.supervisor.notes == ["capture did not end in time and was killed, but is still there"]
        # For those that multiprocessing knows of, Python waits at its exit.
        assert multiprocessing.active_children() == []
    finally:
        os.kill(program.pid(CAPTURE), signal.SIGKILL)

"""Given small real processes that crash or hang, the supervisor restarts them, the others continue, and all end together."""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from config.settings import Settings
from hipcue.supervisor.fork_server import ForkedProcess
from hipcue.supervisor.process_table import Job, ProcessSpec
from hipcue.supervisor.supervisor import Supervisor
from hipcue.supervisor.watchdog import RESTARTS
from tests.support.eventually import DEADLINE_S, eventually
from wire.faults import FaultCode
from wire.health.reporter import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Health
from wire.node import Node
from wire.sockets import Wire
from wire.topics import ANALYSIS, CAPTURE, COACH, CONSOLE, HEALTH, RECORDER, SUPERVISOR


def turn(job: Job, name: str) -> None:
    """A process whose loop runs until it is asked to end, or until the test makes it hang or crash."""
    stop = StopFlag()
    stop.on_signals(supervised=True)
    trouble = job.session_folder / f"{name}.trouble"
    with Wire(job.wire_directory, name) as wire:
        health = HealthReporter(wire)
        health.facts["again"] = str(job.again)
        health.running()
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


def start_analysis_late(job: Job) -> None:
    """It loads until the test lets it run."""
    eventually((job.session_folder / "loaded").exists, "the test lets analysis run")
    turn(job, ANALYSIS)


def start_coach(job: Job) -> None:
    turn(job, COACH)


def start_recorder(job: Job) -> None:
    """A process that saves for a second at its end, or for ever; in small steps, as a recorder on a busy machine."""
    stop = StopFlag()
    stop.on_signals(supervised=True)
    with Wire(job.wire_directory, RECORDER) as wire:
        health = HealthReporter(wire)
        health.facts.update(session=str(job.session_folder / "later"), folder=str(job.session_folder))
        health.running()
        steps = 0
        while not stop or steps < 100 or (job.session_folder / "endless").exists():
            if stop:
                steps += 1
                (job.session_folder / "saving").touch()
            health.beat()
            time.sleep(0.01)
        (job.session_folder / "saved").touch()


def start_recorder_loading(job: Job) -> None:
    """It loads for ever, and does not end when it is asked to."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (job.session_folder / "loading").touch()
    while True:
        time.sleep(0.01)


SPECS = [
    ProcessSpec(CAPTURE, start_capture, stop_round=1),
    ProcessSpec(ANALYSIS, start_analysis, stop_round=1),
    ProcessSpec(COACH, start_coach, stop_round=2),
]


class Program:
    """The supervisor in a thread, and a subscriber to health."""

    def __init__(self, directory: Path, folder: Path, specs: Sequence[ProcessSpec] = SPECS, for_s: float | None = None) -> None:
        self.stop = StopFlag()
        self.code: int | None = None
        self.folder = folder
        self._for_s = for_s
        self.healths: dict[str, Health] = {}
        self._wire = Wire(directory, SUPERVISOR)
        self._subscriber = Wire(directory, "listener")
        self._healths = self._subscriber.newest(HEALTH, Health)
        job = Job(Settings(), directory, folder, None)
        self.supervisor = Supervisor(specs, job, Node(self._wire, self.stop))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.supervisor.run(self._for_s)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        def holds() -> bool:
            while (health := self._healths.take()) is not None:
                self.healths[health.process] = health
            return condition()

        eventually(holds, what)

    def pid(self, name: str) -> int:
        return self.healths[name].pid

    def until_all_run(self) -> None:
        names = {spec.name for spec in SPECS}
        self.until(lambda: names | {SUPERVISOR} <= self.healths.keys(), "all processes report")

    def until_another(self, name: str, pid: int) -> None:
        self.until(lambda: self.pid(name) != pid and self.healths[SUPERVISOR].state == "running", f"another {name} is running")

    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> None:
        self.stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        self._wire.close()
        self._subscriber.close()


@pytest.fixture
def program(wire_directory: Path, tmp_path: Path) -> "Program":
    return Program(wire_directory, tmp_path)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def faults_of(program: Program) -> list[FaultCode]:
    return [fault.code for fault in program.healths[SUPERVISOR].faults] if SUPERVISOR in program.healths else []


def test_the_time_to_run_counts_from_when_pictures_are_measured(wire_directory: Path, tmp_path: Path) -> None:
    late = [ProcessSpec(CAPTURE, start_capture, stop_round=1), ProcessSpec(ANALYSIS, start_analysis_late, stop_round=1)]
    program = Program(wire_directory, tmp_path, late, for_s=0.2)
    try:
        program.until(lambda: CAPTURE in program.healths, "capture runs")
        time.sleep(0.5)
        assert not program.has_ended()
        (tmp_path / "loaded").touch()
        eventually(program.has_ended, "the time is over")
    finally:
        program.end()
    assert program.code == 0


@pytest.mark.slow
@pytest.mark.raises_fault(FaultCode.PROCESS_RESTARTING)
def test_killed_and_hung_processes_are_restarted_and_the_others_continue(program: Program) -> None:
    try:
        program.until_all_run()
        analysis, coach, capture = (program.pid(name) for name in (ANALYSIS, COACH, CAPTURE))
        assert program.healths[ANALYSIS].facts["again"] == "False"
        os.kill(analysis, signal.SIGKILL)
        program.until_another(ANALYSIS, analysis)
        assert program.healths[ANALYSIS].facts["again"] == "True"
        os.kill(coach, signal.SIGSTOP)  # the whole process is suspended
        (program.folder / "analysis.trouble").write_text("hang")  # only its loop hangs
        program.until(lambda: FaultCode.PROCESS_RESTARTING in faults_of(program), "the restart is reported")
        analysis = program.pid(ANALYSIS)
        program.until_another(COACH, coach)
        program.until_another(ANALYSIS, analysis)
        assert program.pid(CAPTURE) == capture
        assert program.healths[SUPERVISOR].counters == {"analysis restarts": 2, "coach restarts": 1}
    finally:
        program.end()
    assert program.code == 0
    assert not any(alive(health.pid) for name, health in program.healths.items() if name != SUPERVISOR)
    text = "\n".join(program.supervisor.notes)
    assert "analysis ended (SIGKILL) and was restarted" in text
    assert "coach did not respond for 3 s" in text
    assert text.count("is running again after") == 3


@pytest.mark.slow
@pytest.mark.raises_fault(FaultCode.PROCESS_GIVEN_UP)
def test_a_process_that_crashes_again_and_again_is_given_up_and_reported(program: Program) -> None:
    try:
        program.until_all_run()
        capture = program.pid(CAPTURE)
        (program.folder / "coach.trouble").write_text("crash")
        program.until(
            lambda: FaultCode.PROCESS_GIVEN_UP in [fault.code for fault in program.healths[SUPERVISOR].faults],
            "the failure is reported",
        )
        assert program.healths[SUPERVISOR].state == "degraded"
        assert program.healths[SUPERVISOR].counters["coach restarts"] == RESTARTS
        assert program.pid(CAPTURE) == capture
    finally:
        program.end()
    assert program.code == 1


class TestAProcessThatSaves:
    @pytest.fixture
    def saving(self, wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
        monkeypatch.setattr("hipcue.supervisor.supervisor.END_S", 0.1)
        monkeypatch.setattr("hipcue.supervisor.supervisor.LONGEST_END_S", 120.0)
        monkeypatch.setattr("hipcue.supervisor.watchdog.HUNG_S", 60.0)
        program = Program(wire_directory, tmp_path, [ProcessSpec(RECORDER, start_recorder, stop_round=1, saves=True)])
        program.until(lambda: RECORDER in program.healths, "the recorder reports")
        return program

    @pytest.mark.parametrize("stopped", [False, True])
    def test_is_waited_for_while_it_makes_progress_and_continued_if_it_was_stopped(
        self, saving: Program, stopped: bool
    ) -> None:
        if stopped:
            os.kill(saving.pid(RECORDER), signal.SIGSTOP)
        saving.end()
        assert (saving.code, saving.supervisor.notes) == (0, [])
        assert (saving.folder / "saved").exists()

    def test_is_killed_if_it_goes_on_for_ever(self, saving: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("hipcue.supervisor.supervisor.LONGEST_END_S", 0.5)
        (saving.folder / "endless").touch()
        saving.end()
        assert (saving.code, saving.supervisor.notes) == (1, ["recorder did not end in time and was killed"])

    def test_that_somebody_kills_then_is_reported(self, saving: Program) -> None:
        (saving.folder / "endless").touch()
        saving.stop.set()
        eventually((saving.folder / "saving").exists, "the recorder saves")
        os.kill(saving.pid(RECORDER), signal.SIGKILL)
        saving.end()
        assert saving.code == 1
        assert saving.supervisor.notes == ["recorder ended (SIGKILL) while saving; the rows it had written are kept"]

    def test_that_is_still_loading_is_killed_without_a_word(self, wire_directory: Path, tmp_path: Path) -> None:
        """It has nothing to save, as when the camera cannot be opened and the program ends at once."""
        program = Program(wire_directory, tmp_path, [ProcessSpec(RECORDER, start_recorder_loading, stop_round=1, saves=True)])
        eventually((tmp_path / "loading").exists, "the recorder loads")
        program.end()
        assert (program.code, program.supervisor.notes) == (0, [])

    def test_that_is_restarted_is_given_the_session_that_it_was_writing(self, saving: Program) -> None:
        pid, session = saving.pid(RECORDER), saving.healths[RECORDER].facts["session"]
        os.kill(pid, signal.SIGKILL)
        saving.until_another(RECORDER, pid)
        assert saving.healths[RECORDER].facts["folder"] == session
        saving.end()


def start_console(_job: Job) -> None:
    os._exit(5)


def test_a_console_that_cannot_start_ends_nothing_and_fails_nothing(wire_directory: Path, tmp_path: Path) -> None:
    program = Program(wire_directory, tmp_path, [*SPECS[:1], ProcessSpec(CONSOLE, start_console, stop_round=2, needed=False)])
    try:
        program.until(lambda: FaultCode.PROCESS_RESTARTING in faults_of(program), "it is being restarted")
        program.until(lambda: CAPTURE in program.healths, "capture reports")
    finally:
        program.end()
    assert program.code == 0


@pytest.mark.slow  # until it counts as hung
@pytest.mark.raises_fault(FaultCode.PROCESS_STUCK)
def test_one_that_hangs_and_cannot_be_ended_is_reported(
    wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(wire_directory, tmp_path, SPECS[:1])
    try:
        program.until(lambda: CAPTURE in program.healths, "capture reports")
        os.kill(program.pid(CAPTURE), signal.SIGSTOP)
        monkeypatch.setattr(ForkedProcess, "kill", lambda _: None)
        program.until(lambda: FaultCode.PROCESS_STUCK in faults_of(program), "the stuck process is reported")
    finally:
        monkeypatch.undo()
        program.end()


@pytest.mark.slow  # the supervisor waits for it for seconds
def test_a_process_that_cannot_be_killed_is_left_behind_at_the_end(
    wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(wire_directory, tmp_path, SPECS[:1])
    try:
        program.until(lambda: CAPTURE in program.healths, "capture reports")
        # Like a process that waits in a driver, which SIGKILL does not end.
        os.kill(program.pid(CAPTURE), signal.SIGSTOP)
        monkeypatch.setattr("hipcue.supervisor.child.continue_process", lambda _pid: None)
        monkeypatch.setattr(ForkedProcess, "kill", lambda _: None)
        program.end()
        assert program.supervisor.notes == ["capture did not end in time and was killed, but is still running"]
    finally:
        os.kill(program.pid(CAPTURE), signal.SIGKILL)

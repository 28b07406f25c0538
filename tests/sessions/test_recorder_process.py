"""Given messages on the wire, the recorder process has them on disk when it ends, whatever fails in between."""

import csv
import errno
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.secret_address import SecretAddress
from config.sections.session import SessionSettings
from config.settings import Settings
from sessions.format.header import session_header
from sessions.recorder import recorder
from sessions.recorder.disk_sync import DiskSync
from sessions.recorder.process import EXIT_NO_FOLDER, EXIT_NOT_SAVED, run
from sessions.recorder.session_video import SessionVideo
from sessions.recorder.session_writer import SessionWriter
from tests.support.eventually import DEADLINE_S, eventually
from tests.support.message_examples import cue, sample, stride
from wire.clock import monotonic_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.lifecycle import StopFlag
from wire.messages import Health, Latency, Phase, PhaseName, Played, RecentStrides, State
from wire.sockets import Publisher, Wire
from wire.system import boot_id
from wire.topics import CUE, HEALTH, PHASE, PLAYED, RECENT_STRIDES, SAMPLE_LOG, STRIDE


class RunningRecorder:
    """The recorder in a thread, and the processes that publish to it."""

    def __init__(self, directory: Path, settings: Settings, folder: Path | None) -> None:
        self._directory = directory
        self._settings = settings
        self._folder = folder
        self._wires = {name: Wire(directory, name) for name in ("analysis", "coach", "audio")}
        self.samples: Publisher = self._wires["analysis"].publisher(SAMPLE_LOG)
        self.strides: Publisher = self._wires["analysis"].publisher(STRIDE)
        self.cues: Publisher = self._wires["coach"].publisher(CUE)
        self.recent: Publisher = self._wires["analysis"].publisher(RECENT_STRIDES)
        self.played: Publisher = self._wires["audio"].publisher(PLAYED)
        self.phases: Publisher = self._wires["coach"].publisher(PHASE)
        self.health: Publisher = self._wires["analysis"].publisher(HEALTH)
        self._news = self._wires["coach"].newest(HEALTH, Health)
        self.last: Health | None = None
        self.stop = StopFlag()
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with Wire(self._directory, "recorder") as wire:
            self.code = run(self._settings, wire, self.stop, self._folder)

    def phase(self, name: PhaseName = "warm_up") -> None:
        """The coach publishes a phase."""
        self.phases.send(Phase(name, "hip_extension", None, None, None, False, False))

    def until_running(self) -> Path:
        """The coach publishes a runner's phase until the recorder reports the folder of their session. Returns the folder."""

        def known() -> Path | None:
            self.phase()
            health = self._news.take()
            self.last = health if health is not None and health.process == "recorder" else self.last
            return None if self.last is None or "session" not in self.last.facts else Path(self.last.facts["session"])

        return eventually(known, "the recorder runs")

    def until(self, phase: PhaseName, condition: Callable[[], bool]) -> None:
        """The coach publishes a phase until the condition holds."""

        def holds() -> bool:
            self.phase(phase)
            return condition()

        eventually(holds, f"the recorder has received {phase}")

    def until_state(self, state: State) -> None:
        """Wait until the recorder reports this state."""
        eventually(lambda: self.is_(state), f"the recorder is {state}")

    def is_(self, state: State) -> bool:
        """Whether the recorder has just reported this state."""
        health = self._news.take()
        return health is not None and (health.process, health.state) == ("recorder", state)

    def end(self) -> int | None:
        self.stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        return self.code

    def close(self) -> None:
        self.end()
        for wire in self._wires.values():
            wire.close()


@pytest.fixture
def start(wire_directory: Path, tmp_path: Path) -> Iterator[Callable[[Path | None], RunningRecorder]]:
    made: list[RunningRecorder] = []

    def begin(folder: Path | None) -> RunningRecorder:
        settings = Settings(session=SessionSettings(folder=str(tmp_path / "sessions")))
        made.append(RunningRecorder(wire_directory, settings, folder))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        file.readline()
        return list(csv.DictReader(file))


def summary(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "session.json").read_text(encoding="utf-8")))


def join(recording: RunningRecorder, folder: Path) -> None:
    """Publish some of everything until it is on disk: from then on the recorder misses nothing."""
    sent = 0

    def written() -> bool:
        nonlocal sent
        sent += 1
        recording.phase()
        # A second apart, so that each is written when the next one comes.
        recording.samples.send(sample(sent, 100.0 + sent))
        recording.strides.send(stride(1000 + sent, 100.0 + sent))
        recording.cues.send(cue("met"))
        recording.played.send(Played("met", "push", 0, 1, 2, silent=False))
        files = ("samples.csv", "strides.csv", "cues.csv")
        return all((folder / name).exists() and rows(folder, name) for name in files)

    eventually(written, "the recorder is connected")


def joined(start: Callable[[Path | None], RunningRecorder], folder: Path) -> RunningRecorder:
    """A recorder that receives what is sent to it and writes it to this folder."""
    recording = start(folder)
    recording.until_running()
    join(recording, folder)
    return recording


def test_the_disk_is_asked_to_store_what_is_written_during_the_session_and_at_its_end(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "session"
    stored: dict[str, int] = {}

    def store(path: Path) -> None:
        stored[path.name] = path.stat().st_size

    monkeypatch.setattr(recorder, "DiskSync", lambda: DiskSync(store))
    recording = start(folder)
    join(recording, folder)
    # Once a table stops growing, all of it is stored, although the session has not ended.
    eventually(lambda: stored.get("strides.csv") == (folder / "strides.csv").stat().st_size, "the strides are stored")
    assert summary(folder)["ended"] is False
    stored.clear()
    assert recording.end() == 0
    files = ("samples.csv", "strides.csv", "cues.csv", "session.json")
    assert {name: stored[name] for name in files} == {name: (folder / name).stat().st_size for name in files}


def test_everything_published_is_on_disk_when_it_ends(start: Callable[[Path | None], RunningRecorder], tmp_path: Path) -> None:
    folder = tmp_path / "session"
    recording = start(folder)
    assert recording.until_running() == folder
    join(recording, folder)
    before = {name: len(rows(folder, name)) for name in ("strides.csv", "cues.csv")}
    for number in range(1, 51):
        recording.samples.send(sample(10_000 + number, 10_000 + number / 30))
        recording.strides.send(stride(number, 10_000 + number / 2))
    recording.cues.send(cue("push", stride_number=50))

    def recorded() -> bool:
        return len(rows(folder, "cues.csv")) > before["cues.csv"] and rows(folder, "cues.csv")[-1]["rule"] == "push"

    eventually(recorded, "the last cue is on disk")
    assert recording.end() == 0
    assert [row["stride"] for row in rows(folder, "strides.csv")][-50:] == [str(number) for number in range(1, 51)]
    assert [row["frame"] for row in rows(folder, "samples.csv")][-50:] == [str(10_000 + number) for number in range(1, 51)]
    found = summary(folder)
    assert found["ended"] is True
    assert found["cues"] == len(rows(folder, "cues.csv"))
    assert found["strides"]["near"] == len(rows(folder, "strides.csv"))
    assert found["frames"] == len(rows(folder, "samples.csv"))
    assert found["sounds_played"] >= 1
    assert found["software"].startswith("hipcue ")
    assert found["config"]["capture"]["source"] == found["source"] == "0"


def test_devices_counters_and_latencies_are_in_the_summary(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path
) -> None:
    recording = start(tmp_path / "session")
    recording.until_running()
    join(recording, tmp_path / "session")
    latency = {"pose": Latency(9, 20.0, 25.0, 30.0, 31.0)}
    facts = {"backend": "mediapipe"}
    sent = Health("analysis", 1, "running", 1, 1, facts, {"frames": 9}, latency)

    def received() -> bool:
        recording.health.send(sent)
        return recording._news.take() == sent

    eventually(received, "the health of analysis arrives")
    join(recording, tmp_path / "session")
    recording.end()
    written = summary(tmp_path / "session")
    assert written["pose"] == facts
    assert written["processes"]["analysis"] == {
        "facts": facts,
        "counters": {"frames": 9},
        "latency_ms": {"pose": {"count": 9, "p50": 20.0, "p95": 25.0, "p99": 30.0, "max": 31.0}},
    }


def test_without_a_folder_it_makes_one_named_after_the_time(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path
) -> None:
    recording = start(None)
    folder = recording.until_running()
    assert folder.parent == tmp_path / "sessions"
    assert recording.end() == 0
    assert summary(folder)["ended"] is True


def test_an_empty_room_is_no_session(start: Callable[[Path | None], RunningRecorder], tmp_path: Path) -> None:
    recording = start(tmp_path / "session")
    recording.until("idle", lambda: recording.is_("running"))
    recording.samples.send(sample(1, 100.0))
    recording.phase("idle")
    assert recording.end() == 0
    assert list(tmp_path.glob("**/*.json")) == []


def test_a_session_without_any_message_is_valid(start: Callable[[Path | None], RunningRecorder], tmp_path: Path) -> None:
    recording = start(tmp_path / "session")
    recording.until_running()
    recording.end()
    found = summary(tmp_path / "session")
    assert (found["ended"], found["frames"], found["sounds_played"]) == (True, 0, 0)


def test_a_session_that_has_ended_is_not_changed(start: Callable[[Path | None], RunningRecorder], tmp_path: Path) -> None:
    folder = tmp_path / "session"
    first = start(folder)
    first.until_running()
    join(first, folder)
    first.close()
    saved = {path.name: path.read_bytes() for path in folder.iterdir()}
    second = start(folder)
    assert second.until_running().parent == tmp_path
    second.end()
    assert len(list(tmp_path.glob("*/session.json"))) == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == saved


RECORDER_ALONE = """
import sys
from pathlib import Path
from config.settings import Settings
from sessions.recorder.process import run
from wire.lifecycle import StopFlag
from wire.sockets import Wire

stop = StopFlag()
stop.on_signals(supervised=False)
with Wire(Path(sys.argv[1]), "recorder") as wire:
    sys.exit(run(Settings(), wire, stop, Path(sys.argv[2])))
"""


@pytest.mark.slow
def test_a_recorder_that_is_killed_resumes_its_session_when_it_is_started_again(wire_directory: Path, tmp_path: Path) -> None:
    folder = tmp_path / "session"
    with Wire(wire_directory, "analysis") as wire, Wire(wire_directory, "coach") as coach:
        strides, phases = wire.publisher(STRIDE), coach.publisher(PHASE)
        number = 0

        def recorded_since(first: int) -> bool:
            nonlocal number
            number += 1
            phases.send(Phase("warm_up", "hip_extension", None, None, None, False, False))
            strides.send(stride(number, 100.0 + number))
            path = folder / "strides.csv"
            return path.exists() and any(int(row["stride"]) > first for row in rows(folder, "strides.csv"))

        for signal_number in (signal.SIGKILL, signal.SIGTERM):
            alone = subprocess.Popen([sys.executable, "-c", RECORDER_ALONE, str(wire_directory), str(folder)])
            eventually(partial(recorded_since, number), "a stride is on disk")
            alone.send_signal(signal_number)
            alone.wait(DEADLINE_S)
    assert [path.name for path in tmp_path.iterdir()] == ["session"]
    numbers = [int(row["stride"]) for row in rows(folder, "strides.csv")]
    assert numbers == sorted(set(numbers))
    found = summary(folder)
    assert found["ended"] is True
    assert found["strides"]["near"] == len(numbers)


def test_strides_that_were_finished_without_a_recorder_are_recorded_once(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path
) -> None:
    folder = tmp_path / "session"
    recording = joined(start, folder)

    def of_them() -> list[str]:
        return [row["stride"] for row in rows(folder, "strides.csv") if int(row["stride"]) < 1000]

    missed = tuple(stride(number, 10_000 + number) for number in range(1, 4))

    def recorded() -> bool:
        recording.recent.send(RecentStrides(missed))
        recording.strides.send(stride(3, 10_003))
        return len(of_them()) >= len(missed)

    eventually(recorded, "all are recorded")
    recording.end()
    assert of_them() == ["1", "2", "3"]


def test_a_restarted_recorder_resumes_the_session_of_the_runner_now_on_the_treadmill(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path
) -> None:
    settings = Settings()
    boot = {"boot": boot_id(), "program": os.getppid()}
    SessionWriter(tmp_path / "2026-01-01", {**session_header(settings), **boot}).close()
    SessionWriter(tmp_path / "2026-01-02", {**session_header(settings), **boot}).flush()
    SessionWriter(tmp_path / "2026-01-03", {**session_header(settings), **boot, "program": -1}).flush()  # of another program
    assert start(tmp_path / "2026-01-01").until_running() == tmp_path / "2026-01-02"


@contextmanager
def no_room_beyond(path: Path) -> Iterator[None]:
    """No file of this process may grow larger than this one is: as on a full disk, writes fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.raises_fault(FaultCode.SESSION_NOT_WRITABLE)
def test_a_full_disk_does_not_end_the_session_and_what_waited_is_written_once_there_is_room(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path
) -> None:
    folder = tmp_path / "session"
    recording = joined(start, folder)
    with no_room_beyond(folder / "strides.csv"):
        for number in range(1, 21):
            recording.strides.send(stride(number, 10_000 + number))

        def reported() -> bool:
            health = recording._news.take()
            return health is not None and any(fault.code is FaultCode.SESSION_NOT_WRITABLE for fault in health.faults)

        eventually(reported, "the recorder reports why")
    assert recording.end() == 0
    assert [row["stride"] for row in rows(folder, "strides.csv")][-20:] == [str(number) for number in range(1, 21)]


def send_until_summary(recording: RunningRecorder, folder: Path) -> None:
    """Send twenty strides that the disk refuses, and wait for the end of the session."""
    for number in range(1, 21):
        recording.strides.send(stride(number, 10_000 + number))
    recording.until_state("degraded")
    recording.until("summary", lambda: any(row["phase"] == "summary" for row in rows(folder, "phases.csv")))


@pytest.mark.raises_fault(FaultCode.SESSION_LOST)
def test_a_session_that_cannot_be_saved_by_its_end_gives_code_6_and_says_how_much_is_lost(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "session"
    recording = joined(start, folder)
    with no_room_beyond(folder / "strides.csv"):
        send_until_summary(recording, folder)
        assert recording.end() == EXIT_NOT_SAVED
    # Nor is there room for the store.
    (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith(f"{folder}/")]
    found = re.search(r"so a session is not saved completely; strides lost: ([0-9]+)\. Free some space", said)
    assert found is not None
    assert int(found[1]) >= 20
    assert summary(folder)["ended"] is False


def test_a_session_that_could_not_be_noted_is_saved_and_the_end_says_how_to_list_it(
    start: Callable[[Path | None], RunningRecorder],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "home").touch()  # a file where the folder should be
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "session"
    recording = joined(start, folder)
    assert recording.end() == 0
    said = capsys.readouterr().err
    assert str(tmp_path / "home") in said
    assert f"to list this session: hipcue sessions import {folder}" in said
    assert said.count("\n") == 1
    assert summary(folder)["ended"] is True


@pytest.mark.raises_fault(FaultCode.VIDEO_NOT_STORED, FaultCode.STORE_AWAY)
def test_a_video_and_a_store_that_fail_are_reported_and_the_session_is_recorded(
    wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SessionVideo, "add", refuse)
    away = "postgresql://nobody@127.0.0.1:1/none"
    settings = Settings(session=SessionSettings(folder=str(tmp_path), store_video=True, store_url=SecretAddress(away)))
    recording = RunningRecorder(wire_directory, settings, tmp_path / "session")
    try:
        recording.until_running()
        join(recording, tmp_path / "session")
        wanted = {FaultCode.VIDEO_NOT_STORED, FaultCode.STORE_AWAY}
        with Wire(wire_directory, "capture") as capture:
            frames = capture.frame_publisher()
            seen: set[FaultCode] = set()
            seq = 0

            def reported() -> bool:
                nonlocal seq
                seq += 1
                at_ns = monotonic_ns()
                frames.send(Frame(1, seq, seq, at_ns, at_ns, at_ns, "read", np.zeros((16, 16, 3), np.uint8)))
                while (health := recording._news.take()) is not None:
                    seen.update(fault.code for fault in health.faults if health.process == "recorder")
                return wanted <= seen

            eventually(reported, "both are reported", 30.0)
    finally:
        recording.close()
    assert "Sessions stay in their folders until the store accepts them." in capsys.readouterr().err


def test_a_wrong_store_is_reported_before_the_first_session(wire_directory: Path, tmp_path: Path) -> None:
    wrong = SecretAddress("postgresql://h:port/db")
    settings = Settings(session=SessionSettings(folder=str(tmp_path / "sessions"), store_url=wrong))
    recording = RunningRecorder(wire_directory, settings, None)

    def reported() -> bool:
        health = recording._news.take()
        return health is not None and FaultCode.STORE_AWAY in {fault.code for fault in health.faults}

    try:
        eventually(reported, "the store is reported")
    finally:
        recording.close()
    assert not (tmp_path / "sessions").exists()


@pytest.mark.slow  # until the recorder tries again
def test_a_session_that_ends_while_the_disk_is_full_is_finished_once_there_is_room(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path
) -> None:
    folder = tmp_path / "session"
    recording = joined(start, folder)
    with no_room_beyond(folder / "strides.csv"):
        send_until_summary(recording, folder)
        recording.until("stand", lambda: len(list(tmp_path.glob("*/strides.csv"))) == 2)  # the next runner's
    eventually(lambda: summary(folder)["ended"], "the session is finished")
    assert [row["stride"] for row in rows(folder, "strides.csv")][-20:] == [str(number) for number in range(1, 21)]
    assert summary(folder)["strides"]["near"] == len(rows(folder, "strides.csv"))
    recording.until_state("running")


def test_an_existing_folder_without_a_session_is_used(start: Callable[[Path | None], RunningRecorder], tmp_path: Path) -> None:
    (tmp_path / "session").mkdir()
    (tmp_path / "session" / "screen.png").touch()
    recording = start(tmp_path / "session")
    assert recording.until_running() == tmp_path / "session"


def test_a_folder_that_cannot_be_written_gives_code_5_and_a_sentence(
    start: Callable[[Path | None], RunningRecorder], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    recording = start(tmp_path / "file" / "session")
    eventually(lambda: recording.code is not None, "the recorder ends")
    assert recording.code == EXIT_NO_FOLDER
    sentence = capsys.readouterr().err
    assert sentence.startswith(str(tmp_path / "file"))
    assert "the session cannot be saved there" in sentence
    assert "Choose another --session-dir" in sentence
    assert sentence.count("\n") == 1

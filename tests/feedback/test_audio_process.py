"""The audio process plays fresh cues, publishes them, and plays nothing else."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import zmq
from msgspec.structs import replace

from config.sections.audio import AudioSettings
from config.settings import Settings
from feedback.audio.device import sound_card
from feedback.audio.device.sink import NullSink, Sink, SinkError
from feedback.audio.process import MAX_LATE_MS, AudioProcess, run
from tests.support.eventually import DEADLINE_S, eventually
from tests.support.set_clock import SetClock
from wire import codec
from wire.clock import Clock, monotonic_ns, ms_to_ns, s_to_ns
from wire.endpoints import endpoint, private_directory
from wire.faults import CAMERA_AWAY, FaultCode
from wire.health.reporter import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import ConfigState, Cue, Health, Phase, PhaseName, Played
from wire.node import Node
from wire.sockets import Every, Newest, Publisher, Wire
from wire.topics import ANALYSIS, AUDIO, CONFIG, CUE, HEALTH, PHASE, PLAYED, SUPERVISOR

DEADLINE_MS = 120_000
SILENT = Settings(audio=AudioSettings(enabled=False))
MessageT = TypeVar("MessageT")


def cue(
    sound: str = "push",
    stride_number: int = 1,
    age_ms: float = 0.0,
    play_in_ms: float | None = None,
    pitch_hz: float | None = None,
) -> Cue:
    now_ns = monotonic_ns()
    return Cue(
        "push",
        "Push",
        sound,
        "below the band",
        stride_number,
        now_ns,
        now_ns - ms_to_ns(age_ms),
        play_at_ns=None if play_in_ms is None else now_ns + ms_to_ns(play_in_ms),
        pitch_hz=pitch_hz,
    )


def phase(muted: bool = False, paused: bool = False, name: PhaseName = "drill") -> Phase:
    return Phase(name, "hip_extension", None, None, None, paused, muted)


def until(found: Callable[[], MessageT | None], reader: "Every[Played] | Newest[Health]") -> MessageT:
    """Wait for messages of the reader until `found` returns something."""
    end_ns = monotonic_ns() + ms_to_ns(DEADLINE_MS)
    while (answer := found()) is None:
        if monotonic_ns() > end_ns:
            raise TimeoutError("the audio process did not publish it")
        reader.socket.poll(50)
    return answer


class Neighbours:
    """The audio process in a thread, and the other processes."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.directory = directory
        self.coach = Wire(directory, "coach")
        self.capture = Wire(directory, "capture")
        self.recorder = Wire(directory, "recorder")
        self.supervisor = Wire(directory, SUPERVISOR)
        self.configs: Publisher = self.supervisor.publisher(CONFIG)
        self.cues: Publisher = self.coach.publisher(CUE)
        self.phases: Publisher = self.coach.publisher(PHASE)
        self.camera = HealthReporter(self.capture)
        self.played: Every[Played] = self.recorder.every(PLAYED, Played)
        self.health: Newest[Health] = self.recorder.newest(HEALTH, Health)
        self.stop = StopFlag()
        self.code: int | None = None
        self._settings = settings
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with Wire(self.directory, "audio") as wire:
            self.code = run(self._settings, wire, self.stop)

    def connect(self) -> None:
        """Send cues until one is played: a subscriber that is not connected yet receives nothing."""

        def answered() -> bool | None:
            self.cues.send(cue("good", stride_number=0))
            return True if self.played.take_all() else None

        until(answered, self.played)
        self.play("good", -1)

    def play(self, sound: str, stride_number: int) -> Played:
        """Send a cue and wait until it is played, ignoring others."""
        self.cues.send(cue(sound, stride_number))
        return self.next_played(lambda played: played.stride_number == stride_number)

    def next_played(self, wanted: Callable[[Played], bool] = lambda _played: True) -> Played:
        return until(lambda: next(filter(wanted, self.played.take_all()), None), self.played)

    def audio_health(self, wanted: Callable[[Health], bool]) -> Health:
        def found() -> Health | None:
            health = self.health.take()
            return health if health is not None and health.process == "audio" and wanted(health) else None

        return until(found, self.health)

    def more_rounds(self, count: int) -> None:
        """Wait until the loop has gone round more than this many times."""
        loops = self.audio_health(lambda _health: True).loops
        self.audio_health(lambda health: health.loops > loops + count)

    def counted(self, counter: str, times: int = 1) -> Health:
        return self.audio_health(lambda health: health.counters.get(counter, 0) >= times)

    def end(self) -> float:
        """Stop the process. Returns how long that took, seconds."""
        asked_ns = monotonic_ns()
        self.stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        return (monotonic_ns() - asked_ns) / s_to_ns(1)

    def close(self) -> None:
        self.end()
        for wire in (self.coach, self.capture, self.recorder, self.supervisor):
            wire.close()


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Neighbours]:
    neighbours = Neighbours(private_directory(tmp_path / "w"), SILENT)
    try:
        neighbours.connect()
        yield neighbours
    finally:
        neighbours.close()


def test_a_cue_is_played_and_published(around: Neighbours) -> None:
    sent = cue("push", stride_number=17)
    around.cues.send(sent)
    played = around.next_played(lambda played: played.stride_number == 17)
    assert (played.rule, played.sound, played.silent) == ("push", "push", True)
    assert played.requested_ns == sent.decided_ns
    # Without a card, the sound is placed in the block that is due, which a busy machine renders late.
    assert played.dac_ns >= sent.decided_ns - s_to_ns(1)
    assert played.dac_ns - sent.decided_ns < s_to_ns(1)


def test_an_old_cue_is_not_played(around: Neighbours) -> None:
    limit_ms = SILENT.analysis.max_age_ms + 750
    around.cues.send(cue("push", stride_number=1, age_ms=limit_ms + 1))
    around.cues.send(cue("push", stride_number=2, age_ms=-60_000))
    assert around.play("good", 3).stride_number == 3
    # On a busy machine, one of the first cues may have been too old as well.
    around.counted("cues_too_old", 2)


def test_a_timed_sound_is_played_at_its_time(around: Neighbours) -> None:
    sent = cue("tone", stride_number=18, play_in_ms=300, pitch_hz=700)
    around.cues.send(sent)
    played = around.next_played(lambda played: played.stride_number == 18)
    assert sent.play_at_ns is not None
    assert played.sound == "tone"
    # One frame of the sound card.
    assert abs(played.dac_ns - sent.play_at_ns) <= s_to_ns(1) // SILENT.audio.sample_rate_hz


def test_a_sound_whose_time_has_passed_is_dropped_and_counted(around: Neighbours) -> None:
    around.cues.send(cue("tone", stride_number=1, play_in_ms=-MAX_LATE_MS - 100))
    around.cues.send(cue("tone", stride_number=2, play_in_ms=60_000))
    assert around.play("good", 3).stride_number == 3
    health = around.counted("cues_too_late")
    assert (health.counters["cues_too_late"], health.counters["cues_too_early"]) == (1, 1)


def test_a_new_phase_is_announced_once(around: Neighbours) -> None:
    def announced() -> list[str]:
        return [played.rule for played in around.played.take_all() if played.rule.startswith("phase_")]

    def change() -> list[str] | None:
        # The first phase that the process receives is not a change.
        around.phases.send(phase(name="baseline"))
        around.phases.send(phase(name="drill"))
        return announced() or None

    assert until(change, around.played)[0] in ("phase_drill", "phase_baseline")
    until(lambda: None if announced() else True, around.played)
    for _ in range(5):
        around.phases.send(phase(name="drill"))
    assert around.play("good", 5).stride_number == 5
    assert announced() == []


def test_changed_settings_are_applied_and_invalid_ones_rejected(around: Neighbours) -> None:
    new = SILENT.model_copy(update={"audio": SILENT.audio.model_copy(update={"enabled": True, "device": "nobody made it"})})
    around.configs.send(ConfigState(2, "{}garbage"))
    around.counted("settings refused")
    around.configs.send(ConfigState(3, new.model_dump_json()))
    health = around.audio_health(lambda health: health.state == "degraded")
    assert health.faults[0].code is FaultCode.SOUND_DEVICE_MISSING
    around.configs.send(ConfigState(4, SILENT.model_dump_json()))
    around.audio_health(lambda health: health.state == "running")


@pytest.mark.parametrize("sound", ["", "none"])
def test_a_cue_without_a_sound_is_ignored(around: Neighbours, sound: str) -> None:
    around.cues.send(cue(sound, stride_number=1))
    assert around.play("good", 2).stride_number == 2


def test_an_unknown_sound_is_counted(around: Neighbours) -> None:
    around.cues.send(cue("trumpet", stride_number=1))
    assert around.play("good", 2).stride_number == 2
    around.counted("cues_unknown_sound")


@pytest.mark.parametrize("flag", ["muted", "paused"])
def test_nothing_is_played_while_muted_or_paused(around: Neighbours, flag: str) -> None:
    around.phases.send(phase(muted=flag == "muted", paused=flag == "paused"))
    sent = 0

    def muted() -> bool | None:
        nonlocal sent
        sent += 1
        around.cues.send(cue("push", stride_number=100 + sent))
        health = around.health.take()
        return True if health is not None and health.counters.get("cues_muted") else None

    until(muted, around.health)
    around.phases.send(phase())

    # Cues and phases are two streams: a cue sent after the end of the silence may still be muted.
    def heard() -> bool | None:
        around.cues.send(cue("ease", stride_number=999))
        return any(played.stride_number == 999 for played in around.played.take_all()) or None

    until(heard, around.played)


def test_garbage_on_the_endpoint_is_harmless(tmp_path: Path) -> None:
    directory = private_directory(tmp_path / "w")
    neighbours = Neighbours(directory, SILENT)
    try:
        neighbours.connect()
        neighbours.coach.close()
        with zmq.Context() as context, context.socket(zmq.PUB) as stranger:
            stranger.setsockopt(zmq.LINGER, 0)
            stranger.bind(endpoint(directory, CUE, "coach"))
            seq = 0

            def answered() -> bool | None:
                nonlocal seq
                seq += 1
                good = codec.encode(CUE, 7, seq, monotonic_ns(), cue("push", 500))
                for packed in (b"", b"x", b"HCMS" + bytes(400), bytes(200_000), good[:-3], good + b"!", good):
                    stranger.send(packed)
                return any(played.stride_number == 500 for played in neighbours.played.take_all()) or None

            until(answered, neighbours.played)
            neighbours.counted("refused: short")
            neighbours.counted("refused: malformed")
    finally:
        neighbours.close()


@pytest.mark.parametrize("code", sorted(CAMERA_AWAY))
@pytest.mark.slow
def test_a_lost_camera_is_announced_with_one_soft_tone(around: Neighbours, code: FaultCode) -> None:
    around.camera.running()
    around.camera.fault(code, "camera 0", value=1.0)
    around.camera.beat()
    assert around.next_played(lambda played: played.rule == "signal_lost").sound == "lost"
    for second in range(20):
        around.camera.fault(code, "camera 0", value=float(second))
        around.camera.beat()
    around.more_rounds(30)
    assert [played.rule for played in around.played.take_all()] == []


def test_a_camera_that_is_lost_again_is_announced_again(around: Neighbours) -> None:
    around.camera.running()
    for slow in (False, True):
        around.camera.fault(FaultCode.CAMERA_SILENT, "camera 0", value=2.0)
        around.camera.beat()
        assert around.next_played().sound == "lost"
        around.camera.clear(*CAMERA_AWAY)
        if slow:
            around.camera.fault(FaultCode.CAMERA_SLOW, value=15.0, expected=30.0)
        around.camera.beat()
        around.more_rounds(3)


def test_a_slow_camera_causes_no_sound(around: Neighbours) -> None:
    around.camera.running()
    for rate_fps in range(15, 25):
        around.camera.fault(FaultCode.CAMERA_SLOW, value=float(rate_fps), expected=30.0)
        around.camera.beat()
    around.more_rounds(30)
    assert around.played.take_all() == []
    around.camera.fault(FaultCode.CAMERA_SILENT, "camera 0", value=2.0)
    around.camera.beat()
    assert around.next_played().sound == "lost"


def test_another_sound_device_discards_the_scheduled_sounds(wire_directory: Path) -> None:
    """Its tickets start at 1 again: an old sound must not be confused with a new one."""
    with Wire(wire_directory, AUDIO) as wire:
        node = Node(wire, StopFlag())
        process = AudioProcess(Settings(audio=AudioSettings(speak=False)), node, NullSink)
        process._handle_cue(cue("push", stride_number=1, play_in_ms=500))
        assert [pending.cue.stride_number for pending in process._pending.values()] == [1]
        other = Settings(audio=AudioSettings(speak=False, device="another"))
        process._apply(other, ConfigState(2, ""))
        assert process._pending == {}
        assert node.health.counters["cues_lost"] == 1
        process.close()


class Card(NullSink):
    """A sound card that nobody hears."""

    silent = False


def waiting(process: AudioProcess) -> list[str]:
    """The rules of the sounds that are scheduled and not played yet."""
    return [pending.cue.rule for pending in process._pending.values()]


def test_sounds_asked_for_while_the_card_opens_are_played_once_it_is_open(wire_directory: Path) -> None:
    released, clock = threading.Event(), SetClock()

    def opened_late(audio: AudioSettings, clock: Clock) -> Sink:
        released.wait(DEADLINE_S)
        return Card(audio, clock)

    with Wire(wire_directory, AUDIO, clock) as wire:
        node = Node(wire, StopFlag())
        process = AudioProcess(Settings(audio=AudioSettings(speak=False)), node, opened_late)
        process._handle_phase(phase(name="stand"))
        process._handle_phase(phase(name="warm_up"))
        process._handle_cue(replace(cue("push", stride_number=1), decided_ns=clock.now_ns))
        assert node.health.counters["cues_too_old"] == 0
        clock.now_ns += ms_to_ns(SILENT.analysis.max_age_ms + 1)
        process.play()
        assert waiting(process) == []
        released.set()

        def opens() -> bool:
            process._check_output()
            return not process._output.opening

        eventually(opens, "the card opens")
        # The phase is still the same, but the stride is long over.
        assert waiting(process) == ["phase_warm_up"]
        assert node.health.counters["cues_too_old"] == 1
        process.close()


def test_the_card_rests_between_two_sounds_only(wire_directory: Path) -> None:
    clock = SetClock()
    with Wire(wire_directory, AUDIO, clock) as wire:
        node = Node(wire, StopFlag())
        process = AudioProcess(Settings(audio=AudioSettings(speak=False)), node, Card)

        def round_after(seconds: float, until: Callable[[], bool]) -> None:
            def done() -> bool:
                process.play()
                return until()

            clock.now_ns += s_to_ns(seconds)
            eventually(done, "the state is reached")

        def nobody_in_view(resting: bool) -> None:
            process._handle_health(Health(ANALYSIS, 1, "running", clock.now_ns, 1, {}, {}, {}, resting=resting))

        round_after(0.0, lambda: not process._output.opening)
        process._schedule(process._internal_cue("push", "push"))
        nobody_in_view(True)
        round_after(0.1, lambda: not waiting(process))
        assert not process._output.resting  # it has begun, and lasts for longer than that
        round_after(5.0, lambda: process._output.resting and not process._output.opening)
        process._schedule(process._internal_cue("push", "push"))
        nobody_in_view(False)
        process.play()
        assert process._output.resting
        round_after(5.0, lambda: not process._output.resting and not process._output.opening)
        process.close()


def test_it_ends_at_once(around: Neighbours) -> None:
    assert around.end() < 0.2
    assert around.code == 0


def test_it_runs_and_reports_that_sound_is_switched_off(around: Neighbours) -> None:
    health = around.audio_health(lambda health: health.state == "running")
    assert health.facts["sound device"] == "none"


def test_without_a_device_it_reports_why_and_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_card(*_arguments: object) -> None:
        raise SinkError("this machine has no working one")

    monkeypatch.setattr(sound_card, "PyAudioSink", no_card)
    neighbours = Neighbours(private_directory(tmp_path / "w"), Settings())
    try:
        neighbours.connect()
        assert neighbours.play("push", 5).silent
        health = neighbours.audio_health(lambda health: health.state == "degraded")
        assert [(one.code, one.cause) for one in health.faults if one.code is FaultCode.SOUND_DEVICE_MISSING] == [
            (FaultCode.SOUND_DEVICE_MISSING, "this machine has no working one")
        ]
        assert health.facts["latency"] == "none"
    finally:
        neighbours.close()

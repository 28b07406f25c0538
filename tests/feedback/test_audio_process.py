"""Given cues on the wire, then the fresh ones are played and told of, and nothing else is."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import zmq

from config.schema import Audio, Settings
from feedback.audio import sink as sinks
from feedback.audio.process import MOST_LATE_MS, run
from wire import codec
from wire.clock import monotonic_ns, ms_to_ns, s_to_ns
from wire.endpoints import endpoint, private_directory
from wire.health import HealthReporter, State
from wire.lifecycle import StopFlag
from wire.messages import ConfigState, Cue, Health, Phase, PhaseName, Played
from wire.sockets import Every, Newest, Publisher, Wire
from wire.topics import CONFIG, CUE, HEALTH, PHASE, PLAYED, SUPERVISOR

DEADLINE_MS = 10_000
SILENT = Settings(audio=Audio(enabled=False))
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
    """Wait for the reader's messages until `found` finds something."""
    end_ns = monotonic_ns() + ms_to_ns(DEADLINE_MS)
    while (answer := found()) is None:
        if monotonic_ns() > end_ns:
            raise TimeoutError("the audio process did not say it")
        reader.socket.poll(50)
    return answer


class Neighbours:
    """The audio process in a thread, and the processes around it."""

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

    def meet(self) -> None:
        """Send cues until the first is answered: a subscriber that has not connected yet hears nothing."""

        def answered() -> bool | None:
            self.cues.send(cue("good", stride_number=0))
            return True if self.played.take_all() else None

        until(answered, self.played)
        self.play("good", -1)

    def play(self, sound: str, stride_number: int) -> Played:
        """Send a cue and wait for its answer; answers to others are passed over."""
        self.cues.send(cue(sound, stride_number))
        return self.next_played(lambda played: played.stride_number == stride_number)

    def next_played(self, wanted: Callable[[Played], bool] = lambda _played: True) -> Played:
        return until(lambda: next(filter(wanted, self.played.take_all()), None), self.played)

    def audio_health(self, wanted: Callable[[Health], bool]) -> Health:
        def found() -> Health | None:
            health = self.health.take()
            return health if health is not None and health.process == "audio" and wanted(health) else None

        return until(found, self.health)

    def counted(self, counter: str, times: int = 1) -> Health:
        return self.audio_health(lambda health: health.counters.get(counter, 0) >= times)

    def end(self) -> float:
        """Ask for the end; how long it took, seconds."""
        asked_ns = monotonic_ns()
        self.stop.set()
        self._thread.join(timeout=10)
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
        neighbours.meet()
        yield neighbours
    finally:
        neighbours.close()


def test_a_cue_is_played_and_told_of(around: Neighbours) -> None:
    sent = cue("push", stride_number=17)
    around.cues.send(sent)
    played = around.next_played(lambda played: played.stride_number == 17)
    assert (played.rule, played.sound, played.silent) == ("push", "push", True)
    assert played.requested_ns == sent.decided_ns
    assert played.dac_ns >= sent.decided_ns
    assert played.dac_ns - sent.decided_ns < s_to_ns(1)


def test_an_old_cue_is_not_played(around: Neighbours) -> None:
    limit_ms = SILENT.analysis.max_age_ms + 750
    around.cues.send(cue("push", stride_number=1, age_ms=limit_ms + 1))
    around.cues.send(cue("push", stride_number=2, age_ms=-60_000))
    assert around.play("good", 3).stride_number == 3
    # On a busy machine one of the first cues may have been too old as well.
    around.counted("cues_too_old", 2)


def test_a_sound_for_a_moment_to_come_is_played_at_that_moment(around: Neighbours) -> None:
    sent = cue("tone", stride_number=18, play_in_ms=300, pitch_hz=700)
    around.cues.send(sent)
    played = around.next_played(lambda played: played.stride_number == 18)
    assert sent.play_at_ns is not None
    assert played.sound == "tone"
    # One frame of the sound card.
    assert abs(played.dac_ns - sent.play_at_ns) <= s_to_ns(1) // SILENT.audio.sample_rate_hz


def test_a_sound_whose_moment_has_passed_is_dropped_and_counted(around: Neighbours) -> None:
    around.cues.send(cue("tone", stride_number=1, play_in_ms=-MOST_LATE_MS - 100))
    around.cues.send(cue("tone", stride_number=2, play_in_ms=60_000))
    assert around.play("good", 3).stride_number == 3
    health = around.counted("cues_too_late")
    assert (health.counters["cues_too_late"], health.counters["cues_too_early"]) == (1, 1)


def test_a_new_part_of_the_session_is_announced_once(around: Neighbours) -> None:
    def announced() -> list[str]:
        return [played.rule for played in around.played.take_all() if played.rule.startswith("phase_")]

    def change() -> list[str] | None:
        # What is sent before the process has seen the first phase is the first phase.
        around.phases.send(phase(name="baseline"))
        around.phases.send(phase(name="drill"))
        return announced() or None

    assert until(change, around.played)[0] in ("phase_drill", "phase_baseline")
    until(lambda: None if announced() else True, around.played)
    for _ in range(5):
        around.phases.send(phase(name="drill"))
    assert around.play("good", 5).stride_number == 5
    assert announced() == []


def test_changed_settings_are_taken_over_and_bad_ones_refused(around: Neighbours) -> None:
    new = SILENT.model_copy(update={"audio": SILENT.audio.model_copy(update={"enabled": True, "device": "nobody made it"})})
    around.configs.send(ConfigState(1, "{}garbage", ""))
    around.counted("configs_refused")
    around.configs.send(ConfigState(2, new.model_dump_json(), ""))
    health = around.audio_health(lambda health: health.state == "degraded")
    assert health.reason.startswith("No sound device: ")
    around.configs.send(ConfigState(3, SILENT.model_dump_json(), ""))
    around.audio_health(lambda health: health.state == "running")


@pytest.mark.parametrize("sound", ["", "none"])
def test_a_cue_without_a_sound_is_no_business_of_ours(around: Neighbours, sound: str) -> None:
    around.cues.send(cue(sound, stride_number=1))
    assert around.play("good", 2).stride_number == 2


def test_an_unknown_sound_is_counted(around: Neighbours) -> None:
    around.cues.send(cue("trumpet", stride_number=1))
    assert around.play("good", 2).stride_number == 2
    around.counted("cues_unknown_sound")


@pytest.mark.parametrize("flag", ["muted", "paused"])
def test_muted_or_paused_nothing_is_played(around: Neighbours, flag: str) -> None:
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

    # Cues and phases are two streams: the cue that proves the end of the silence may need another try.
    def heard() -> bool | None:
        around.cues.send(cue("ease", stride_number=999))
        return any(played.stride_number == 999 for played in around.played.take_all()) or None

    until(heard, around.played)


def test_garbage_on_the_endpoint_stops_nothing(tmp_path: Path) -> None:
    directory = private_directory(tmp_path / "w")
    neighbours = Neighbours(directory, SILENT)
    try:
        neighbours.meet()
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


LOST: tuple[tuple[State, str], ...] = (("degraded", "Camera lost: it has given no picture"), ("failed", "No camera"))


@pytest.mark.parametrize(("state", "reason"), LOST)
def test_a_lost_camera_is_told_with_one_soft_tone(around: Neighbours, state: State, reason: str) -> None:
    around.camera.say("running")
    around.camera.say(state, reason)
    assert around.next_played(lambda played: played.rule == "signal_lost").sound == "lost"
    loops = around.audio_health(lambda _health: True).loops
    for second in range(20):
        around.camera.say(state, f"{reason} for {second} s.")
        around.camera.say("starting")
    around.audio_health(lambda health: health.loops > loops + 30)
    assert [played.rule for played in around.played.take_all()] == []


def test_a_camera_that_is_lost_again_is_told_again(around: Neighbours) -> None:
    back: tuple[tuple[State, str], ...] = (("running", ""), ("degraded", "The camera delivers 15 instead of 30 fps"))
    for state, reason in back:
        around.camera.say("degraded", "Camera lost: it has given no picture.")
        assert around.next_played().sound == "lost"
        around.camera.say(state, reason)
        loops = around.audio_health(lambda _health: True).loops
        around.audio_health(lambda health, loops=loops: health.loops > loops + 2)  # type: ignore[misc]


def test_a_slow_camera_is_no_reason_for_a_sound(around: Neighbours) -> None:
    around.camera.say("running")
    loops = around.audio_health(lambda _health: True).loops
    for rate_fps in range(15, 25):
        around.camera.say("degraded", f"The camera delivers {rate_fps} instead of 30 fps: more light may help")
    around.audio_health(lambda health: health.loops > loops + 30)
    assert around.played.take_all() == []
    around.camera.say("degraded", "Camera lost: it has given no picture.")
    assert around.next_played().sound == "lost"


def test_it_ends_at_once(around: Neighbours) -> None:
    assert around.end() < 0.2
    assert around.code == 0


def test_switched_off_it_runs_and_says_so(around: Neighbours) -> None:
    health = around.audio_health(lambda health: health.state == "running")
    assert health.facts["sound device"] == "none"


def test_without_a_device_it_says_why_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_card(*_arguments: object) -> None:
        raise sinks.SinkError("this machine has none that works")

    monkeypatch.setattr(sinks, "PyAudioSink", no_card)
    neighbours = Neighbours(private_directory(tmp_path / "w"), Settings())
    try:
        neighbours.meet()
        assert neighbours.play("push", 5).silent
        health = neighbours.audio_health(lambda health: health.state == "degraded")
        assert health.reason == "No sound device: this machine has none that works."
        assert health.facts["latency"] == "none"
    finally:
        neighbours.close()

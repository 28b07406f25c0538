"""On a real sound server, the card plays exactly the rendered sounds: complete, on time and without clicks."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from config.sections.audio import AudioSettings
from config.sections.cue_rule import CueRule
from config.settings import Settings
from feedback.audio.device.sound_output import RETRY_NS
from feedback.audio.engine.loudness import Samples
from feedback.audio.engine.mixer import Mixer
from feedback.audio.engine.sounds import TONE, make_all, make_tone
from feedback.audio.process import SOUND_FAULTS
from feedback.audio.repertoire import VOICE
from feedback.audio.voice.wav import load_wav
from hipcue.supervisor.watchdog import HUNG_S
from tests.support.sound_server import SAMPLE_RATE_HZ, SoundServer, hurry, missing, sound_server
from tests.support.wav_files import write as write_wav
from wire.clock import NS_PER_MS, NS_PER_S, monotonic_ns, s_to_ns
from wire.endpoints import private_directory
from wire.faults import FaultCode
from wire.messages import Cue, Health, Played
from wire.sockets import Every, Newest, Publisher, Wire
from wire.topics import CUE, HEALTH, PLAYED

pytestmark = [
    pytest.mark.slow,  # plays for half a minute
    pytest.mark.sound,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

VOLUME = Settings().audio.volume
SOUNDS = make_all(SAMPLE_RATE_HZ)
RESIDUAL_DBFS = -40.0
AUDIBLE = 1e-4
SEARCH_FRAMES = 4800
DEADLINE_S = 120.0
ANSWER_S = 5.0
"""A cue without an answer after this long has been dropped: on a busy machine it may have become too old."""
SEQUENCE = ("push", "ease", "good", "lost", "guard", "phase")

PROGRAM = """
import sys
from pathlib import Path
from config.settings import Settings
from feedback.audio.process import run
from wire.lifecycle import StopFlag
from wire.quiet import keep_native_notes_off_stderr
from wire.sockets import Wire
keep_native_notes_off_stderr()
stop = StopFlag()
stop.on_signals(supervised=False)
with Wire(Path(sys.argv[1]), "audio") as wire:
    sys.exit(run(Settings.model_validate_json(sys.argv[2]), wire, stop))
"""


@dataclass
class Studio:
    """The server, the real audio process that uses it, and the coach's side of the wire."""

    server: SoundServer
    audio: "subprocess.Popen[bytes]"
    cues: Publisher
    played: Every[Played]
    health: Newest[Health]

    def wait_for_state(self, state: str) -> Health:
        """Wait for a health report of audio in this state, published from now on."""
        asked_ns = monotonic_ns()
        found: list[Health] = []

        def come() -> bool:
            while (health := self.health.take()) is not None:
                if health.process == "audio" and health.state == state and health.at_ns >= asked_ns:
                    found.append(health)
            return bool(found)

        wait_for(come, f"audio to be {state}")
        return found[-1]

    def play(self, sound: str, stride_number: int, rule: str = "test") -> Played:
        """Send a cue, again if it is dropped, and wait until it is played."""
        for _ in range(round(DEADLINE_S / ANSWER_S)):
            self.send(sound, stride_number, rule)
            with suppress(TimeoutError):
                return self.answer(stride_number)
        raise TimeoutError(f"{sound} was not played within {DEADLINE_S:g} s")

    def send(self, sound: str, stride_number: int, rule: str, play_at_ns: int | None = None) -> None:
        """Send one cue."""
        now_ns = monotonic_ns()
        self.cues.send(Cue(rule, "", sound, "", stride_number, now_ns, now_ns, play_at_ns=play_at_ns))

    def answer(self, stride_number: int) -> Played:
        """Wait until a cue is played, ignoring others. Raises TimeoutError after `ANSWER_S`."""
        return self.answers([stride_number])[0]

    def answers(self, stride_numbers: Sequence[int]) -> list[Played]:
        """Wait until all these cues are played, ignoring others. Raises TimeoutError after `ANSWER_S`."""
        found: dict[int, Played] = {}

        def come() -> bool:
            found.update({played.stride_number: played for played in self.played.take_all()})
            return found.keys() >= set(stride_numbers)

        wait_for(come, f"cues {stride_numbers} to be played", ANSWER_S)
        return [found[number] for number in stride_numbers]


def wait_for(condition: Callable[[], bool], what: str, within_s: float = DEADLINE_S) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {within_s:g} s for {what}")
        time.sleep(0.01)


def wait_until(end_ns: int, what: str) -> None:
    wait_for(lambda: monotonic_ns() > end_ns, what)


def mumble(rate_hz: int) -> NDArray[np.float64]:
    """Speech-like sound: 120 Hz with overtones, in four syllables of 0.2 s with pauses."""
    t_s = np.arange(round(1.2 * rate_hz)) / rate_hz
    voice = sum(np.sin(2 * np.pi * 120 * order * t_s) / order for order in range(1, 25))
    return np.asarray(0.3 * voice * np.clip(np.sin(2 * np.pi * t_s / 0.3), 0, 1), np.float64)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    directory = private_directory(tmp_path / "w")
    (tmp_path / "voice").mkdir()
    write_wav(tmp_path / "voice" / "spoken.wav", mumble(22_050), 22_050)
    wanted = Settings(
        audio=AudioSettings(voice_folder=str(tmp_path / "voice")),
        cue=(CueRule(name="spoken", when="hip_extension below band"),),
    )
    with sound_server(tmp_path) as server, Wire(directory, "coach") as coach, Wire(directory, "recorder") as recorder:
        cues = coach.publisher(CUE)
        played, health = recorder.every(PLAYED, Played), recorder.newest(HEALTH, Health)
        audio = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(directory), wanted.model_dump_json()],
            env=server.environment,
            stderr=subprocess.PIPE,
        )
        hurry(audio)
        room = Studio(server, audio, cues, played, health)
        try:
            room.wait_for_state("running")
            yield room
        finally:
            audio.terminate()
            try:
                audio.wait(timeout=5)
            except subprocess.TimeoutExpired:
                audio.kill()
                audio.wait()
            assert audio.stderr is not None
            audio.stderr.close()


def find_sound(recorded: NDArray[np.float32], sound: Samples) -> tuple[int, float]:
    """The best match of a sound in a recording: its first frame, and its gain."""
    size = 1 << int(np.ceil(np.log2(len(recorded) + len(sound))))
    match = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(sound, size)), size)
    onset = int(match[: len(recorded)].argmax())
    return onset, float(match[onset] / np.dot(sound, sound))


Performance = Callable[[Studio, Path], tuple[list[Played], Samples]]


def dbfs(wave: NDArray[np.float32]) -> float:
    return float(20 * np.log10(max(1e-9, np.abs(wave).max())))


def perform(studio: Studio, path: Path) -> tuple[list[Played], Samples]:
    """Play the sounds one after the other. Returns what was published, and what the card played."""
    recording = studio.server.record(path)
    told: list[Played] = []
    for number, name in enumerate(SEQUENCE, start=1):
        studio.send(name, number, "test")
        told.append(studio.answer(number))
        end_ns = told[-1].dac_ns + len(SOUNDS[name]) * NS_PER_S // SAMPLE_RATE_HZ
        wait_until(end_ns, "the sound to end")
    recording.wait_until(recording.seconds + 0.7)
    stereo = recording.stop()
    np.testing.assert_array_equal(stereo[:, 0], stereo[:, 1])
    return told, stereo[:, 0].copy()


def without_gaps(studio: Studio, folder: Path, performance: Performance) -> tuple[list[Played], Samples]:
    """A performance without gaps or dropped cues; skips the test if the machine is too busy for one."""
    for take in range(5):
        before = studio.wait_for_state("running").counters["underflows"]
        try:
            told, recorded = performance(studio, folder / f"take{take}.f32")
        except TimeoutError:
            continue
        if studio.wait_for_state("running").counters["underflows"] == before and not any(one.silent for one in told):
            return told, recorded
    pytest.skip("this machine is too busy to play five seconds of sound without a gap")


def speak_over_tones(studio: Studio, path: Path) -> tuple[list[Played], Samples]:
    """Play a tone, a spoken cue that starts during it, a second tone during the speech, and a third after it."""
    wait_for(lambda: studio.play("push", 1, rule="spoken").sound == VOICE, "the recorded voice")
    wait_until(monotonic_ns() + 2 * NS_PER_S, "this speech to end")
    recording = studio.server.record(path)
    start_ns = monotonic_ns() + NS_PER_S // 2
    for number, (rule, sound, after_ms) in enumerate(
        [("tone", TONE, 0), ("spoken", "push", 60), ("tone", TONE, 500), ("tone", TONE, 1600)], start=10
    ):
        studio.send(sound, number, rule, start_ns + after_ms * NS_PER_MS)
    told = studio.answers([10, 11, 12, 13])
    recording.wait_until(recording.seconds + 1.0)
    return told, recording.stop()[:, 0].copy()


def test_every_sound_is_played_completely_on_time_and_without_clicks(studio: Studio, tmp_path: Path) -> None:
    told, recorded = without_gaps(studio, tmp_path, perform)
    rest = recorded.copy()
    onsets = []
    first_heard = int(np.flatnonzero(np.abs(recorded) > AUDIBLE)[0])
    for played in told:
        sound = SOUNDS[played.sound]
        announced = first_heard + round((played.dac_ns - told[0].dac_ns) * SAMPLE_RATE_HZ / NS_PER_S)
        # Search only near the published time.
        near = max(0, announced - SEARCH_FRAMES)
        onset, level = find_sound(recorded[near : announced + SEARCH_FRAMES + len(sound)], sound)
        onset += near
        onsets.append(onset - announced)
        assert level == pytest.approx(VOLUME, rel=0.02), played.sound

        rest[onset : onset + len(sound)] -= np.float32(VOLUME) * sound

    # Their common shift is the unknown start of the recording.
    onsets_ms = (np.array(onsets) - onsets[0]) / SAMPLE_RATE_HZ * 1000
    delays_ms = [(played.dac_ns - played.requested_ns) / NS_PER_MS for played in told]
    figures = (
        f"onsets relative to their published times {np.round(onsets_ms, 2)} ms, residual {dbfs(rest):.1f} dBFS, "
        f"cue to DAC {np.round(delays_ms, 1)} ms"
    )
    print(figures)
    # The rest of the recording: no clicks, no noise, no gaps.
    assert dbfs(rest) < RESIDUAL_DBFS, figures
    # PulseAudio's estimate of its delay changes by up to 4.5 ms in the first seconds of a stream.
    assert np.abs(onsets_ms).max() < 10.0, figures
    assert max(delays_ms) < 100, figures


def test_speech_over_tones_is_clean_and_the_tones_are_lowered(studio: Studio, tmp_path: Path) -> None:
    _, recorded = without_gaps(studio, tmp_path, speak_over_tones)
    words = load_wav(tmp_path / "voice" / "spoken.wav", SAMPLE_RATE_HZ)
    tone = make_tone(None, SAMPLE_RATE_HZ)
    words_at, _ = find_sound(recorded, words)
    rest = recorded.copy()
    rest[words_at : words_at + len(words)] -= np.float32(VOLUME) * words
    # Search for each tone where it must be, relative to the speech.
    tones_at = []
    for after_words_ms in (-60, 440, 1540):
        near = words_at + after_words_ms * SAMPLE_RATE_HZ // 1000 - SEARCH_FRAMES // 4
        onset, level = find_sound(rest[near : near + len(tone) + SEARCH_FRAMES // 2], tone)
        tones_at.append(near + onset)
        assert (level < 0.3 * VOLUME) == (after_words_ms == 440)
    mixer = Mixer(SAMPLE_RATE_HZ, VOLUME)
    mixer.schedule(words, words_at)
    expected = np.zeros_like(recorded)
    for position in range(0, len(recorded), 4096):
        for onset in tones_at:
            if position <= onset < position + 4096:
                mixer.schedule(tone, onset, "tone")
        part = mixer.render(position, min(4096, len(recorded) - position))
        expected[position : position + len(part)] = part
    left = recorded - expected
    figures = f"residual {dbfs(left):.1f} dBFS, tones {[round((at - words_at) / 48, 2) for at in tones_at]} ms after the speech"
    print(figures)
    assert dbfs(left) < RESIDUAL_DBFS, figures


def play_good(studio: Studio, path: Path) -> tuple[list[Played], Samples]:
    """Play one sound."""
    recording = studio.server.record(path)
    studio.send("good", 3, "test")
    told = [studio.answer(3)]
    recording.wait_until(recording.seconds + 1.0)
    return told, recording.stop()[:, 0].copy()


@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
def test_a_lost_server_is_reported_and_used_again_when_it_is_back(studio: Studio, tmp_path: Path, killed: bool) -> None:
    studio.play("push", 1)
    studio.server.stop(killed)
    health = studio.wait_for_state("degraded")
    assert health.faults[0].code in SOUND_FAULTS
    assert studio.play("push", 2).silent
    studio.server.start()
    studio.wait_for_state("running")
    _, recorded = without_gaps(studio, tmp_path, play_good)
    _, level = find_sound(recorded, SOUNDS["good"])
    assert level == pytest.approx(VOLUME, rel=0.2)


def test_a_hanging_server_does_not_block_the_process_and_is_used_again_when_it_continues(studio: Studio) -> None:
    studio.play("push", 1)
    studio.server.hang()
    lost = studio.wait_for_state("degraded")
    assert lost.faults[0].code is FaultCode.SOUND_DEVICE_LOST
    # No round is slow, even during the next attempt to open the device, which hangs.
    beats = [lost]
    while beats[-1].at_ns - lost.at_ns < RETRY_NS + NS_PER_S:
        beats.append(studio.wait_for_state("degraded"))
    assert max(after.at_ns - before.at_ns for before, after in pairwise(beats)) < s_to_ns(HUNG_S) // 2
    assert studio.play("push", 2).silent
    studio.server.go_on()
    studio.wait_for_state("running")
    assert not studio.play("good", 3).silent


def test_it_ends_even_while_the_server_hangs(studio: Studio) -> None:
    studio.play("push", 1)
    studio.server.hang()
    studio.wait_for_state("degraded")
    studio.audio.terminate()
    assert studio.audio.wait(timeout=DEADLINE_S) == 0


def test_it_ends_without_output(studio: Studio) -> None:
    studio.play("push", 1)
    studio.audio.terminate()
    assert studio.audio.wait(timeout=DEADLINE_S) == 0
    assert studio.audio.stderr is not None
    assert studio.audio.stderr.read() == b""

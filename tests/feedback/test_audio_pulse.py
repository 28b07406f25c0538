"""Given a real sound server, then what the card plays is the rendered sound, whole, on time and without clicks."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from config.schema import Audio, Settings
from config.schema import Cue as Rule
from feedback.audio.loudness import Samples
from feedback.audio.mixer import Mixer
from feedback.audio.output import RETRY_NS
from feedback.audio.repertoire import VOICE
from feedback.audio.sounds import TONE, make_all, make_tone
from feedback.audio.wav import load
from hipcue.watch import HUNG_S
from tests.sound_server import SAMPLE_RATE_HZ, SoundServer, missing, sound_server
from tests.wav_files import write as write_wav
from wire.clock import NS_PER_MS, NS_PER_S, monotonic_ns, s_to_ns
from wire.endpoints import private_directory
from wire.messages import Cue, Health, Played
from wire.sockets import Every, Newest, Publisher, Wire
from wire.topics import CUE, HEALTH, PLAYED

pytestmark = [
    pytest.mark.sound,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

VOLUME = Settings().audio.volume
SOUNDS = make_all(SAMPLE_RATE_HZ)
RESIDUAL_DBFS = -40.0
AUDIBLE = 1e-4
SEARCH_FRAMES = 4800
DEADLINE_S = 30.0
ORDERS = ("push", "ease", "good", "lost", "guard", "phase")

PROGRAM = """
import sys
from pathlib import Path
from config.schema import Settings
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
    """The server, the real audio process on it, and the coach's end of the wire."""

    server: SoundServer
    audio: "subprocess.Popen[bytes]"
    cues: Publisher
    played: Every[Played]
    health: Newest[Health]

    def wait_for_state(self, state: str) -> Health:
        """What audio says of itself in this state, said from now on."""
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
        """Send one cue, once, and wait for its answer."""
        self.send(sound, stride_number, rule)
        return self.answer(stride_number)

    def send(self, sound: str, stride_number: int, rule: str, play_at_ns: int | None = None) -> None:
        """Send one cue."""
        now_ns = monotonic_ns()
        self.cues.send(Cue(rule, "", sound, "", stride_number, now_ns, now_ns, play_at_ns=play_at_ns))

    def answer(self, stride_number: int) -> Played:
        """Wait for the answer to a cue; those to others are passed over."""
        found: list[Played] = []

        def come() -> bool:
            found.extend(told for told in self.played.take_all() if told.stride_number == stride_number)
            return bool(found)

        wait_for(come, f"cue {stride_number} to be played")
        return found[0]


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {DEADLINE_S} s for {what}")
        time.sleep(0.01)


def mumble(rate_hz: int) -> NDArray[np.float64]:
    """Something like speech: a voice of 120 Hz with overtones, in four syllables of 0.2 s with pauses."""
    t_s = np.arange(round(1.2 * rate_hz)) / rate_hz
    voice = sum(np.sin(2 * np.pi * 120 * order * t_s) / order for order in range(1, 25))
    return np.asarray(0.3 * voice * np.clip(np.sin(2 * np.pi * t_s / 0.3), 0, 1), np.float64)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    directory = private_directory(tmp_path / "w")
    (tmp_path / "voice").mkdir()
    write_wav(tmp_path / "voice" / "spoken.wav", mumble(22_050), 22_050)
    wanted = Settings(
        audio=Audio(voice_folder=str(tmp_path / "voice")), cue=(Rule(name="spoken", when="hip_extension below band"),)
    )
    with sound_server(tmp_path) as server, Wire(directory, "coach") as coach, Wire(directory, "recorder") as recorder:
        cues = coach.publisher(CUE)
        played, health = recorder.every(PLAYED, Played), recorder.newest(HEALTH, Health)
        audio = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(directory), wanted.model_dump_json()],
            env=server.environment,
            stderr=subprocess.PIPE,
        )
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
    """Where a sound begins in a recording (the best match), and how loud it is against the sound itself."""
    size = 1 << int(np.ceil(np.log2(len(recorded) + len(sound))))
    match = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(sound, size)), size)
    onset = int(match[: len(recorded)].argmax())
    return onset, float(match[onset] / np.dot(sound, sound))


Performance = Callable[[Studio, Path], tuple[list[Played], Samples]]


def dbfs(wave: NDArray[np.float32]) -> float:
    return float(20 * np.log10(max(1e-9, np.abs(wave).max())))


def perform(studio: Studio, path: Path) -> tuple[list[Played], Samples]:
    """Play the orders one after the other; what was announced and what the card played."""
    recording = studio.server.record(path)
    told: list[Played] = []
    for number, name in enumerate(ORDERS, start=1):
        told.append(studio.play(name, number))
        end_ns = told[-1].dac_ns + len(SOUNDS[name]) * NS_PER_S // SAMPLE_RATE_HZ
        wait_for(lambda end_ns=end_ns: monotonic_ns() > end_ns, "the sound to end")  # type: ignore[misc]
    recording.wait_until(recording.seconds + 0.7)
    stereo = recording.stop()
    np.testing.assert_array_equal(stereo[:, 0], stereo[:, 1])
    return told, stereo[:, 0].copy()


def without_gaps(studio: Studio, folder: Path, performance: Performance) -> tuple[list[Played], Samples]:
    """A performance in which the machine kept up; skips the test if there is none."""
    for take in range(5):
        before = studio.wait_for_state("running").counters["underflows"]
        told, recorded = performance(studio, folder / f"take{take}.f32")
        if studio.wait_for_state("running").counters["underflows"] == before and not any(one.silent for one in told):
            return told, recorded
    pytest.skip("this machine is too busy to play five seconds of sound without a gap")


def speak_over_tones(studio: Studio, path: Path) -> tuple[list[Played], Samples]:
    """A tone, a spoken cue that begins within it, another tone within the words, and one after them."""
    wait_for(lambda: studio.play("push", 1, rule="spoken").sound == VOICE, "the recorded voice")
    silent_ns = monotonic_ns() + 2 * NS_PER_S
    wait_for(lambda: monotonic_ns() > silent_ns, "the last of these words to end")
    recording = studio.server.record(path)
    start_ns = monotonic_ns() + NS_PER_S // 2
    for number, (rule, sound, after_ms) in enumerate(
        [("tone", TONE, 0), ("spoken", "push", 60), ("tone", TONE, 500), ("tone", TONE, 1600)], start=10
    ):
        studio.send(sound, number, rule, start_ns + after_ms * NS_PER_MS)
    told = [studio.answer(13)]
    recording.wait_until(recording.seconds + 1.0)
    return told, recording.stop()[:, 0].copy()


def test_every_sound_comes_out_whole_on_time_and_clean(studio: Studio, tmp_path: Path) -> None:
    told, recorded = without_gaps(studio, tmp_path, perform)
    rest = recorded.copy()
    onsets = []
    first_heard = int(np.flatnonzero(np.abs(recorded) > AUDIBLE)[0])
    for played in told:
        sound = SOUNDS[played.sound]
        announced = first_heard + round((played.dac_ns - told[0].dac_ns) * SAMPLE_RATE_HZ / NS_PER_S)
        # Only around there: some sounds are played twice.
        near = max(0, announced - SEARCH_FRAMES)
        onset, level = find_sound(recorded[near : announced + SEARCH_FRAMES + len(sound)], sound)
        onset += near
        onsets.append(onset - announced)
        assert level == pytest.approx(VOLUME, rel=0.02), played.sound

        rest[onset : onset + len(sound)] -= np.float32(VOLUME) * sound

    # One common shift is the moment at which the first sample was loud enough to be found.
    onsets_ms = (np.array(onsets) - onsets[0]) / SAMPLE_RATE_HZ * 1000
    delays_ms = [(played.dac_ns - played.requested_ns) / NS_PER_MS for played in told]
    figures = (
        f"onsets against their announced times {np.round(onsets_ms, 2)} ms, residual {dbfs(rest):.1f} dBFS, "
        f"cue to DAC {np.round(delays_ms, 1)} ms"
    )
    print(figures)
    # What is left when the sounds are taken away: no clicks, no noise, no gaps.
    assert dbfs(rest) < RESIDUAL_DBFS, figures
    # PulseAudio's own estimate of its delay was seen to settle by 4.5 ms in the first seconds of a stream.
    assert np.abs(onsets_ms).max() < 10.0, figures
    assert max(delays_ms) < 100, figures


def test_words_over_tones_come_out_clean_with_the_tones_turned_down(studio: Studio, tmp_path: Path) -> None:
    _, recorded = without_gaps(studio, tmp_path, speak_over_tones)
    words = load(tmp_path / "voice" / "spoken.wav", SAMPLE_RATE_HZ)
    tone = make_tone(None, SAMPLE_RATE_HZ)
    words_at, _ = find_sound(recorded, words)
    rest = recorded.copy()
    rest[words_at : words_at + len(words)] -= np.float32(VOLUME) * words
    # Each tone is looked for where it must be, against the words.
    tones_at = []
    for after_words_ms in (-60, 440, 1540):
        near = words_at + after_words_ms * SAMPLE_RATE_HZ // 1000 - SEARCH_FRAMES // 4
        onset, level = find_sound(rest[near : near + len(tone) + SEARCH_FRAMES // 2], tone)
        tones_at.append(near + onset)
        assert (level < 0.3 * VOLUME) == (after_words_ms == 440)
    mixer = Mixer(SAMPLE_RATE_HZ, VOLUME)
    mixer.order(words, words_at)
    expected = np.zeros_like(recorded)
    for position in range(0, len(recorded), 4096):
        for onset in tones_at:
            if position <= onset < position + 4096:
                mixer.order(tone, onset, "tone")
        part = mixer.render(position, min(4096, len(recorded) - position))
        expected[position : position + len(part)] = part
    left = recorded - expected
    figures = f"residual {dbfs(left):.1f} dBFS, tones {[round((at - words_at) / 48, 2) for at in tones_at]} ms after the words"
    print(figures)
    assert dbfs(left) < RESIDUAL_DBFS, figures


@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
def test_a_server_that_goes_away_is_told_and_found_again(studio: Studio, tmp_path: Path, killed: bool) -> None:
    studio.play("push", 1)
    studio.server.stop(killed)
    health = studio.wait_for_state("degraded")
    assert health.reason.startswith("No sound device: ")
    assert studio.play("push", 2).silent
    studio.server.start()
    studio.wait_for_state("running")
    recording = studio.server.record(tmp_path / "again.f32")
    assert not studio.play("good", 3).silent
    recording.wait_until(1.0)
    _, level = find_sound(recording.stop()[:, 0], SOUNDS["good"])
    assert level == pytest.approx(VOLUME, rel=0.05)


def test_a_server_that_hangs_hangs_nothing_else_and_is_used_again_when_it_goes_on(studio: Studio) -> None:
    studio.play("push", 1)
    studio.server.hang()
    lost = studio.wait_for_state("degraded")
    assert lost.reason.startswith("No sound device: it has stopped taking sound")
    # Until well after the next opening, which hangs with the server, no round takes long.
    beats = [lost]
    while beats[-1].at_ns - lost.at_ns < RETRY_NS + NS_PER_S:
        beats.append(studio.wait_for_state("degraded"))
    assert max(after.at_ns - before.at_ns for before, after in pairwise(beats)) < s_to_ns(HUNG_S) // 2
    assert studio.play("push", 2).silent
    studio.server.go_on()
    studio.wait_for_state("running")
    assert not studio.play("good", 3).silent


def test_it_ends_quickly_also_while_the_server_hangs(studio: Studio) -> None:
    studio.play("push", 1)
    studio.server.hang()
    studio.wait_for_state("degraded")
    studio.audio.terminate()
    assert studio.audio.wait(timeout=10) == 0


def test_it_ends_quickly_and_quietly(studio: Studio) -> None:
    studio.play("push", 1)
    asked = time.monotonic()
    studio.audio.terminate()
    assert studio.audio.wait(timeout=10) == 0
    assert time.monotonic() - asked < 1.0
    assert studio.audio.stderr is not None
    assert studio.audio.stderr.read() == b""

"""Rules with text are spoken by the coach's recordings or the system's voice, without waiting for either."""

import shutil
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest

from config.sections.audio import AudioSettings
from config.sections.cue_rule import CueRule
from config.settings import Settings
from feedback.audio.engine.loudness import LEVEL_DB, level_db
from feedback.audio.repertoire import VOICE, Repertoire, script_for
from feedback.audio.voice import system_voice
from feedback.audio.voice.speech import Script, Speech
from feedback.audio.voice.system_voice import SystemVoice, VoiceError, find_voice
from tests.support.eventually import eventually
from tests.support.wav_files import hum, write
from wire.messages import Cue
from wire.system.linux import Linux

RATE_HZ = 22_050
COPY = (sys.executable, "-c", "import os, shutil; shutil.copy(os.environ['VOICE_SAYS'], os.environ['HIPCUE_WAV'])")
"""A voice that says the same for every text."""


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SystemVoice:
    monkeypatch.setenv("VOICE_SAYS", str(write(tmp_path / "voice.wav", hum(0.3, RATE_HZ), RATE_HZ)))
    return SystemVoice("parrot", "en", COPY)


def no_voice(_language: str) -> SystemVoice:
    raise VoiceError("this machine has no voice; install espeak-ng")


def script(folder: str = "", *lines: tuple[str, str]) -> Script:
    return Script(lines or (("push", "Push the belt"),), "en", folder, RATE_HZ)


def finished(speech: Speech) -> Speech:
    eventually(lambda: speech.done, "the sentences")
    return speech


def cue(rule: str = "push", say: str = "Push the belt", sound: str = "push") -> Cue:
    return Cue(rule, "", sound, "", 1, 0, 0, say=say)


def test_a_text_is_available_once_it_is_rendered(voice: SystemVoice) -> None:
    permitted = threading.Event()

    def slow(_language: str) -> SystemVoice:
        permitted.wait(10)
        return voice

    speech = Speech(slow)
    speech.prepare(script())
    assert speech.find("push", "Push the belt") is None
    permitted.set()
    spoken = finished(speech).find("push", "Push the belt")
    assert spoken is not None
    assert level_db(spoken, RATE_HZ) == pytest.approx(LEVEL_DB, abs=0.2)
    assert speech.voice == "parrot, en"


def test_a_recording_takes_precedence_over_the_voice_and_needs_no_text(tmp_path: Path, voice: SystemVoice) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    write(folder / "ease.wav", hum(0.8, 48_000), 48_000)
    speech = Speech(lambda _: voice)
    speech.prepare(script(str(folder), ("push", "Push the belt"), ("ease", ""), ("good", "")))
    finished(speech)
    mine, parrots = speech.find("ease", ""), speech.find("push", "Push the belt")
    assert mine is not None
    assert parrots is not None
    assert len(mine) > 2 * len(parrots)
    assert speech.find("good", "") is None


def test_an_invalid_recording_is_reported_and_the_others_are_used(tmp_path: Path, voice: SystemVoice) -> None:
    (tmp_path / "push.wav").write_bytes(b"no sound")
    speech = Speech(lambda _: voice)
    speech.prepare(script(str(tmp_path), ("push", "Push"), ("good", "Good")))
    finished(speech)
    assert "push.wav is not a WAV file" in speech.problem
    assert speech.find("push", "Push") is None
    assert speech.find("good", "Good") is not None


def test_a_full_disk_is_reported_and_recordings_work(
    tmp_path: Path, voice: SystemVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    write(recordings / "ease.wav", hum(0.3, RATE_HZ), RATE_HZ)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no room"))
    speech = Speech(lambda _: voice)
    speech.prepare(script(str(recordings), ("push", "Push the belt"), ("ease", "")))
    finished(speech)
    assert speech.problem.startswith("parrot could not speak 'Push the belt'")
    assert speech.find("ease", "") is not None


def test_without_a_voice_the_reason_is_reported_and_the_sound_is_played() -> None:
    speech = Speech(no_voice)
    settings = Settings(cue=(CueRule(name="push", when="hip_extension below band", say="Push the belt"),))
    repertoire = Repertoire(settings, RATE_HZ, speech)
    finished(speech)
    assert speech.voice == "none: this machine has no voice; install espeak-ng"
    choice = repertoire.select(cue())
    assert choice is not None
    assert choice.sound == "push"


def test_with_a_voice_speech_replaces_the_sound(voice: SystemVoice) -> None:
    speech = Speech(lambda _: voice)
    settings = Settings(cue=(CueRule(name="push", when="hip_extension below band", say="Push the belt"),))
    repertoire = Repertoire(settings, RATE_HZ, speech)
    finished(speech)
    choice = repertoire.select(cue())
    assert choice is not None
    assert (choice.sound, choice.lane) == (VOICE, "prompt")


def test_new_texts_are_rendered_and_the_old_ones_discarded(voice: SystemVoice) -> None:
    speech = Speech(lambda _: voice)
    speech.prepare(script("", ("push", "Push the belt")))
    finished(speech)
    speech.prepare(script("", ("push", "Push the ground")))
    finished(speech)
    assert speech.find("push", "Push the belt") is None
    assert speech.find("push", "Push the ground") is not None


def test_the_same_texts_are_not_rendered_again() -> None:
    asked = []

    def counted(language: str) -> SystemVoice:
        asked.append(language)
        return no_voice(language)

    speech = Speech(counted)
    for _ in range(3):
        speech.prepare(script())
        finished(speech)
    assert asked == ["en"]


def test_nothing_is_rendered_while_speech_is_switched_off() -> None:
    speech = Speech(no_voice)
    Repertoire(Settings(audio=AudioSettings(speak=False)), RATE_HZ, speech)
    assert speech.voice == "off"


def test_the_script_contains_every_rule_and_every_phase() -> None:
    settings = Settings(cue=(CueRule(name="push", when="knee above 3", say="Push"),), audio=AudioSettings(language="en-gb"))
    names = [rule for rule, _ in script_for(settings, RATE_HZ).lines]
    assert names == [
        "push",
        "phase_stand",
        "phase_warm_up",
        "phase_baseline",
        "phase_drill",
        "phase_retention",
        "phase_summary",
    ]


@pytest.mark.parametrize(
    "command", [("/no/such/program",), (sys.executable, "-c", "raise SystemExit('no')"), (sys.executable, "-c", "")]
)
def test_a_failing_voice_raises_a_sentence(command: tuple[str, ...]) -> None:
    with pytest.raises(VoiceError, match="parrot"):
        SystemVoice("parrot", "en", command).synthesize("Push", RATE_HZ)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
class TestEspeak:
    @pytest.mark.parametrize(("language", "text"), [("en", "Push the belt behind you"), ("de", "Drücke das Band nach hinten")])
    def test_speaks_at_the_level_of_the_sounds(self, language: str, text: str) -> None:
        spoken = find_voice(language).synthesize(text, 48_000)
        assert 0.8 < len(spoken) / 48_000 < 3
        assert level_db(spoken, 48_000) == pytest.approx(LEVEL_DB, abs=1.0)
        assert np.abs(spoken).max() <= 0.86

    def test_text_is_never_parsed_as_an_option(self) -> None:
        assert len(find_voice("en").synthesize("-h {wav} $(true)", 22_050)) > 0

    def test_a_missing_language_is_named(self) -> None:
        with pytest.raises(VoiceError, match="in 'xx'"):
            find_voice("xx").synthesize("Push", 22_050)


def test_without_a_voice_a_sentence_tells_how_to_install_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_voice, "speech_program", Linux().speech_program)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(VoiceError, match="apt-get install espeak-ng"):
        find_voice("en")

"""Given rules with words, then they are spoken by a coach's recordings, else by a voice, and nobody waits for it."""

import shutil
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest

from config.schema import Audio, Cue, Settings
from feedback.audio.loudness import LEVEL_DB, level_db
from feedback.audio.repertoire import VOICE, Repertoire, script_of
from feedback.audio.speech import Script, Speech
from feedback.audio.voice import Voice, VoiceError, find_voice, macos_voice
from tests.eventually import eventually
from tests.wav_files import hum, write
from wire.messages import Cue as CueMessage

RATE_HZ = 22_050
COPY = (sys.executable, "-c", "import os, shutil; shutil.copy(os.environ['VOICE_SAYS'], os.environ['HIPCUE_WAV'])")
"""A voice that says the same whatever it is asked."""


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    monkeypatch.setenv("VOICE_SAYS", str(write(tmp_path / "voice.wav", hum(0.3, RATE_HZ), RATE_HZ)))
    return Voice("parrot", "en", COPY)


def no_voice(_language: str) -> Voice:
    raise VoiceError("this machine has no voice; install espeak-ng")


def script(folder: str = "", *lines: tuple[str, str]) -> Script:
    return Script(lines or (("push", "Push the belt"),), "en", folder, RATE_HZ)


def finished(speech: Speech) -> Speech:
    eventually(lambda: speech.done, "the sentences")
    return speech


def cue(rule: str = "push", say: str = "Push the belt", sound: str = "push") -> CueMessage:
    return CueMessage(rule, "", sound, "", 1, 0, 0, say=say)


def test_a_sentence_is_there_when_it_is_ready_and_not_before(voice: Voice) -> None:
    permitted = threading.Event()

    def slow(_language: str) -> Voice:
        permitted.wait(10)
        return voice

    speech = Speech(slow)
    speech.want(script())
    assert speech.find("push", "Push the belt") is None
    permitted.set()
    spoken = finished(speech).find("push", "Push the belt")
    assert spoken is not None
    assert level_db(spoken, RATE_HZ) == pytest.approx(LEVEL_DB, abs=0.2)
    assert speech.voice == "parrot, en"


def test_a_recording_goes_before_the_voice_and_needs_no_words(tmp_path: Path, voice: Voice) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    write(folder / "ease.wav", hum(0.8, 48_000), 48_000)
    speech = Speech(lambda _: voice)
    speech.want(script(str(folder), ("push", "Push the belt"), ("ease", ""), ("good", "")))
    finished(speech)
    mine, parrots = speech.find("ease", ""), speech.find("push", "Push the belt")
    assert mine is not None
    assert parrots is not None
    assert len(mine) > 2 * len(parrots)
    assert speech.find("good", "") is None


def test_a_bad_recording_is_named_and_the_rest_goes_on(tmp_path: Path, voice: Voice) -> None:
    (tmp_path / "push.wav").write_bytes(b"no sound")
    speech = Speech(lambda _: voice)
    speech.want(script(str(tmp_path), ("push", "Push"), ("good", "Good")))
    finished(speech)
    assert "push.wav is not a WAV file" in speech.problem
    assert speech.find("push", "Push") is None
    assert speech.find("good", "Good") is not None


def test_a_full_disk_is_named_and_ends_no_voice(tmp_path: Path, voice: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    write(recordings / "ease.wav", hum(0.3, RATE_HZ), RATE_HZ)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no room"))
    speech = Speech(lambda _: voice)
    speech.want(script(str(recordings), ("push", "Push the belt"), ("ease", "")))
    finished(speech)
    assert speech.problem.startswith("parrot said nothing for 'Push the belt'")
    assert speech.find("ease", "") is not None


def test_without_a_voice_it_says_why_and_the_sound_is_played() -> None:
    speech = Speech(no_voice)
    settings = Settings(cue=(Cue(name="push", when="hip_extension below band", say="Push the belt"),))
    repertoire = Repertoire(settings, RATE_HZ, speech)
    finished(speech)
    assert speech.voice == "none: this machine has no voice; install espeak-ng"
    choice = repertoire.choose(cue())
    assert choice is not None
    assert choice.sound == "push"


def test_with_a_voice_the_words_take_the_sounds_place(voice: Voice) -> None:
    speech = Speech(lambda _: voice)
    settings = Settings(cue=(Cue(name="push", when="hip_extension below band", say="Push the belt"),))
    repertoire = Repertoire(settings, RATE_HZ, speech)
    finished(speech)
    choice = repertoire.choose(cue())
    assert choice is not None
    assert (choice.sound, choice.lane) == (VOICE, "prompt")


def test_new_words_are_rendered_and_the_old_ones_forgotten(voice: Voice) -> None:
    speech = Speech(lambda _: voice)
    speech.want(script("", ("push", "Push the belt")))
    finished(speech)
    speech.want(script("", ("push", "Push the ground")))
    finished(speech)
    assert speech.find("push", "Push the belt") is None
    assert speech.find("push", "Push the ground") is not None


def test_the_same_words_are_not_rendered_again() -> None:
    asked = []

    def counted(language: str) -> Voice:
        asked.append(language)
        return no_voice(language)

    speech = Speech(counted)
    for _ in range(3):
        speech.want(script())
        finished(speech)
    assert asked == ["en"]


def test_switched_off_nothing_is_rendered() -> None:
    speech = Speech(no_voice)
    Repertoire(Settings(audio=Audio(speak=False)), RATE_HZ, speech)
    assert speech.voice == "off"


def test_the_script_holds_every_rule_and_every_phase() -> None:
    settings = Settings(cue=(Cue(name="push", when="knee above 3", say="Push"),), audio=Audio(language="en-gb"))
    names = [rule for rule, _ in script_of(settings, RATE_HZ).lines]
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
def test_a_voice_that_fails_gives_a_sentence(command: tuple[str, ...]) -> None:
    with pytest.raises(VoiceError, match="parrot"):
        Voice("parrot", "en", command).say("Push", RATE_HZ)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
class TestEspeak:
    @pytest.mark.parametrize(("language", "text"), [("en", "Push the belt behind you"), ("de", "Drücke das Band nach hinten")])
    def test_says_a_sentence_at_the_level_of_the_sounds(self, language: str, text: str) -> None:
        spoken = find_voice(language).say(text, 48_000)
        assert 0.8 < len(spoken) / 48_000 < 3
        assert level_db(spoken, 48_000) == pytest.approx(LEVEL_DB, abs=1.0)
        assert np.abs(spoken).max() <= 0.86

    def test_text_is_never_taken_for_an_option(self) -> None:
        assert len(find_voice("en").say("-h {wav} $(true)", 22_050)) > 0

    def test_a_language_it_lacks_is_named(self) -> None:
        with pytest.raises(VoiceError, match="in 'xx'"):
            find_voice("xx").say("Push", 22_050)


def test_a_machine_without_a_voice_is_told_how_to_get_one() -> None:
    with pytest.raises(VoiceError, match="apt-get install espeak-ng"):
        find_voice("en", "linux", which=lambda _: None)


def test_windows_hands_text_and_file_over_outside_the_command() -> None:
    command = find_voice("en", "win32").command
    assert command[0] == "powershell"
    assert "$env:HIPCUE_TEXT" in command[-1]


@pytest.mark.parametrize(("language", "name"), [("en", "Alex"), ("en-gb", "Daniel"), ("de", "Anna (Enhanced)"), ("fi", None)])
def test_a_voice_of_macos_is_chosen_by_its_locale(language: str, name: str | None) -> None:
    listed = "Alex                en_US    # Hi\nAnna (Enhanced)     de_DE    # Hallo\nDaniel              en_GB    # Hello\n"
    assert macos_voice(listed, language) == name

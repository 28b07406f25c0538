"""The system's own voice: a program that reads a text file and writes a WAV file. Nothing leaves the machine."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from feedback.audio.loudness import Samples
from feedback.audio.wav import WavError, load

TIMEOUT_S = 20.0
WORDS_PER_MINUTE = 165
"""Brisk, and still understood beside a treadmill (espeak-ng's own is 175)."""

_SAPI = """
Add-Type -AssemblyName System.Speech
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
$voice.SelectVoiceByHints('NotSet', 'NotSet', 0, [Globalization.CultureInfo]$env:HIPCUE_LANGUAGE)
$voice.SetOutputToWaveFile($env:HIPCUE_WAV)
$voice.Speak([IO.File]::ReadAllText($env:HIPCUE_TEXT))
$voice.Dispose()
"""


class VoiceError(Exception):
    """Nothing can be said; the text says why in one sentence."""


@dataclass(frozen=True)
class Voice:
    """A voice and how it is asked: `{text}` and `{wav}` in the command stand for the two files."""

    name: str
    language: str
    command: tuple[str, ...]

    def say(self, text: str, sample_rate_hz: int) -> Samples:
        """The spoken text. Raises VoiceError."""
        try:
            with tempfile.TemporaryDirectory(prefix="hipcue-voice-") as folder:
                return self._spoken(text, Path(folder), sample_rate_hz)
        except subprocess.TimeoutExpired:
            raise VoiceError(f"{self.name} took longer than {TIMEOUT_S:g} s for {text!r}") from None
        except (OSError, WavError) as error:
            raise VoiceError(f"{self.name} said nothing for {text!r} ({error})") from None

    def _spoken(self, text: str, folder: Path, sample_rate_hz: int) -> Samples:
        said, spoken = folder / "say.txt", folder / "spoken.wav"
        said.write_text(text, encoding="utf-8")
        command = [part.format(text=said, wav=spoken) if "{" in part[:1] else part for part in self.command]
        files = {"HIPCUE_TEXT": str(said), "HIPCUE_WAV": str(spoken), "HIPCUE_LANGUAGE": self.language}
        asked = subprocess.run(
            command,
            env={**os.environ, **files},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        if asked.returncode:
            note = asked.stderr.decode(errors="replace").strip().splitlines()
            raise VoiceError(f"{self.name} cannot say {text!r} in {self.language!r} ({note[-1] if note else 'no reason'})")
        return load(spoken, sample_rate_hz)


def find_voice(language: str, platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which) -> Voice:
    """The system's voice for a language ("en", "de", "en-gb", …). Raises VoiceError."""
    if platform == "darwin":
        return Voice("the voice of macOS", language, _macos_command(language))
    if platform == "win32":
        return Voice("the voice of Windows", language, ("powershell", "-NoProfile", "-NonInteractive", "-Command", _SAPI))
    for program in ("espeak-ng", "espeak"):
        found = which(program)
        if found is not None:
            return Voice(program, language, (found, "-v", language, "-s", str(WORDS_PER_MINUTE), "-w", "{wav}", "-f", "{text}"))
    raise VoiceError("this machine has no voice; install espeak-ng (Debian: apt-get install espeak-ng)")


def _macos_command(language: str) -> tuple[str, ...]:
    try:
        listed = subprocess.run(["say", "-v", "?"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise VoiceError(f"the voices of macOS cannot be listed ({error})") from None
    chosen = macos_voice(listed, language)
    named = ("-v", chosen) if chosen else ()
    return (
        "say",
        *named,
        "-r",
        str(WORDS_PER_MINUTE),
        "--file-format=WAVE",
        "--data-format=LEI16@22050",
        "-o",
        "{wav}",
        "-f",
        "{text}",
    )


def macos_voice(listed: str, language: str) -> str | None:
    """The first voice of a language in what `say -v ?` lists, one `Name  en_US  # sample` a line; None: there is none."""
    for line in listed.splitlines():
        name, _, locale = line.partition("#")[0].strip().rpartition(" ")
        if f"{locale.lower().replace('_', '-')}-".startswith(f"{language}-"):
            return name.strip()
    return None

"""The system's voice: a local program that reads a text file and writes a WAV file."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from feedback.audio.engine.loudness import Samples
from feedback.audio.voice.wav import WavError, load_wav
from wire.system import Unsupported, speech_program

TIMEOUT_S = 20.0
WORDS_PER_MINUTE = 165
"""Brisk, but intelligible beside a treadmill (espeak-ng's default is 175)."""


class VoiceError(Exception):
    """Speech cannot be rendered; the text says why in one sentence."""


@dataclass(frozen=True)
class SystemVoice:
    """A voice and its command, in which `{text}` and `{wav}` stand for the two files."""

    name: str
    language: str
    command: tuple[str, ...]

    def synthesize(self, text: str, sample_rate_hz: int) -> Samples:
        """The spoken text. Raises VoiceError if the voice fails."""
        try:
            with tempfile.TemporaryDirectory(prefix="hipcue-voice-") as folder:
                return self._render(text, Path(folder), sample_rate_hz)
        except subprocess.TimeoutExpired:
            raise VoiceError(f"{self.name} took longer than {TIMEOUT_S:g} s for {text!r}") from None
        except (OSError, WavError) as error:
            raise VoiceError(f"{self.name} could not speak {text!r} ({error})") from None

    def _render(self, text: str, folder: Path, sample_rate_hz: int) -> Samples:
        text_file, wav_file = folder / "say.txt", folder / "spoken.wav"
        text_file.write_text(text, encoding="utf-8")
        command = [part.format(text=text_file, wav=wav_file) if "{" in part[:1] else part for part in self.command]
        files = {"HIPCUE_TEXT": str(text_file), "HIPCUE_WAV": str(wav_file), "HIPCUE_LANGUAGE": self.language}
        finished = subprocess.run(
            command,
            env={**os.environ, **files},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        if finished.returncode:
            note = finished.stderr.decode(errors="replace").strip().splitlines()
            raise VoiceError(
                f"{self.name} cannot speak {text!r} in {self.language!r} ({note[-1] if note else 'no reason given'})"
            )
        return load_wav(wav_file, sample_rate_hz)


def find_voice(language: str) -> SystemVoice:
    """The system's voice for a language ("en", "de", "en-gb", …). Raises VoiceError if there is none."""
    try:
        program = speech_program(language, WORDS_PER_MINUTE)
    except Unsupported as error:
        raise VoiceError(str(error)) from None
    return SystemVoice(program.name, language, program.command)

"""macOS."""

import subprocess

from wire.system.interface import SpeechProgram, Unsupported
from wire.system.posix import Posix

LIST_TIMEOUT_S = 20.0


class MacOS(Posix):
    """Has no memory that a reader could open by process id: pictures are sent inside the messages."""

    name = "macOS"

    def speech_program(self, language: str, words_per_minute: int) -> SpeechProgram:
        """`say`, with the first installed voice of the language."""
        try:
            command = ["say", "-v", "?"]
            listed = subprocess.run(command, capture_output=True, text=True, timeout=LIST_TIMEOUT_S, check=False).stdout
        except (OSError, subprocess.SubprocessError) as error:
            raise Unsupported(f"the voices of macOS cannot be listed ({error})") from None
        chosen = macos_voice(listed, language)
        voice = ("-v", chosen) if chosen else ()
        output = ("--file-format=WAVE", "--data-format=LEI16@22050", "-o", "{wav}", "-f", "{text}")
        return SpeechProgram("the voice of macOS", ("say", *voice, "-r", str(words_per_minute), *output))


def macos_voice(listed: str, language: str) -> str | None:
    """The first voice of a language in the output of `say -v ?`, with lines `Name  en_US  # sample`; None: there is none."""
    for line in listed.splitlines():
        name, _, locale = line.partition("#")[0].strip().rpartition(" ")
        if f"{locale.lower().replace('_', '-')}-".startswith(f"{language}-"):
            return name.strip()
    return None

"""Windows: only what differs from `System`. Its pyzmq has no local sockets, so HipCue refuses to run there, in one sentence."""

import time

from wire.system.interface import SpeechProgram, System

_SAPI = """
Add-Type -AssemblyName System.Speech
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
$voice.SelectVoiceByHints('NotSet', 'NotSet', 0, [Globalization.CultureInfo]$env:HIPCUE_LANGUAGE)
$voice.SetOutputToWaveFile($env:HIPCUE_WAV)
$voice.Speak([IO.File]::ReadAllText($env:HIPCUE_TEXT))
$voice.Dispose()
"""


class Windows(System):
    """The performance counter as the clock, the Speech API as the voice."""

    name = "Windows"

    def monotonic_ns(self) -> int:
        """time.monotonic_ns ticks only every 15.6 ms before Python 3.13 (github.com/python/cpython/issues/88494)."""
        return time.perf_counter_ns()

    def speech_program(self, language: str, words_per_minute: int) -> SpeechProgram:
        """Language and paths go through the environment; the voice keeps its own speed."""
        return SpeechProgram("the voice of Windows", ("powershell", "-NoProfile", "-NonInteractive", "-Command", _SAPI))

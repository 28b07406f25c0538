"""Spoken cues, rendered once in a background thread: from the coach's recordings, or else by the system's voice.

While a text is not ready, or cannot be rendered, the caller plays a sound instead.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from feedback.audio.engine.loudness import Samples
from feedback.audio.voice.system_voice import SystemVoice, VoiceError, find_voice
from feedback.audio.voice.wav import WavError, load_wav

CLOSE_TIMEOUT_S = 0.5

VoiceFinder = Callable[[str], SystemVoice]


@dataclass(frozen=True)
class Script:
    """The texts to render."""

    lines: tuple[tuple[str, str], ...]
    """(rule, text) of each; a rule without text ("") may have a recording."""
    language: str
    folder: str
    """Folder of the coach's recordings, one per rule; "": none."""
    sample_rate_hz: int


class Speech:
    """The texts rendered so far. Use it from one thread only."""

    def __init__(self, voice_finder: VoiceFinder = find_voice) -> None:
        self._voice_finder = voice_finder
        self._script: Script | None = None
        self._rendering: _Rendering | None = None

    def prepare(self, script: Script) -> None:
        """Start rendering a script, and discard what was rendered of another one."""
        if script != self._script:
            self.clear()
            self._script = script
            self._rendering = _Rendering(script, self._voice_finder)
            self._rendering.start()

    def clear(self) -> None:
        """Discard everything."""
        if self._rendering is not None:
            self._rendering.abandoned = True
        self._script = self._rendering = None

    def close(self) -> None:
        """Discard everything, and wait briefly for the text being rendered: it has files to delete."""
        rendering = self._rendering
        self.clear()
        if rendering is not None:
            rendering.join(CLOSE_TIMEOUT_S)

    def find(self, rule: str, text: str) -> Samples | None:
        """The rule's recording, or else its spoken text; None if it is not ready or could not be rendered."""
        return None if self._rendering is None else self._rendering.spoken.get((rule, text))

    @property
    def voice(self) -> str:
        """The voice in use, or why there is none; for people."""
        return "off" if self._rendering is None else self._rendering.voice

    @property
    def problem(self) -> str:
        """The last text that could not be rendered, and why; "": none."""
        return "" if self._rendering is None else self._rendering.problem

    @property
    def done(self) -> bool:
        """Whether every text has been tried."""
        return self._rendering is None or not self._rendering.is_alive()


class _Rendering(threading.Thread):
    """Renders one script. Other threads read single references, which is safe."""

    def __init__(self, script: Script, voice_finder: VoiceFinder) -> None:
        super().__init__(name="speech", daemon=True)
        self._script = script
        self._voice_finder = voice_finder
        self.spoken: dict[tuple[str, str], Samples] = {}
        self.voice = "not found yet"
        self.problem = ""
        self.abandoned = False

    def run(self) -> None:
        script = self._script
        folder = Path(script.folder).expanduser() if script.folder else None
        voice: SystemVoice | None = None
        try:
            voice = self._voice_finder(script.language)
            named = f"{voice.name}, {script.language}"
        except VoiceError as error:
            named = f"none: {error}"
        self.voice = named if folder is None else f"recordings in {folder}, else {named}"
        if folder is not None and not folder.is_dir():
            self.problem = f"{folder} is not a folder (voice_folder in [audio])"
        for rule, text in script.lines:
            if self.abandoned:
                return
            try:
                samples = _recording(folder, rule, script.sample_rate_hz)
                if samples is None and text and voice is not None:
                    samples = voice.synthesize(text, script.sample_rate_hz)
            except (VoiceError, WavError) as error:
                self.problem = str(error)
                continue
            if samples is not None:
                self.spoken[rule, text] = samples


def _recording(folder: Path | None, rule: str, sample_rate_hz: int) -> Samples | None:
    path = None if folder is None else folder / f"{rule}.wav"
    return None if path is None or not path.exists() else load_wav(path, sample_rate_hz)

"""Sentences, spoken once in a thread of its own and kept: by a coach's recordings, else by the system's voice.

Until a sentence is ready, and when it cannot be had, there is none, and the caller plays a sound instead.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from feedback.audio.loudness import Samples
from feedback.audio.voice import Voice, VoiceError, find_voice
from feedback.audio.wav import WavError, load

LAST_SENTENCE_S = 0.5

VoiceFinder = Callable[[str], Voice]


@dataclass(frozen=True)
class Script:
    """What is to be said."""

    lines: tuple[tuple[str, str], ...]
    """(rule, text); a rule without words ("") may still have a recording."""
    language: str
    folder: str
    """Of a coach's own recordings, one per rule; "": none."""
    sample_rate_hz: int


class Speech:
    """What can be said now. All methods belong to one thread."""

    def __init__(self, voice_finder: VoiceFinder = find_voice) -> None:
        self._voice_finder = voice_finder
        self._script: Script | None = None
        self._rendering: _Rendering | None = None

    def want(self, script: Script) -> None:
        """Have this script rendered; what was rendered of another one is forgotten."""
        if script != self._script:
            self.want_nothing()
            self._script = script
            self._rendering = _Rendering(script, self._voice_finder)
            self._rendering.start()

    def want_nothing(self) -> None:
        """Forget all."""
        if self._rendering is not None:
            self._rendering.abandoned = True
        self._script = self._rendering = None

    def close(self) -> None:
        """Forget all and wait a little for the sentence that is being spoken, which has files to clear away."""
        rendering = self._rendering
        self.want_nothing()
        if rendering is not None:
            rendering.join(LAST_SENTENCE_S)

    def find(self, rule: str, text: str) -> Samples | None:
        """The rule's recording, else its spoken text; None: not ready, or not to be had."""
        return None if self._rendering is None else self._rendering.spoken.get((rule, text))

    @property
    def voice(self) -> str:
        """Whose voice it is, or why there is none; for people."""
        return "off" if self._rendering is None else self._rendering.voice

    @property
    def problem(self) -> str:
        """The last sentence that could not be had, and why; "": none."""
        return "" if self._rendering is None else self._rendering.problem

    @property
    def done(self) -> bool:
        """Whether every wanted sentence has been tried."""
        return self._rendering is None or not self._rendering.is_alive()


class _Rendering(threading.Thread):
    """Renders one script. What it publishes are single references, which threads may share."""

    def __init__(self, script: Script, voice_finder: VoiceFinder) -> None:
        super().__init__(name="speech", daemon=True)
        self._script = script
        self._voice_finder = voice_finder
        self.spoken: dict[tuple[str, str], Samples] = {}
        self.voice = "being looked for"
        self.problem = ""
        self.abandoned = False

    def run(self) -> None:
        script = self._script
        folder = Path(script.folder).expanduser() if script.folder else None
        voice: Voice | None = None
        try:
            voice = self._voice_finder(script.language)
            named = f"{voice.name}, {script.language}"
        except VoiceError as error:
            named = f"none: {error}"
        self.voice = named if folder is None else f"recordings in {folder}, else {named}"
        if folder is not None and not folder.is_dir():
            self.problem = f"{folder} is no folder (voice_folder in [audio])"
        for rule, text in script.lines:
            if self.abandoned:
                return
            try:
                samples = _recording(folder, rule, script.sample_rate_hz)
                if samples is None and text and voice is not None:
                    samples = voice.say(text, script.sample_rate_hz)
            except (VoiceError, WavError) as error:
                self.problem = str(error)
                continue
            if samples is not None:
                self.spoken[rule, text] = samples


def _recording(folder: Path | None, rule: str, sample_rate_hz: int) -> Samples | None:
    path = None if folder is None else folder / f"{rule}.wav"
    return None if path is None or not path.exists() else load(path, sample_rate_hz)

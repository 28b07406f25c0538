"""A live session measured again: the same frames at the same times, by `hipcue analyse`."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from capture.sources.source import Recording
from config.settings import Settings
from hipcue.analyse.clip import analyse
from tests.support.program import table
from wire.clock import s_to_ns
from wire.frames.frame import Image


class SameFrames:
    """Of a recording that was played in a loop, the pictures that a live session measured, each at its time there.

    Implements capture.sources.source.Recording. `unseen` pictures went by before the one that the session counts as 0.
    """

    def __init__(self, recording: Recording, session: Path, unseen: int = 0) -> None:
        self._recording = recording
        self._wanted: Iterator[tuple[int, int]] = iter(
            [(int(row["frame"]) + unseen, s_to_ns(float(row["t_s"]))) for row in table(session / "samples.csv")]
        )
        self._at = -1
        self.time_source = recording.time_source
        self.facts = recording.facts
        self.fps = recording.fps
        self.frames = None
        self.end_missing = False

    def advance(self) -> int | None:
        """Go to the next picture that the session measured."""
        picture, at_ns = next(self._wanted, (None, 0))
        if picture is None:
            return None
        while self._at < picture:
            if self._recording.advance() is None:
                self._recording.rewind()
                self._recording.advance()
            self._at += 1
        return at_ns

    def image(self) -> Image:
        """The present picture."""
        return self._recording.image()

    def rewind(self) -> None:
        """Nobody asks for it."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the recording."""
        self._recording.close()


def analysed_again(recording: Recording, session: Path, out: Path, unseen: int = 0) -> list[dict[str, str]]:
    """The rows of strides.csv that `hipcue analyse` writes of the frames that a live session measured."""
    with patch("hipcue.analyse.clip.open_recording", lambda *_: SameFrames(recording, session, unseen)):
        analyse(Settings(), out)
    return table(out / "strides.csv")

"""What every camera-like source can do, and how it fails."""

from dataclasses import dataclass
from typing import Protocol

from wire.frames import Image


class SourceError(Exception):
    """The source cannot be opened or has failed. The text is one sentence: what, where, how to mend it."""


class SourceLost(Exception):  # noqa: N818 - it is a state of the world, and it may pass
    """A live source has stopped giving pictures; opening it again may help."""


class NotYet(Exception):  # noqa: N818 - nothing is wrong
    """No new picture for the moment: ask again."""


@dataclass(frozen=True)
class Picture:
    """One picture as it came out of a source."""

    image: Image
    index: int
    """Counts the pictures of the source from 0, those skipped included."""
    capture_ns: int
    """Monotonic time at which it was taken."""
    read_ns: int
    time_source: str
    """One of wire.frames.TIME_SOURCES."""


class Source(Protocol):
    """A stream of pictures, taken one at a time."""

    live: bool
    """False for a recording: it has a first picture, and waits to be read."""

    @property
    def facts(self) -> dict[str, str]:
        """What was granted: size, rate, pixel format; for people."""
        ...

    @property
    def warning(self) -> str:
        """One sentence when the source is not what was asked for, else ""."""
        ...

    def read(self) -> Picture | None:
        """Wait for the newest picture. None: the source has come to its end. Raises NotYet within 0.5 s, or SourceLost."""
        ...

    def close(self) -> None:
        """Let go of the device, file or connection."""
        ...

"""The interface of every source of pictures, live or recorded, and its errors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wire.faults import FaultCode
from wire.messages import Fault
from wire.texts import sentence
from wire.topics import CAPTURE

if TYPE_CHECKING:  # it loads NumPy, which takes a fifth of a second that a command without pictures need not wait
    from wire.frames.frame import Image, TimeSource


class SourceError(Exception):
    """The source cannot be opened or read. The text says what is wrong, where, and how to fix it."""

    code = FaultCode.SOURCE_UNUSABLE
    device = ""


class CameraError(SourceError):
    """A camera cannot be opened now; a later attempt may succeed. `device` is its name without secrets."""

    def __init__(self, code: FaultCode, device: str) -> None:
        super().__init__(sentence(Fault(code, CAPTURE, 0, device)))
        self.code = code
        self.device = device


class SourceLost(Exception):
    """A live source sends no more pictures; reopening it may help. `after_s`: how long the reader waited."""

    def __init__(self, code: FaultCode, device: str, after_s: float | None = None) -> None:
        super().__init__(sentence(Fault(code, CAPTURE, 0, device, value=after_s)))
        self.code = code
        self.device = device
        self.after_s = after_s


class NotYet(Exception):
    """There is no new picture yet: read again."""


@dataclass(frozen=True)
class CapturedImage:
    """One picture from a source."""

    image: "Image"
    index: int
    """Counts the pictures of the source from 0, including those skipped."""
    capture_ns: int
    """Monotonic time of capture."""
    read_ns: int
    time_source: "TimeSource"


class Source(Protocol):
    """A stream of pictures, read one at a time."""

    live: bool
    """False for a recording: it has a first picture, and waits for its reader."""
    asked_fps: float | None
    """The rate requested from a camera; None: no rate was requested."""

    @property
    def facts(self) -> dict[str, str]:
        """Size, rate and pixel format as granted, for display."""
        ...

    @property
    def mode_difference(self) -> str:
        """What the camera delivers instead of what was requested, as in "640x480 instead of 1280x720"; "": no difference."""
        ...

    def rest(self, resting: bool) -> None:
        """Deliver only a few pictures a second, evenly spaced, or all again. A recording delivers all of them."""
        ...

    def read(self) -> CapturedImage | None:
        """Wait for the newest picture. None: the source has ended. Raises NotYet within 0.5 s, SourceLost, or SourceError."""
        ...

    def close(self) -> None:
        """Release the device, file or connection."""
        ...


class Recording(Protocol):
    """Pictures with their own timestamps, from a file or a drawn runner, that can be read at any speed.

    `advance` is cheap, so that a picture can be skipped; `image` decodes or draws the current one.
    """

    time_source: "TimeSource"

    @property
    def facts(self) -> dict[str, str]:
        """Size, rate and kind, for display."""
        ...

    @property
    def frames(self) -> int | None:
        """Number of pictures; None: unknown or endless."""
        ...

    @property
    def end_missing(self) -> bool:
        """Whether it was cut off; known once all pictures have been read."""
        ...

    @property
    def fps(self) -> float:
        """Nominal rate."""
        ...

    def advance(self) -> int | None:
        """Go to the next picture. Returns its time since the start in ns, strictly increasing; None at the end."""
        ...

    def image(self) -> "Image":
        """The current picture. Raises SourceError."""
        ...

    def rewind(self) -> None:
        """Go back to before the first picture."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...

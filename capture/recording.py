"""Pictures with timestamps of their own: a recorded file or a drawn runner, read as fast as one likes."""

from typing import Protocol

from wire.frames import Image


class Recording(Protocol):
    """A sequence of pictures. `advance` is cheap where a picture is only skipped; `image` then makes the present one."""

    time_source: str
    """One of wire.frames.TIME_SOURCES."""

    @property
    def facts(self) -> dict[str, str]:
        """Size, rate, kind; for people."""
        ...

    @property
    def frames(self) -> int | None:
        """How many pictures there are, as far as is known."""
        ...

    @property
    def fps(self) -> float:
        """Nominal rate."""
        ...

    def advance(self) -> int | None:
        """Go to the next picture: its time since the start in nanoseconds, strictly increasing; None at the end."""
        ...

    def image(self) -> Image:
        """The present picture."""
        ...

    def rewind(self) -> None:
        """Go back to before the first picture."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...

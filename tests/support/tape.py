"""A recording whose pictures tell their number, at any times one likes."""

from collections.abc import Sequence

import numpy as np

from wire.clock import ms_to_ns
from wire.frames.frame import Image, TimeSource


class Tape:
    """A recording whose pictures tell their number."""

    time_source: TimeSource = "file"
    fps = 10.0

    def __init__(self, times_ms: Sequence[float]) -> None:
        self.facts = {"source": "tape"}
        self._times_ms = times_ms
        self._at = -1
        self.drawn: list[int] = []
        self.closed = False

    @property
    def end_missing(self) -> bool:
        """Whether it was cut off: never."""
        return False

    @property
    def frames(self) -> int | None:
        return len(self._times_ms)

    def advance(self) -> int | None:
        self._at += 1
        return ms_to_ns(self._times_ms[self._at]) if self._at < len(self._times_ms) else None

    def image(self) -> Image:
        self.drawn.append(self._at)
        return np.full((2, 2, 3), self._at, np.uint8)

    def rewind(self) -> None:
        self._at = -1

    def close(self) -> None:
        self.closed = True

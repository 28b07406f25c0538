"""Pictures in shared memory: a ring of slots that one process writes and others read.

The memory is in no folder and on no disk, is freed with its last user, however it ends, and only processes of the same user
can open it (wire/system).

Nobody waits: this is a seqlock over a ring. The first word of the memory is the ticket of the picture that is being written or
will be next; a picture is intact until the writer reaches its slot again. A reader checks this, copies the pixels, and checks
again: the copy takes a tenth of a millisecond, whereas processing a picture may take longer than a whole round of the writer.
"""

import mmap
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from wire.frames.frame import FrameError, Image, RingPosition
from wire.system import create_shared_memory, open_shared_memory

SLOTS = 4
"""All but one contain an intact picture at any time: at 60 fps a reader has 50 ms. Few, to stay in the processor's cache."""
_NAME = "hipcue-frames"
_PAGE_BYTES = mmap.PAGESIZE
"""The first page holds the two words; each slot begins on a page of its own."""
_NEXT, _RING = 0, 1
"""The words: the ticket of the picture that is being written or will be next, and the ring's random number."""


class RingWriter:
    """Creates the memory, for pictures of at most `max_bytes`, and writes them. Raises OSError without such memory."""

    def __init__(self, max_bytes: int) -> None:
        self._slot_bytes = -(-max_bytes // _PAGE_BYTES) * _PAGE_BYTES
        self._ring = secrets.randbits(64)
        self._shared = create_shared_memory(_NAME, _PAGE_BYTES + SLOTS * self._slot_bytes)
        self._closed = False
        self._words = memoryview(self._shared.memory).cast("Q")
        self._words[_RING] = self._ring
        self._words[_NEXT] = 1
        try:
            _map(self._position(0))
        except FrameError:
            self.close()
            raise OSError("this process cannot open its own shared memory") from None

    def fits(self, size_bytes: int) -> bool:
        """Whether a slot is large enough for a picture of this size."""
        return size_bytes <= self._slot_bytes

    def slot(self, height_px: int, width_px: int) -> Image:
        """The pixels of the next picture, to be written; the same memory until `publish`."""
        start = _start(self._words[_NEXT], self._slot_bytes)
        return np.frombuffer(self._shared.memory, np.uint8, height_px * width_px * 3, start).reshape(height_px, width_px, 3)

    def publish(self) -> RingPosition:
        """The picture is complete: returns its position. Readers may no longer use the slot after it.

        They are notified here and not when the next picture begins: a whole picture before its pixels change, no processor can
        make the two writes visible to a reader in the opposite order.
        """
        ticket = self._words[_NEXT]
        self._words[_NEXT] = ticket + 1
        return self._position(ticket)

    def close(self) -> None:
        """Refuse new readers; the memory is freed with its last user."""
        if not self._closed:
            self._closed = True
            self._shared.close()

    def _position(self, ticket: int) -> RingPosition:
        return RingPosition(os.getpid(), self._shared.handle, self._ring, ticket)


class RingReader:
    """Reads pictures by their positions. Keeps the last ring mapped."""

    def __init__(self) -> None:
        self._mapped: _MappedRing | None = None

    def read(self, position: RingPosition, size_bytes: int) -> NDArray[np.uint8]:
        """A copy of a picture's bytes. Raises FrameError, also if the picture was overwritten meanwhile."""
        pixels, intact = self.view(position, size_bytes)
        copy = pixels.copy()
        if not intact():
            raise FrameError("overtaken")
        return copy

    def view(self, position: RingPosition, size_bytes: int) -> tuple[NDArray[np.uint8], Callable[[], bool]]:
        """A picture's bytes in the shared memory, and a function that checks whether they are intact. Raises FrameError."""
        if self._mapped is None or self._mapped.ring != position.ring:
            self._mapped = _map(position)
        return self._mapped.pixels(position.ticket, size_bytes)


@dataclass(frozen=True)
class _MappedRing:
    """A ring of another process, read-only."""

    memory: mmap.mmap
    words: "memoryview[int]"
    ring: int
    slot_bytes: int

    def pixels(self, ticket: int, size_bytes: int) -> tuple[NDArray[np.uint8], Callable[[], bool]]:
        if not 0 < ticket < self.words[_NEXT] or size_bytes > self.slot_bytes:
            raise FrameError("position")
        if not self.holds(ticket):
            raise FrameError("overtaken")
        return np.frombuffer(self.memory, np.uint8, size_bytes, _start(ticket, self.slot_bytes)), partial(self.holds, ticket)

    def holds(self, ticket: int) -> bool:
        return self.words[_NEXT] < ticket + SLOTS


def _start(ticket: int, slot_bytes: int) -> int:
    return _PAGE_BYTES + ticket % SLOTS * slot_bytes


def _map(position: RingPosition) -> _MappedRing:
    """Raises FrameError if there is no ring at this position: its writer has ended, or the position is invalid."""
    try:
        memory = open_shared_memory(_NAME, position.pid, position.handle)
    except OSError:
        raise FrameError("position") from None
    slot_bytes, remainder = divmod(len(memory) - _PAGE_BYTES, SLOTS)
    if slot_bytes <= 0 or remainder:
        raise FrameError("position")
    words = memoryview(memory).cast("Q")
    if words[_RING] != position.ring:
        raise FrameError("position")
    return _MappedRing(memory, words, position.ring, slot_bytes)

"""Pictures in shared memory: a ring of slots that one process writes and others read.

The memory is a memfd: it is in no folder and on no disk, the kernel gives it back with its last user however that ended, and
it is opened through /proc of its writer, which only that user's processes may do. Sealed, it cannot shrink under a reader.

Nobody waits for anybody. The first word of the memory says which picture is written now or next; a picture is whole as long
as the writer has not come round to its slot. A reader therefore looks, copies the pixels, and looks again: the copy takes a
tenth of a millisecond, while what is done with a picture may take longer than the writer for its whole round.
"""

import fcntl
import mmap
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from wire.frames import FrameError, Image, Place

SLOTS = 4
"""Of which all but one are whole at any time: at 60 fps a reader has 50 ms. Few, so that they stay in the processor's cache."""
_NAME = "hipcue-frames"
_LINK = f"/memfd:{_NAME} (deleted)"
"""What /proc shows of it: nothing else is ever opened, as that may wait for ever or do something."""
_PAGE_BYTES = mmap.PAGESIZE
"""The words have the first page for themselves; each slot begins with a page."""
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL if sys.platform == "linux" else 0
_HEAD, _NUMBER = 0, 1
"""The words: the picture that is written now or next, counted from 1, and the ring's own random number."""


class RingWriter:
    """Makes the memory, for pictures of at most `most_bytes`, and fills it. Raises OSError where there is none to be had."""

    def __init__(self, most_bytes: int) -> None:
        self._slot_bytes = -(-most_bytes // _PAGE_BYTES) * _PAGE_BYTES
        self._number = secrets.randbits(64)
        self._descriptor, self._memory = _make(_PAGE_BYTES + SLOTS * self._slot_bytes)
        self._words = memoryview(self._memory).cast("Q")
        self._words[_NUMBER] = self._number
        self._words[_HEAD] = 1
        try:
            _map(self._place(0))
        except FrameError:
            self.close()
            raise OSError("shared memory cannot be opened through /proc") from None

    def has_room_for(self, size_bytes: int) -> bool:
        """Whether a picture of this size fits into a slot."""
        return size_bytes <= self._slot_bytes

    def room(self, height_px: int, width_px: int) -> Image:
        """Where the next picture is to be written; the same place until `done`."""
        start = _start(self._words[_HEAD], self._slot_bytes)
        return np.frombuffer(self._memory, np.uint8, height_px * width_px * 3, start).reshape(height_px, width_px, 3)

    def done(self) -> Place:
        """The picture is written: where it lies. The slot after it is no longer anybody's.

        That is said here and not when the next picture begins: a whole picture earlier than its pixels change, no processor
        can let a reader see these two the other way round.
        """
        ticket = self._words[_HEAD]
        self._words[_HEAD] = ticket + 1
        return self._place(ticket)

    def close(self) -> None:
        """Let nobody else in; the memory goes with its last user."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _place(self, ticket: int) -> Place:
        return Place(os.getpid(), self._descriptor, self._number, ticket)


class RingReader:
    """Finds pictures by their places; keeps the ring that it has found last."""

    def __init__(self) -> None:
        self._ring: _Mapped | None = None

    def read(self, place: Place, size_bytes: int) -> NDArray[np.uint8]:
        """A copy of the bytes of a picture. Raises FrameError, also when the writer was faster."""
        pixels, whole = self.find(place, size_bytes)
        copy = pixels.copy()
        if not whole():
            raise FrameError("overtaken")
        return copy

    def find(self, place: Place, size_bytes: int) -> tuple[NDArray[np.uint8], Callable[[], bool]]:
        """The bytes of a picture where they lie, and what says whether they still are this picture's. Raises FrameError."""
        if self._ring is None or self._ring.number != place.ring:
            self._ring = _map(place)
        return self._ring.pixels(place.ticket, size_bytes)


@dataclass(frozen=True)
class _Mapped:
    """A ring of another process, readable here."""

    memory: mmap.mmap
    words: "memoryview[int]"
    number: int
    slot_bytes: int

    def pixels(self, ticket: int, size_bytes: int) -> tuple[NDArray[np.uint8], Callable[[], bool]]:
        if not 0 < ticket < self.words[_HEAD] or size_bytes > self.slot_bytes:
            raise FrameError("place")
        if not self.holds(ticket):
            raise FrameError("overtaken")
        return np.frombuffer(self.memory, np.uint8, size_bytes, _start(ticket, self.slot_bytes)), partial(self.holds, ticket)

    def holds(self, ticket: int) -> bool:
        return self.words[_HEAD] < ticket + SLOTS


def _start(ticket: int, slot_bytes: int) -> int:
    return _PAGE_BYTES + ticket % SLOTS * slot_bytes


def _make(size_bytes: int) -> tuple[int, mmap.mmap]:
    """So much new memory, all of it there: what is promised only could fail when it is written."""
    if sys.platform != "linux":
        raise OSError(f"{sys.platform} has no memfd")
    descriptor = os.memfd_create(_NAME, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.fchmod(descriptor, 0o600)
        os.posix_fallocate(descriptor, 0, size_bytes)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
        return descriptor, mmap.mmap(descriptor, 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
    except OSError:
        os.close(descriptor)
        raise


def _map(place: Place) -> _Mapped:
    """Raises FrameError when there is no ring of ours at this place: its writer has gone, or the place is made up."""
    path = f"/proc/{place.pid}/fd/{place.descriptor}"
    with suppress(OSError):
        if os.readlink(path) == _LINK:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                return _mapped(descriptor, place.ring)
            finally:
                os.close(descriptor)
    raise FrameError("place")


def _mapped(descriptor: int, number: int) -> _Mapped:
    found = os.fstat(descriptor)
    slot_bytes, left_over = divmod(found.st_size - _PAGE_BYTES, SLOTS)
    sealed = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & _SEALS == _SEALS
    if not sealed or found.st_uid != os.getuid() or slot_bytes <= 0 or left_over:
        raise FrameError("place")
    # The mapping keeps a descriptor of its own.
    memory = mmap.mmap(descriptor, 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, prot=mmap.PROT_READ)
    words = memoryview(memory).cast("Q")
    if words[_NUMBER] != number:
        raise FrameError("place")
    return _Mapped(memory, words, number, slot_bytes)

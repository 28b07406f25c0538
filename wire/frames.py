"""A frame on the wire: one binary header, and behind it either nothing, for the pixels lie in shared memory, or the pixels.

ONE part in any case: ZMQ_CONFLATE, which makes "newest wins" true, silently breaks multipart messages.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Shape (height, width, 3), blue-green-red, as OpenCV has it."""

MAGIC = b"HCFR"
VERSION = 2
MAX_SIDE_PX = 8192
_HEADER = struct.Struct("<4sHBxQQQqqqHHIIxxxxQQ")
HEADER_BYTES = _HEADER.size

TIME_SOURCES = ("read", "driver", "file", "synthetic")
"""Where a frame's time comes from: when it was read, the driver's buffer time, a file's timestamps, or when drawn."""


class FrameError(ValueError):
    """These bytes are not a frame. `reason` is one word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a frame: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """Where in shared memory a picture lies (wire/ring.py): in which ring, and the how-manieth picture in it."""

    pid: int
    """Of the ring's writer."""
    descriptor: int
    """Its file descriptor of the memory."""
    ring: int
    """Random per ring: numbers of processes and descriptors are used again."""
    ticket: int
    """Counts from 1."""


@dataclass(frozen=True)
class Frame:
    """One picture and its times.

    `epoch` is a random number per start of capture: frames of another epoch belong to another camera run.
    `seq` counts the frames sent; `index` counts the frames of the source (dropped ones included).
    """

    epoch: int
    seq: int
    index: int
    capture_ns: int
    """When the picture was taken."""
    read_ns: int
    """When it came out of the source."""
    published_ns: int
    time_source: str
    image: Image

    @property
    def width_px(self) -> int:
        """Columns of the picture."""
        return int(self.image.shape[1])

    @property
    def height_px(self) -> int:
        """Rows of the picture."""
        return int(self.image.shape[0])


def pack_frame(frame: Frame) -> bytearray:
    """The bytes of a frame, header first. One copy of the pixels."""
    height_px, width_px = frame.image.shape[:2]
    packed = bytearray(HEADER_BYTES + frame.image.size)
    packed[:HEADER_BYTES] = pack_header(frame, Place(0, 0, 0, 0))
    pixels = np.frombuffer(packed, np.uint8, offset=HEADER_BYTES).reshape(height_px, width_px, 3)
    np.copyto(pixels, frame.image)
    return packed


def pack_header(frame: Frame, place: Place) -> bytes:
    """The bytes of a frame whose pixels lie in shared memory."""
    return _HEADER.pack(
        MAGIC,
        VERSION,
        TIME_SOURCES.index(frame.time_source),
        frame.epoch,
        frame.seq,
        frame.index,
        frame.capture_ns,
        frame.read_ns,
        frame.published_ns,
        frame.width_px,
        frame.height_px,
        place.pid,
        place.descriptor,
        place.ring,
        place.ticket,
    )


def unpack_frame(packed: bytes | bytearray | memoryview, read: Callable[[Place, int], NDArray[np.uint8]]) -> Frame:
    """The frame in these bytes, its image a view of them; `read` has the pixels that are not behind the header.

    Raises FrameError when the bytes are anything else than one whole frame; so does `read`.
    """
    if len(packed) < HEADER_BYTES:
        raise FrameError("short")
    fields = _HEADER.unpack_from(packed)
    magic, version, source, epoch, seq, index, capture_ns, read_ns, published_ns, width_px, height_px, *place = fields
    if magic != MAGIC:
        raise FrameError("foreign")
    if version != VERSION:
        raise FrameError("version")
    if not (0 < width_px <= MAX_SIDE_PX and 0 < height_px <= MAX_SIDE_PX):
        raise FrameError("size")
    if source >= len(TIME_SOURCES):
        raise FrameError("time-source")
    size_bytes = width_px * height_px * 3
    if len(packed) == HEADER_BYTES:
        pixels = read(Place(*place), size_bytes)
    elif len(packed) == HEADER_BYTES + size_bytes:
        pixels = np.frombuffer(packed, np.uint8, offset=HEADER_BYTES)
    else:
        raise FrameError("length")
    image = pixels.reshape(height_px, width_px, 3)
    return Frame(epoch, seq, index, capture_ns, read_ns, published_ns, TIME_SOURCES[source], image)

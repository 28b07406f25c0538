"""A frame on the wire: a binary header, followed by the pixels unless they are in shared memory.

It is ONE part in both cases: ZMQ_CONFLATE, which implements "newest wins", silently breaks multipart messages.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Shape (height, width, 3), blue-green-red as in OpenCV."""

MAGIC = b"HCFR"
VERSION = 2
MAX_SIDE_PX = 8192
_HEADER = struct.Struct("<4sHBxQQQqqqHHIIxxxxQQ")
HEADER_BYTES = _HEADER.size

TimeSource = Literal["read", "driver", "file", "synthetic"]
"""The source of a frame's time: when it was read, the driver's buffer time, a file's timestamps, or when it was drawn."""
TIME_SOURCES: tuple[TimeSource, ...] = get_args(TimeSource)
_RECORDED = ("file", "synthetic")


class FrameError(ValueError):
    """These bytes are not a frame. `reason` is one word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a frame: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class RingPosition:
    """Where in shared memory a picture is (wire/frames/ring.py)."""

    pid: int
    """The process that writes the ring."""
    handle: int
    """Its handle of the memory (wire.system.SharedMemory)."""
    ring: int
    """Random for each ring, because process ids and handles are reused."""
    ticket: int
    """The picture's number in the ring, from 1."""


@dataclass(frozen=True)
class Frame:
    """One picture and its times.

    `epoch` is random for each start of capture: frames with different epochs come from different runs of a camera.
    `seq` counts the frames sent; `index` counts the frames of the source, including dropped ones.
    """

    epoch: int
    seq: int
    index: int
    capture_ns: int
    """When the picture was taken."""
    read_ns: int
    """When it was read from the source."""
    published_ns: int
    time_source: TimeSource
    image: Image

    @property
    def is_recorded(self) -> bool:
        """Whether it is from a file or was drawn, not from a camera."""
        return self.time_source in _RECORDED

    @property
    def width_px(self) -> int:
        """Columns of the picture."""
        return int(self.image.shape[1])

    @property
    def height_px(self) -> int:
        """Rows of the picture."""
        return int(self.image.shape[0])


def pack_frame(frame: Frame) -> bytearray:
    """The bytes of a frame with its pixels, which are copied once."""
    height_px, width_px = frame.image.shape[:2]
    packed = bytearray(HEADER_BYTES + frame.image.size)
    packed[:HEADER_BYTES] = pack_header(frame, RingPosition(0, 0, 0, 0))
    pixels = np.frombuffer(packed, np.uint8, offset=HEADER_BYTES).reshape(height_px, width_px, 3)
    np.copyto(pixels, frame.image)
    return packed


def pack_header(frame: Frame, position: RingPosition) -> bytes:
    """The bytes of a frame whose pixels are in shared memory."""
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
        position.pid,
        position.handle,
        position.ring,
        position.ticket,
    )


def unpack_frame(packed: bytes | bytearray | memoryview, read: Callable[[RingPosition, int], NDArray[np.uint8]]) -> Frame:
    """The frame in these bytes. Its image is a view of them, or what `read` returns if the pixels are in shared memory.

    Raises FrameError, like `read`, unless the bytes are one complete frame.
    """
    if len(packed) < HEADER_BYTES:
        raise FrameError("short")
    fields = _HEADER.unpack_from(packed)
    magic, version, source, epoch, seq, index, capture_ns, read_ns, published_ns, width_px, height_px, *position = fields
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
        pixels = read(RingPosition(*position), size_bytes)
    elif len(packed) == HEADER_BYTES + size_bytes:
        pixels = np.frombuffer(packed, np.uint8, offset=HEADER_BYTES)
    else:
        raise FrameError("length")
    image = pixels.reshape(height_px, width_px, 3)
    return Frame(epoch, seq, index, capture_ns, read_ns, published_ns, TIME_SOURCES[source], image)

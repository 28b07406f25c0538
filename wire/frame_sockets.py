"""Frames over a socket: the header in the message, the pixels in shared memory; in the message too where there is none."""

from collections import Counter

import numpy as np
import zmq

from wire.frames import Frame, FrameError, pack_frame, pack_header, unpack_frame
from wire.ring import RingReader, RingWriter


class FramePublisher:
    """Sends frames; a frame that a reader has not taken is replaced by the next one."""

    def __init__(self, socket: "zmq.Socket[bytes]") -> None:
        self._socket = socket
        self._ring: RingWriter | None = None
        self.way = "shared memory"
        """How the pixels travel; for people."""

    def send(self, frame: Frame) -> None:
        """Publish a frame. One copy of its pixels."""
        ring = self._ring_for(frame.image.nbytes)
        if ring is None:
            self._socket.send(pack_frame(frame), copy=False)
        else:
            np.copyto(ring.room(frame.height_px, frame.width_px), frame.image)
            self._socket.send(pack_header(frame, ring.done()))

    def close(self) -> None:
        """Give the memory back; the socket is closed by whoever made it."""
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    def _ring_for(self, size_bytes: int) -> RingWriter | None:
        """A larger picture than all before gets a new ring: readers notice, as its number is another."""
        if self.way == "shared memory" and (self._ring is None or not self._ring.has_room_for(size_bytes)):
            self.close()
            try:
                self._ring = RingWriter(size_bytes)
            except OSError as error:
                self.way = f"messages, as there is no shared memory ({error.strerror or error})"
        return self._ring


class NewestFrame:
    """Reads the newest frame. Its pixels are a copy: they stay."""

    def __init__(self, socket: "zmq.Socket[bytes]") -> None:
        self.socket = socket
        self.rejected: Counter[str] = Counter()
        self._ring = RingReader()

    def take(self) -> Frame | None:
        """The newest frame not yet taken, or None. Does not wait."""
        while True:
            try:
                part = self.socket.recv(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return None
            try:
                return unpack_frame(part.buffer, self._ring.read)
            except FrameError as error:
                self.rejected[error.reason] += 1

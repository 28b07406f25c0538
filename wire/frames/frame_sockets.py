"""Frames over a socket: the header in the message, the pixels in shared memory or, without it, in the message too."""

from collections import Counter

import numpy as np
import zmq

from wire.frames.frame import Frame, FrameError, pack_frame, pack_header, unpack_frame
from wire.frames.ring import RingReader, RingWriter


class FramePublisher:
    """Sends frames. The next frame replaces one that a reader has not taken."""

    def __init__(self, socket: "zmq.Socket[bytes]") -> None:
        self._socket = socket
        self._ring: RingWriter | None = None
        self.problem = ""
        """Why there is no shared memory, so that pixels are sent in the messages; "": there is."""

    def send(self, frame: Frame) -> None:
        """Publish a frame. One copy of its pixels."""
        ring = self._ring_for(frame.image.nbytes)
        if ring is None:
            self._socket.send(pack_frame(frame), copy=False)
        else:
            np.copyto(ring.slot(frame.height_px, frame.width_px), frame.image)
            self._socket.send(pack_header(frame, ring.publish()))

    def close(self) -> None:
        """Free the memory. The socket closes with its context."""
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    def _ring_for(self, size_bytes: int) -> RingWriter | None:
        """Start a new ring for a picture larger than all before: readers recognize it by its number."""
        if not self.problem and (self._ring is None or not self._ring.fits(size_bytes)):
            self.close()
            try:
                self._ring = RingWriter(size_bytes)
            except OSError as error:
                self.problem = error.strerror or str(error)
        return self._ring


class NewestFrame:
    """Reads the newest frame. Its pixels are a copy and stay valid."""

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

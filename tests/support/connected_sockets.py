"""Connects publishers and readers until messages arrive; a publisher of arbitrary bytes; a socket that records."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import zmq

from tests.support.eventually import eventually
from wire import codec
from wire.clock import Clock
from wire.endpoints import endpoint
from wire.frames.frame import Frame
from wire.frames.frame_sockets import FramePublisher, NewestFrame
from wire.messages import Band, Health, Phase, PhaseName, Stride
from wire.sockets import Every, Publisher
from wire.topics import Topic


def frame(seq: int, side_px: int = 16) -> Frame:
    return Frame(1, seq, seq, seq, seq, seq, "synthetic", np.full((side_px, side_px, 3), seq % 256, np.uint8))


def phase(name: PhaseName) -> Phase:
    return Phase(name, "hip_extension", Band(16.0, 20.0), None, None, paused=False, muted=False)


def health(process: str, loops: int) -> Health:
    return Health(process, 1, "running", 1, loops, {}, {}, {})


class Stranger:
    """Sends arbitrary bytes from a producer's endpoint."""

    def __init__(self, directory: Path, topic: Topic, producer: str) -> None:
        self._topic = topic
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(endpoint(directory, topic, producer))

    def send(self, packed: bytes | bytearray) -> None:
        self._socket.send(packed)

    def send_message(self, message: Any, seq: int, epoch: int = 7) -> None:
        self.send(codec.encode(self._topic, epoch, seq, 0, message))

    def close(self) -> None:
        self._context.destroy(linger=0)


class RecordingSocket:
    """Records what is sent."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def send(self, packed: bytes | bytearray, **_options: object) -> None:
        self.messages.append(bytes(packed))

    def frame_publisher(self) -> FramePublisher:
        """A publisher that sends here."""
        return FramePublisher(cast("zmq.Socket[bytes]", self))

    def publisher(self, topic: Topic, clock: Clock) -> Publisher:
        """Likewise."""
        return Publisher(cast("zmq.Socket[bytes]", self), topic, clock)


LAST_WHILE_CONNECTING = 100_000


def connect_frames(publisher: FramePublisher, reader: NewestFrame) -> None:
    """Send until the reader receives frames, and until it has received the last one.

    A conflating socket may hold a frame back until the next one is sent, so the last is repeated until it arrives.
    """
    sent = 0

    def received() -> bool:
        nonlocal sent
        sent += 1
        publisher.send(frame(sent))
        return reader.take() is not None

    eventually(received, "the reader connects")

    def received_last() -> bool:
        publisher.send(frame(LAST_WHILE_CONNECTING))
        got = reader.take()
        return got is not None and got.seq == LAST_WHILE_CONNECTING

    eventually(received_last, "the last one")


def connect_strides(send: Callable[[int], None], reader: Every[Stride]) -> None:
    """Send strides numbered from -1 downwards until the reader receives them, including the last."""
    sent = 0

    def received() -> bool:
        nonlocal sent
        sent += 1
        send(-sent)
        return bool(reader.take_all())

    eventually(received, "the reader connects")
    sent += 1
    send(-sent)
    eventually(lambda: any(got.number == -sent for got in reader.take_all()), "the last one")


def take(reader: Every[Stride], count: int) -> list[int]:
    """The numbers of the next strides, at least `count`."""
    numbers: list[int] = []

    def enough() -> bool:
        numbers.extend(got.number for got in reader.take_all())
        return len(numbers) >= count

    eventually(enough, f"{count} strides arrive")
    return numbers

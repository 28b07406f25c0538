"""Publishers and readers brought together until they hear each other, and someone who sends any bytes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import zmq

from tests.eventually import eventually
from wire import codec
from wire.endpoints import endpoint
from wire.frame_sockets import FramePublisher, NewestFrame
from wire.frames import Frame
from wire.messages import Band, Health, Phase, PhaseName, Stride
from wire.sockets import Every
from wire.topics import Topic


def frame(seq: int, side_px: int = 16) -> Frame:
    return Frame(1, seq, seq, seq, seq, seq, "synthetic", np.full((side_px, side_px, 3), seq % 256, np.uint8))


def phase(name: PhaseName) -> Phase:
    return Phase(name, "hip_extension", Band(16.0, 20.0), None, None, paused=False, muted=False)


def health(process: str, loops: int) -> Health:
    return Health(process, 1, "running", "", 1, loops, {}, {}, {})


class Stranger:
    """Sends any bytes whatever at a producer's endpoint."""

    def __init__(self, directory: Path, topic: Topic, producer: str) -> None:
        self._topic = topic
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(endpoint(directory, topic, producer))

    def send(self, packed: bytes | bytearray) -> None:
        self._socket.send(packed)

    def say(self, message: Any, seq: int, epoch: int = 7) -> None:
        self.send(codec.encode(self._topic, epoch, seq, 0, message))

    def close(self) -> None:
        self._context.destroy(linger=0)


LAST_OF_JOINING = 100_000


def meet_frames(publisher: FramePublisher, reader: NewestFrame) -> None:
    """Send until the reader hears it, and until it has heard the last that was sent.

    A conflating socket may hold a message back until the next one comes, so the last is said until it is heard.
    """
    sent = 0

    def heard() -> bool:
        nonlocal sent
        sent += 1
        publisher.send(frame(sent))
        return reader.take() is not None

    eventually(heard, "the reader joins")

    def heard_last() -> bool:
        publisher.send(frame(LAST_OF_JOINING))
        got = reader.take()
        return got is not None and got.seq == LAST_OF_JOINING

    eventually(heard_last, "the last of the joining")


def meet_strides(say: Callable[[int], None], reader: Every[Stride]) -> None:
    """Send strides numbered from -1 downwards until the reader hears them, the last of them too."""
    sent = 0

    def heard() -> bool:
        nonlocal sent
        sent += 1
        say(-sent)
        return bool(reader.take_all())

    eventually(heard, "the reader joins")
    sent += 1
    say(-sent)
    eventually(lambda: any(got.number == -sent for got in reader.take_all()), "the last of the joining")


def take(reader: Every[Stride], count: int) -> list[int]:
    """The numbers of the next strides, `count` at least."""
    numbers: list[int] = []

    def enough() -> bool:
        numbers.extend(got.number for got in reader.take_all())
        return len(numbers) >= count

    eventually(enough, f"{count} strides arrive")
    return numbers

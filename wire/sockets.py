"""Publishers and subscribers that keep the promises of the topic table.

Newest wins: `ZMQ_CONFLATE` at both ends (last value cached: at the reader's), one topic per endpoint, one part per message.
Every one counts: queued, and gaps in the sequence numbers are counted. What is not a valid message is dropped and counted
by reason, never raised. A conflating socket may hold a message back until the next one comes (libzmq gives way where its
reader is just reading): nothing that must arrive may be the last of such a stream.
Producers bind, consumers connect, there is no broker. Sockets are not thread-safe: one thread per process uses them.
"""

import secrets
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, TypeVar, cast

import msgspec
import zmq

from wire import codec
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.endpoints import endpoint
from wire.frame_sockets import FramePublisher, NewestFrame
from wire.topics import FRAME, RESEND_PERIOD_S, Policy, Topic

MessageT = TypeVar("MessageT", bound=msgspec.Struct)

MAX_TRANSPORT_BYTES = 256 * 1024 * 1024
EVENT_QUEUE = 10_000
"""Messages that wait for a reader before the oldest promise breaks: hours of strides."""
RECONNECT_MS = 50
LAST_WORDS_MS = 200
"""A message sent just before the end (the last stride, "failed") would else be dropped with its socket, often unsent."""


class Reader(Protocol):
    """Anything one can wait for."""

    socket: "zmq.Socket[bytes]"
    rejected: Counter[str]
    """What was dropped, by reason."""


ReaderT = TypeVar("ReaderT", bound=Reader)


class Wire:
    """All sockets of one process: makes them, and closes them together.

    >>> with Wire(Path("/run/user/1000/hipcue"), "analysis") as wire:  # doctest: +SKIP
    ...     strides = wire.publisher(STRIDE)
    """

    def __init__(self, directory: Path, process: str, clock: Clock = monotonic_ns) -> None:
        self.directory = directory
        self.process = process
        self.clock = clock
        self._context = zmq.Context()
        self._frame_publishers: list[FramePublisher] = []
        self._rejected: list[Counter[str]] = []

    @property
    def rejected(self) -> Counter[str]:
        """What all readers of this process have dropped, by reason."""
        return sum(self._rejected, Counter())

    def publisher(self, topic: Topic) -> "Publisher":
        """The publisher of a topic that this process produces."""
        return Publisher(self._bind(topic), topic, self.clock)

    def frame_publisher(self) -> FramePublisher:
        """The publisher of frames."""
        publisher = FramePublisher(self._bind(FRAME))
        self._frame_publishers.append(publisher)
        return publisher

    def newest(self, topic: Topic, message: type[MessageT]) -> "Newest[MessageT]":
        """A subscriber to the newest message of each producer of a topic."""
        return self._counted(Newest(self._connect(topic), topic, message))

    def every(self, topic: Topic, message: type[MessageT]) -> "Every[MessageT]":
        """A subscriber to every message of all producers of a topic."""
        return self._counted(Every(self._connect(topic), topic, message))

    def frames(self) -> NewestFrame:
        """A subscriber to the newest frame."""
        return self._counted(NewestFrame(self._connect(FRAME)))

    def close(self) -> None:
        """Close everything; waits at most `LAST_WORDS_MS` for what was sent last to be on its way."""
        self._context.destroy()
        for publisher in self._frame_publishers:
            publisher.close()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _counted(self, reader: ReaderT) -> ReaderT:
        self._rejected.append(reader.rejected)
        return reader

    def _bind(self, topic: Topic) -> "zmq.Socket[bytes]":
        socket = self._context.socket(zmq.PUB)
        socket.setsockopt(zmq.LINGER, LAST_WORDS_MS)
        if topic.policy is Policy.NEWEST_WINS:
            socket.setsockopt(zmq.CONFLATE, 1)
        else:
            # A conflating socket that is closed puts its end mark in place of the message that waits, so that "failed" were
            # lost. For what is seldom sent it is enough that the readers conflate.
            socket.setsockopt(zmq.SNDHWM, EVENT_QUEUE)
        socket.bind(endpoint(self.directory, topic, self.process))
        return socket

    def _connect(self, topic: Topic) -> "zmq.Socket[bytes]":
        socket = self._context.socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
        # Only a guard against running out of memory: libzmq answers a larger message by dropping the connection for good, so
        # what is merely too large is refused by the codecs, which go on.
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_TRANSPORT_BYTES)
        if topic.policy is Policy.EVERY_ONE_COUNTS:
            socket.setsockopt(zmq.RCVHWM, EVENT_QUEUE)
        else:
            socket.setsockopt(zmq.CONFLATE, 1)
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        for producer in topic.producers:
            socket.connect(endpoint(self.directory, topic, producer))
        return socket


class Publisher:
    """Sends the messages of one topic. Never waits for a reader."""

    def __init__(self, socket: "zmq.Socket[bytes]", topic: Topic, clock: Clock) -> None:
        self.socket = socket
        self._topic = topic
        self._clock = clock
        self._epoch = secrets.randbits(64)
        self._seq = 0
        self._last: msgspec.Struct | None = None
        self._resend_ns = 0

    def send(self, message: msgspec.Struct) -> None:
        """Publish a message of this topic's type."""
        if type(message) is not self._topic.message:
            raise TypeError(f"{self._topic.name} carries {self._topic.message}, not {type(message)}")
        self._seq += 1
        now_ns = self._clock()
        self.socket.send(codec.encode(self._topic, self._epoch, self._seq, now_ns, message))
        self._last = message
        self._resend_ns = now_ns + s_to_ns(RESEND_PERIOD_S)

    def resend_if_due(self) -> None:
        """For topics whose last value is cached: send it again when its period is over."""
        if self._last is not None and self._clock() >= self._resend_ns:
            self.send(self._last)


class Newest(Generic[MessageT]):
    """Reads the present. `rejected` counts what was dropped, by reason."""

    def __init__(self, socket: "zmq.Socket[bytes]", topic: Topic, message: type[MessageT]) -> None:
        if topic.message is not message:
            raise TypeError(f"{topic.name} carries {topic.message}, not {message}")
        self.socket = socket
        self._topic = topic
        self.rejected: Counter[str] = Counter()

    def take(self) -> MessageT | None:
        """The newest message not yet taken (of any one producer), or None. Does not wait."""
        while True:
            try:
                packed = self.socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return None
            try:
                return cast(MessageT, codec.decode(self._topic, packed).message)
            except codec.MessageError as error:
                self.rejected[error.reason] += 1


class Every(Generic[MessageT]):
    """Reads all that was said. `missed` counts the gaps, `rejected` what was dropped, by reason."""

    def __init__(self, socket: "zmq.Socket[bytes]", topic: Topic, message: type[MessageT]) -> None:
        if topic.message is not message:
            raise TypeError(f"{topic.name} carries {topic.message}, not {message}")
        self.socket = socket
        self._topic = topic
        self._last_seq: dict[int, int] = {}
        self.rejected: Counter[str] = Counter()
        self.missed = 0

    def take_all(self) -> list[MessageT]:
        """All messages that wait, oldest first. Does not wait."""
        messages: list[MessageT] = []
        while True:
            try:
                packed = self.socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return messages
            try:
                envelope = codec.decode(self._topic, packed)
            except codec.MessageError as error:
                self.rejected[error.reason] += 1
                continue
            last = self._last_seq.get(envelope.epoch)
            if last is not None and envelope.seq <= last:
                self.rejected["replayed"] += 1
                continue
            if last is not None:
                self.missed += envelope.seq - last - 1
            self._last_seq[envelope.epoch] = envelope.seq
            messages.append(cast(MessageT, envelope.message))


def wait(timeout_ms: float, *readers: Reader) -> None:
    """Sleep until one of the readers has something, or the time is over."""
    poller = zmq.Poller()
    for reader in readers:
        poller.register(reader.socket, zmq.POLLIN)
    poller.poll(max(0, int(timeout_ms)))

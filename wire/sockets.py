"""Publishers and subscribers that implement the policies of the topic table.

Newest wins: `ZMQ_CONFLATE` at both ends (last value cached: at the reader's only), one topic per endpoint, one part per
message. Every one counts: queued, and gaps in the sequence numbers are counted. An invalid message is dropped and counted by
reason; it never raises. A conflating socket may hold a message back until the next one is sent (libzmq yields while its reader
is reading), so the last message of such a stream must not be one that has to arrive.
Producers bind, consumers connect, there is no broker. Sockets are not thread-safe: one thread per process uses them.
"""

import os
import secrets
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

import msgspec
import zmq

from wire import codec
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.endpoints import EndpointError, endpoint
from wire.topics import FRAME, RESEND_PERIOD_S, Policy, Topic

if TYPE_CHECKING:
    from wire.frames.frame_sockets import FramePublisher, NewestFrame

MessageT = TypeVar("MessageT", bound=msgspec.Struct)

MAX_TRANSPORT_BYTES = 256 * 1024 * 1024
EVENT_QUEUE = 10_000
"""Messages queued for a reader before the first is lost: hours of strides."""
RECONNECT_MS = 50
LAST_MESSAGES_MS = 200
"""Without it, messages sent just before the end (the last stride, "failed") would be dropped with their socket."""


class Reader(Protocol):
    """Anything that `wait` can wait for."""

    socket: "zmq.Socket[bytes]"
    rejected: Counter[str]
    """Dropped messages, by reason."""


ReaderT = TypeVar("ReaderT", bound=Reader)


class Wire:
    """Creates all sockets of one process, and closes them together.

    >>> with Wire(Path("/run/user/1000/hipcue"), "analysis") as wire:  # doctest: +SKIP
    ...     strides = wire.publisher(STRIDE)
    """

    def __init__(self, directory: Path, process: str, clock: Clock = monotonic_ns, both_sides: bool = False) -> None:
        """`both_sides`: subscribers also receive from a second camera's processes; frames are always from one camera."""
        self.directory = directory
        self.process = process
        self.clock = clock
        self._both_sides = both_sides
        self._context = zmq.Context()
        self._frame_publishers: list[FramePublisher] = []
        self._rejected: list[Counter[str]] = []

    @property
    def rejected(self) -> Counter[str]:
        """Messages dropped by all readers of this process, by reason."""
        return sum(self._rejected, Counter())

    def publisher(self, topic: Topic, producer: str = "") -> "Publisher":
        """Publish a topic, as this process or in place of another producer of the topic."""
        return Publisher(self._bind(topic, producer), topic, self.clock)

    def frame_publisher(self, producer: str = "") -> "FramePublisher":
        """Publish frames, likewise."""
        from wire.frames.frame_sockets import FramePublisher  # noqa: PLC0415 - it loads NumPy, which not every process needs

        publisher = FramePublisher(self._bind(FRAME, producer))
        self._frame_publishers.append(publisher)
        return publisher

    def newest(self, topic: Topic, message: type[MessageT]) -> "Newest[MessageT]":
        """A subscriber to the newest message of each producer of a topic."""
        return self._counted(Newest(self._connect(topic, self._producers(topic)), topic, message))

    def every(self, topic: Topic, message: type[MessageT]) -> "Every[MessageT]":
        """A subscriber to every message of all producers of a topic."""
        return self._counted(Every(self._connect(topic, self._producers(topic)), topic, message))

    def frames(self, other_side: bool = False) -> "NewestFrame":
        """A subscriber to the newest frame of the main camera, or of the one on the other side."""
        from wire.frames.frame_sockets import NewestFrame  # noqa: PLC0415 - likewise

        return self._counted(NewestFrame(self._connect(FRAME, FRAME.other_side if other_side else FRAME.producers)))

    def close(self) -> None:
        """Close everything; waits at most `LAST_MESSAGES_MS` until the last messages are sent."""
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

    def _bind(self, topic: Topic, producer: str) -> "zmq.Socket[bytes]":
        # An XPUB socket also receives the subscriptions; verbose, those of further subscribers too.
        socket = self._context.socket(zmq.XPUB if topic.policy is Policy.ON_SUBSCRIPTION else zmq.PUB)
        if topic.policy is Policy.ON_SUBSCRIPTION:
            socket.setsockopt(zmq.XPUB_VERBOSE, 1)
        socket.setsockopt(zmq.LINGER, LAST_MESSAGES_MS)
        if topic.policy is Policy.NEWEST_WINS:
            socket.setsockopt(zmq.CONFLATE, 1)
        else:
            # When a conflating socket is closed, its end mark replaces the queued message, so that "failed" would be lost. For
            # messages that are rarely sent it is enough that the readers conflate.
            socket.setsockopt(zmq.SNDHWM, EVENT_QUEUE)
        address = endpoint(self.directory, topic, producer or self.process)
        try:
            socket.bind(address)
        except zmq.ZMQError as error:
            socket.close()
            if not self.directory.is_dir():  # as after a logout, which empties the runtime folder
                raise EndpointError(
                    f"{self.directory}: the sockets' folder was removed while HipCue was running; end HipCue and start it again"
                ) from None
            raise EndpointError(
                f"{self.directory}: no socket can be made there ({os.strerror(error.errno or 0)}); make room, or set "
                "XDG_RUNTIME_DIR to a folder of your own on another disk"
            ) from None
        return socket

    def _producers(self, topic: Topic) -> tuple[str, ...]:
        return (*topic.producers, *topic.other_side) if self._both_sides else topic.producers

    def _connect(self, topic: Topic, producers: tuple[str, ...]) -> "zmq.Socket[bytes]":
        socket = self._context.socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
        # Only protects memory: libzmq drops the connection for good after a larger message, so the codecs refuse messages that
        # are merely too large.
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_TRANSPORT_BYTES)
        if topic.policy is Policy.EVERY_ONE_COUNTS:
            socket.setsockopt(zmq.RCVHWM, EVENT_QUEUE)
        else:
            socket.setsockopt(zmq.CONFLATE, 1)
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        for producer in producers:
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

    def has_new_subscribers(self) -> bool:
        """For topics that are sent on subscription: whether a reader has subscribed since the last call."""
        subscribed = False
        while True:
            try:
                # The first byte says whether it is a subscription (1) or the end of one (0).
                subscribed |= self.socket.recv(zmq.NOBLOCK)[:1] == b"\x01"
            except zmq.Again:
                return subscribed

    def resend_if_due(self) -> None:
        """For topics whose last value is cached: send it again when its period is over."""
        if self._last is not None and self._clock() >= self._resend_ns:
            self.send(self._last)


class _Decoded(Generic[MessageT]):
    """The valid messages of a socket, one after the other. `rejected` counts what was dropped, by reason."""

    def __init__(self, socket: "zmq.Socket[bytes]", topic: Topic, message: type[MessageT]) -> None:
        if topic.message is not message:
            raise TypeError(f"{topic.name} carries {topic.message}, not {message}")
        self.socket = socket
        self._topic = topic
        self.rejected: Counter[str] = Counter()

    def _next(self) -> codec.Envelope | None:
        """The next message that has arrived; None: there is none. Does not wait."""
        while True:
            try:
                packed = self.socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return None
            try:
                return codec.decode(self._topic, packed)
            except codec.MessageError as error:
                self.rejected[error.reason] += 1


class Newest(_Decoded[MessageT]):
    """Reads the newest message."""

    def take(self) -> MessageT | None:
        """The newest message not yet taken (of any one producer), or None. Does not wait."""
        envelope = self._next()
        return None if envelope is None else cast(MessageT, envelope.message)


class Every(_Decoded[MessageT]):
    """Reads every message. `missed` counts the gaps."""

    def __init__(self, socket: "zmq.Socket[bytes]", topic: Topic, message: type[MessageT]) -> None:
        super().__init__(socket, topic, message)
        self._last_seq: dict[int, int] = {}
        self.missed = 0

    def take_all(self) -> list[MessageT]:
        """All queued messages, oldest first. Does not wait."""
        messages: list[MessageT] = []
        while (envelope := self._next()) is not None:
            last = self._last_seq.get(envelope.epoch)
            if last is not None and envelope.seq <= last:
                self.rejected["replayed"] += 1
                continue
            if last is not None:
                self.missed += envelope.seq - last - 1
            self._last_seq[envelope.epoch] = envelope.seq
            messages.append(cast(MessageT, envelope.message))
        return messages


def wait(timeout_ms: float, *readers: Reader) -> None:
    """Sleep until one of the readers has a message, or until the timeout."""
    poller = zmq.Poller()
    for reader in readers:
        poller.register(reader.socket, zmq.POLLIN)
    poller.poll(max(0, int(timeout_ms)))

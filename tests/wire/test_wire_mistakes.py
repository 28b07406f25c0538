"""Invalid bytes are dropped and counted; a programming mistake raises an error."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
import zmq

from tests.support.connected_sockets import Stranger, connect_strides, frame, phase, take
from tests.support.eventually import eventually
from tests.support.message_examples import stride
from wire import codec
from wire.endpoints import EndpointError
from wire.frames.frame import Frame, pack_frame
from wire.messages import Command, Phase, Stride
from wire.sockets import Wire
from wire.topics import CAPTURE, COMMAND, FRAME, PHASE, STRIDE, Topic

OVERSIZE = b"\x00" * 300_000


def test_a_folder_without_room_for_sockets_is_one_sentence(wire_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a disk that holds no further file."""

    def fail(_socket: object, _address: str) -> None:
        raise zmq.ZMQError(errno.ENOSPC)

    monkeypatch.setattr(zmq.Socket, "bind", fail)
    with (
        Wire(wire_directory, "analysis") as wire,
        pytest.raises(EndpointError, match=r"no socket can be made there \(No space left on device\); make room"),
    ):
        wire.publisher(STRIDE)


def test_a_folder_that_was_removed_is_another(wire_directory: Path) -> None:
    with Wire(wire_directory / "gone", "analysis") as wire, pytest.raises(EndpointError, match=r"gone: .* was removed while"):
        wire.publisher(STRIDE)


class TestInvalidBytes:
    def test_garbage_between_strides_is_dropped_and_counted(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        connect_strides(lambda number: sender.send_message(stride(number), seq=-number, epoch=0), reader)
        sender.send_message(stride(1), seq=1)
        sender.send(b"")
        sender.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        sender.send(codec.encode(COMMAND, 1, 1, 1, Command("quit")))
        sender.send(codec.encode(STRIDE, 7, 2, 0, stride(2))[:-1])
        sender.send_message(stride(3), seq=2)
        assert take(reader, 2) == [1, 3]
        assert reader.rejected == {"short": 1, "foreign": 1, "topic": 1, "malformed": 1}

    def test_an_oversize_message_is_dropped_and_the_next_one_arrives(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        connect_strides(lambda number: sender.send_message(stride(number), seq=-number, epoch=0), reader)
        sender.send(OVERSIZE)
        sender.send_message(stride(1), seq=1)
        assert take(reader, 1) == [1]
        assert reader.rejected == {"oversize": 1}

    def test_the_same_where_the_newest_wins(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(PHASE, "coach"), wires("display").newest(PHASE, Phase)

        def dropped(packed: bytes, reason: str) -> bool:
            sender.send(packed)
            return reader.take() is None and reader.rejected[reason] > 0

        eventually(lambda: dropped(OVERSIZE, "oversize"), "it is dropped")
        eventually(lambda: dropped(b"nonsense" * 9, "foreign"), "it is dropped")

        def received() -> Phase | None:
            sender.send_message(phase("drill"), seq=1)
            return reader.take()

        assert eventually(received, "the next one arrives") == phase("drill")

    def test_the_same_with_frames(self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]) -> None:
        sender, reader = stranger(FRAME, CAPTURE), wires("analysis").frames()

        def dropped(packed: bytes, reason: str) -> bool:
            sender.send(packed)
            return reader.take() is None and reader.rejected[reason] > 0

        good = pack_frame(frame(1))
        eventually(lambda: dropped(b"x", "short"), "it is dropped")
        eventually(lambda: dropped(b"x" * 100, "foreign"), "it is dropped")
        eventually(lambda: dropped(bytes(good[:-1]), "length"), "it is dropped")

        def received() -> Frame | None:
            sender.send(good)
            return reader.take()

        assert eventually(received, "the next one arrives").seq == 1


class TestProgrammingMistakes:
    def test_a_publisher_sends_only_messages_of_its_topic(self, wires: Callable[..., Wire]) -> None:
        publisher = wires("display").publisher(COMMAND)
        with pytest.raises(TypeError, match="command carries"):
            publisher.send(phase("drill"))

    def test_a_reader_accepts_only_messages_of_its_topic(self, wires: Callable[..., Wire]) -> None:
        with pytest.raises(TypeError, match="command carries"):
            wires("coach").every(COMMAND, Phase)
        with pytest.raises(TypeError, match="phase carries"):
            wires("display").newest(PHASE, Command)

    def test_only_a_topics_producer_publishes_it(self, wires: Callable[..., Wire]) -> None:
        with pytest.raises(ValueError, match="audio does not publish frame"):
            wires("audio").frame_publisher()

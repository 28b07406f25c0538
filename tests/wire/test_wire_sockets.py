"""What each policy guarantees its readers when a process joins late, stalls or restarts."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.support.connected_sockets import (
    LAST_WHILE_CONNECTING,
    RecordingSocket,
    Stranger,
    connect_frames,
    connect_strides,
    frame,
    health,
    phase,
    take,
)
from tests.support.eventually import eventually
from tests.support.message_examples import stride
from wire import codec
from wire.clock import s_to_ns
from wire.frames.frame import Frame
from wire.messages import Command, Health, Phase, Stride
from wire.sockets import Newest, Publisher, Wire, wait
from wire.topics import COMMAND, HEALTH, PHASE, STRIDE, Topic

QUICK_S = 1.0


class TestNewestWins:
    def test_a_frame_arrives_as_it_was_sent(self, wires: Callable[..., Wire]) -> None:
        publisher, reader = wires("capture").frame_publisher(), wires("analysis").frames()
        connect_frames(publisher, reader)
        sent = Frame(9, 1, 5, 30, 40, 50, "driver", np.random.default_rng(1).integers(0, 255, (90, 160, 3), dtype=np.uint8))

        def arrived() -> Frame | None:
            publisher.send(sent)
            got = reader.take()
            return got if got is not None and got.seq != LAST_WHILE_CONNECTING else None

        got = eventually(arrived, "the frame arrives")
        np.testing.assert_array_equal(got.image, sent.image)
        assert (got.epoch, got.seq, got.index, got.capture_ns, got.time_source) == (9, 1, 5, 30, "driver")

    def test_a_reader_that_stalled_continues_with_the_newest(self, wires: Callable[..., Wire]) -> None:
        publisher, reader = wires("capture").frame_publisher(), wires("analysis").frames()
        connect_frames(publisher, reader)
        # As large as real pictures: 200 of them would fill any queue.
        for seq in range(1, 201):
            publisher.send(frame(seq, side_px=200))
        taken: list[int] = []

        def up_to_date() -> bool:
            publisher.send(frame(200))
            got = reader.take()
            if got is not None and got.seq != LAST_WHILE_CONNECTING:
                taken.append(got.seq)
            return bool(taken) and taken[-1] == 200

        eventually(up_to_date, "the newest frame arrives")
        assert taken == sorted(taken)
        # A few may still be in transit when it reads; none was queued.
        assert len(taken) <= 10

    def test_the_newest_of_each_producer_is_kept(self, wires: Callable[..., Wire]) -> None:
        publishers = {name: wires(name).publisher(HEALTH) for name in ("capture", "audio")}
        reader: Newest[Health] = wires("display").newest(HEALTH, Health)
        received: dict[str, int] = {}

        def take_all() -> None:
            while (got := reader.take()) is not None:
                received[got.process] = got.loops

        def met() -> bool:
            for name, publisher in publishers.items():
                publisher.send(health(name, loops=0))
            take_all()
            return received.keys() == publishers.keys()

        eventually(met, "the reader connects to both")
        for loops in range(1, 101):
            publishers["capture"].send(health("capture", loops))

        def newest() -> bool:
            publishers["capture"].send(health("capture", 100))
            publishers["audio"].send(health("audio", 7))
            take_all()
            return received == {"capture": 100, "audio": 7}

        eventually(newest, "the newest of both")


class TestEveryOneCounts:
    def test_a_reader_that_stalled_receives_all_in_order(self, wires: Callable[..., Wire]) -> None:
        publisher: Publisher = wires("analysis").publisher(STRIDE)
        reader = wires("coach").every(STRIDE, Stride)
        connect_strides(lambda number: publisher.send(stride(number)), reader)
        for number in range(1, 3001):
            publisher.send(stride(number))
        assert take(reader, 3000) == list(range(1, 3001))
        assert reader.missed == 0
        assert not reader.rejected

    def test_gaps_and_replays_are_counted(self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        connect_strides(lambda number: sender.send_message(stride(number), seq=-number, epoch=0), reader)
        reader.missed = 0  # messages before the reader joined do not count
        for seq in (1, 2, 5, 5, 4, 6, 9):
            sender.send_message(stride(seq), seq)
        assert take(reader, 5) == [1, 2, 5, 6, 9]
        assert reader.missed == 4
        assert reader.rejected == {"replayed": 2}

    def test_a_producer_that_restarts_leaves_no_gap(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        connect_strides(lambda number: sender.send_message(stride(number), seq=-number, epoch=0), reader)
        reader.missed = 0
        sender.send_message(stride(1), seq=41, epoch=1)
        sender.send_message(stride(2), seq=1, epoch=2)
        assert take(reader, 2) == [1, 2]
        assert reader.missed == 0

    def test_a_reader_connects_to_a_producer_that_starts_later(self, wires: Callable[..., Wire]) -> None:
        reader = wires("coach").every(COMMAND, Command)
        publisher = wires("display").publisher(COMMAND)

        def received() -> list[Command]:
            publisher.send(Command("pause"))
            return reader.take_all()

        assert eventually(received, "the command arrives")[0] == Command("pause")


class TestLastValueCached:
    def test_a_late_joiner_receives_the_last_value_when_it_is_sent_again(self, wires: Callable[..., Wire]) -> None:
        now_ns = 0
        publisher = wires("coach", clock=lambda: now_ns).publisher(PHASE)
        publisher.send(phase("baseline"))
        publisher.send(phase("drill"))
        reader = wires("display").newest(PHASE, Phase)

        def joined() -> Phase | None:
            nonlocal now_ns
            now_ns += s_to_ns(0.5)
            publisher.resend_if_due()
            return reader.take()

        assert eventually(joined, "the phase is sent again") == phase("drill")

    def test_nothing_is_sent_again_before_its_period_is_over_or_before_the_first_value(self) -> None:
        now_ns, socket = 0, RecordingSocket()
        publisher = socket.publisher(PHASE, lambda: now_ns)

        def sent() -> list[int]:
            return [codec.decode(PHASE, packed).seq for packed in socket.messages]

        now_ns = s_to_ns(10)
        publisher.resend_if_due()
        assert sent() == []
        publisher.send(phase("drill"))
        now_ns += s_to_ns(0.5) - 1
        publisher.resend_if_due()
        assert sent() == [1]
        now_ns += 1
        publisher.resend_if_due()
        publisher.resend_if_due()
        assert sent() == [1, 2]


class TestWaiting:
    def test_ends_when_a_message_arrives(self, wires: Callable[..., Wire]) -> None:
        publisher = wires("display").publisher(COMMAND)
        reader, other = wires("coach").every(COMMAND, Command), wires("coach").newest(PHASE, Phase)

        def sent() -> bool:
            publisher.send(Command("mute"))
            return bool(reader.socket.poll(10))

        eventually(sent, "the reader connects")
        started_s = time.monotonic()
        wait(60_000, other, reader)
        assert time.monotonic() - started_s < QUICK_S
        assert reader.take_all()

    @pytest.mark.parametrize("timeout_ms", [-5, 0, 20])
    def test_ends_after_the_timeout(self, wires: Callable[..., Wire], timeout_ms: float) -> None:
        started_s = time.monotonic()
        wait(timeout_ms, wires("coach").every(COMMAND, Command))
        assert time.monotonic() - started_s < QUICK_S


class TestASecondCamera:
    def test_is_read_only_where_there_is_one(self, wire_directory: Path) -> None:
        with (
            Wire(wire_directory, "analysis") as main,
            Wire(wire_directory, "analysis2") as other,
            Wire(wire_directory, "coach") as one_sided,
            Wire(wire_directory, "recorder", both_sides=True) as two_sided,
        ):
            publishers = main.publisher(STRIDE), other.publisher(STRIDE)
            one, two = one_sided.every(STRIDE, Stride), two_sided.every(STRIDE, Stride)
            seen: dict[str, set[int]] = {"one": set(), "two": set()}

            def both_seen() -> bool:
                for number, publisher in enumerate(publishers, start=1):
                    publisher.send(stride(number))
                seen["one"] |= {received.number for received in one.take_all()}
                seen["two"] |= {received.number for received in two.take_all()}
                return seen["two"] == {1, 2} and bool(seen["one"])

            eventually(both_seen, "the strides of both cameras arrive")
            assert seen["one"] == {1}

    def test_has_frames_of_its_own(self, wires: Callable[..., Wire]) -> None:
        publisher, reader = wires("capture2").frame_publisher(), wires("analysis2").frames(other_side=True)
        connect_frames(publisher, reader)

"""Real sockets keep the promises of the topic table, whatever comes in and whoever stalls."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from tests.eventually import eventually
from tests.message_examples import stride
from wire import codec
from wire.clock import s_to_ns
from wire.endpoints import endpoint
from wire.frame_sockets import FramePublisher, NewestFrame
from wire.frames import Frame, pack_frame
from wire.messages import Band, Command, Health, Phase, PhaseName, Stride
from wire.sockets import Every, Newest, Publisher, Wire, wait
from wire.topics import CAPTURE, COMMAND, FRAME, HEALTH, PHASE, STRIDE, Topic

OVERSIZE = b"\x00" * 300_000
QUICK_S = 1.0


def frame(seq: int, side_px: int = 16) -> Frame:
    return Frame(1, seq, seq, seq, seq, seq, "synthetic", np.full((side_px, side_px, 3), seq % 256, np.uint8))


def phase(name: PhaseName) -> Phase:
    return Phase(name, "hip_extension", Band(16.0, 20.0), None, None, paused=False, muted=False)


def health(process: str, loops: int) -> Health:
    return Health(process, 1, "running", "", 1, loops, {}, {}, {})


@pytest.fixture
def wires(wire_directory: Path) -> Iterator[Callable[..., Wire]]:
    """Makes the sockets of any process; all are closed at the end."""
    made: list[Wire] = []

    def wire(process: str, **more: Any) -> Wire:
        made.append(Wire(wire_directory, process, **more))
        return made[-1]

    yield wire
    for one in made:
        one.close()


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


@pytest.fixture
def stranger(wire_directory: Path) -> Iterator[Callable[[Topic, str], Stranger]]:
    made: list[Stranger] = []

    def at(topic: Topic, producer: str) -> Stranger:
        made.append(Stranger(wire_directory, topic, producer))
        return made[-1]

    yield at
    for one in made:
        one.close()


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


class TestNewestWins:
    def test_a_frame_arrives_as_it_was_sent(self, wires: Callable[..., Wire]) -> None:
        publisher, reader = wires("capture").frame_publisher(), wires("analysis").frames()
        meet_frames(publisher, reader)
        sent = Frame(9, 1, 5, 30, 40, 50, "driver", np.random.default_rng(1).integers(0, 255, (90, 160, 3), dtype=np.uint8))

        def arrived() -> Frame | None:
            publisher.send(sent)
            got = reader.take()
            return got if got is not None and got.seq != LAST_OF_JOINING else None

        got = eventually(arrived, "the frame arrives")
        np.testing.assert_array_equal(got.image, sent.image)
        assert (got.epoch, got.seq, got.index, got.capture_ns, got.time_source) == (9, 1, 5, 30, "driver")

    def test_a_reader_that_stalled_reads_the_present_and_not_the_past(self, wires: Callable[..., Wire]) -> None:
        publisher, reader = wires("capture").frame_publisher(), wires("analysis").frames()
        meet_frames(publisher, reader)
        # As large as real pictures: 200 of them would fill any queue.
        for seq in range(1, 201):
            publisher.send(frame(seq, side_px=200))
        taken: list[int] = []

        def up_to_date() -> bool:
            publisher.send(frame(200))
            got = reader.take()
            if got is not None and got.seq != LAST_OF_JOINING:
                taken.append(got.seq)
            return bool(taken) and taken[-1] == 200

        eventually(up_to_date, "the newest frame arrives")
        assert taken == sorted(taken)
        # A few may still be on their way when it wakes; none waited.
        assert len(taken) <= 10

    def test_the_newest_of_each_producer_is_kept(self, wires: Callable[..., Wire]) -> None:
        publishers = {name: wires(name).publisher(HEALTH) for name in ("capture", "audio")}
        reader: Newest[Health] = wires("display").newest(HEALTH, Health)
        heard: dict[str, int] = {}

        def take_all() -> None:
            while (got := reader.take()) is not None:
                heard[got.process] = got.loops

        def met() -> bool:
            for name, publisher in publishers.items():
                publisher.send(health(name, loops=0))
            take_all()
            return heard.keys() == publishers.keys()

        eventually(met, "the reader joins both")
        for loops in range(1, 101):
            publishers["capture"].send(health("capture", loops))

        def newest() -> bool:
            publishers["capture"].send(health("capture", 100))
            publishers["audio"].send(health("audio", 7))
            take_all()
            return heard == {"capture": 100, "audio": 7}

        eventually(newest, "the newest of both")


class TestEveryOneCounts:
    def test_all_arrive_in_order_at_a_reader_that_stalled(self, wires: Callable[..., Wire]) -> None:
        publisher: Publisher = wires("analysis").publisher(STRIDE)
        reader = wires("coach").every(STRIDE, Stride)
        meet_strides(lambda number: publisher.send(stride(number)), reader)
        for number in range(1, 3001):
            publisher.send(stride(number))
        assert take(reader, 3000) == list(range(1, 3001))
        assert reader.missed == 0
        assert not reader.rejected

    def test_gaps_and_replays_are_counted(self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        meet_strides(lambda number: sender.say(stride(number), seq=-number, epoch=0), reader)
        reader.missed = 0  # what was lost before the reader joined is no gap of ours
        for seq in (1, 2, 5, 5, 4, 6, 9):
            sender.say(stride(seq), seq)
        assert take(reader, 5) == [1, 2, 5, 6, 9]
        assert reader.missed == 4
        assert reader.rejected == {"replayed": 2}

    def test_a_producer_that_starts_again_leaves_no_gap(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        meet_strides(lambda number: sender.say(stride(number), seq=-number, epoch=0), reader)
        reader.missed = 0
        sender.say(stride(1), seq=41, epoch=1)
        sender.say(stride(2), seq=1, epoch=2)
        assert take(reader, 2) == [1, 2]
        assert reader.missed == 0

    def test_a_reader_finds_a_producer_that_comes_after_it(self, wires: Callable[..., Wire]) -> None:
        reader = wires("coach").every(COMMAND, Command)
        publisher = wires("display").publisher(COMMAND)

        def obeyed() -> list[Command]:
            publisher.send(Command("pause"))
            return reader.take_all()

        assert eventually(obeyed, "the command arrives")[0] == Command("pause")


class TestLastValueCached:
    def test_a_late_joiner_has_the_last_value_after_a_resend(self, wires: Callable[..., Wire]) -> None:
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

    def test_nothing_is_sent_again_before_its_time_or_when_nothing_was_said(self) -> None:
        now_ns, sent = 0, []

        class Socket:
            def send(self, packed: bytes) -> None:
                sent.append(codec.decode(PHASE, packed).seq)

        publisher = Publisher(Socket(), PHASE, lambda: now_ns)  # type: ignore[arg-type]
        now_ns = s_to_ns(10)
        publisher.resend_if_due()
        assert sent == []
        publisher.send(phase("drill"))
        now_ns += s_to_ns(0.5) - 1
        publisher.resend_if_due()
        assert sent == [1]
        now_ns += 1
        publisher.resend_if_due()
        publisher.resend_if_due()
        assert sent == [1, 2]


class TestWhatIsNoMessage:
    def test_garbage_between_strides_is_dropped_and_counted(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        meet_strides(lambda number: sender.say(stride(number), seq=-number, epoch=0), reader)
        sender.say(stride(1), seq=1)
        sender.send(b"")
        sender.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        sender.send(codec.encode(COMMAND, 1, 1, 1, Command("quit")))
        sender.send(codec.encode(STRIDE, 7, 2, 0, stride(2))[:-1])
        sender.say(stride(3), seq=2)
        assert take(reader, 2) == [1, 3]
        assert reader.rejected == {"short": 1, "foreign": 1, "topic": 1, "malformed": 1}

    def test_an_oversize_message_is_dropped_and_the_next_one_arrives(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(STRIDE, "analysis"), wires("coach").every(STRIDE, Stride)
        meet_strides(lambda number: sender.say(stride(number), seq=-number, epoch=0), reader)
        sender.send(OVERSIZE)
        sender.say(stride(1), seq=1)
        assert take(reader, 1) == [1]
        assert reader.rejected == {"oversize": 1}

    def test_so_it_is_where_the_newest_wins(
        self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]
    ) -> None:
        sender, reader = stranger(PHASE, "coach"), wires("display").newest(PHASE, Phase)

        def dropped(packed: bytes, reason: str) -> bool:
            sender.send(packed)
            return reader.take() is None and reader.rejected[reason] > 0

        eventually(lambda: dropped(OVERSIZE, "oversize"), "it is dropped")
        eventually(lambda: dropped(b"nonsense" * 9, "foreign"), "it is dropped")

        def heard() -> Phase | None:
            sender.say(phase("drill"), seq=1)
            return reader.take()

        assert eventually(heard, "the next one arrives") == phase("drill")

    def test_so_it_is_with_frames(self, wires: Callable[..., Wire], stranger: Callable[[Topic, str], Stranger]) -> None:
        sender, reader = stranger(FRAME, CAPTURE), wires("analysis").frames()

        def dropped(packed: bytes, reason: str) -> bool:
            sender.send(packed)
            return reader.take() is None and reader.rejected[reason] > 0

        good = pack_frame(frame(1))
        eventually(lambda: dropped(b"x", "short"), "it is dropped")
        eventually(lambda: dropped(b"x" * 100, "foreign"), "it is dropped")
        eventually(lambda: dropped(bytes(good[:-1]), "length"), "it is dropped")

        def heard() -> Frame | None:
            sender.send(good)
            return reader.take()

        assert eventually(heard, "the next one arrives").seq == 1


class TestMistakesOfOurOwn:
    def test_a_publisher_sends_its_topics_messages_only(self, wires: Callable[..., Wire]) -> None:
        publisher = wires("display").publisher(COMMAND)
        with pytest.raises(TypeError, match="command carries"):
            publisher.send(phase("drill"))

    def test_a_reader_reads_its_topics_messages_only(self, wires: Callable[..., Wire]) -> None:
        with pytest.raises(TypeError, match="command carries"):
            wires("coach").every(COMMAND, Phase)
        with pytest.raises(TypeError, match="phase carries"):
            wires("display").newest(PHASE, Command)

    def test_only_a_topics_producer_publishes_it(self, wires: Callable[..., Wire]) -> None:
        with pytest.raises(ValueError, match="audio does not publish frame"):
            wires("audio").frame_publisher()


class TestWaiting:
    def test_ends_when_something_has_come(self, wires: Callable[..., Wire]) -> None:
        publisher = wires("display").publisher(COMMAND)
        reader, other = wires("coach").every(COMMAND, Command), wires("coach").newest(PHASE, Phase)

        def sent() -> bool:
            publisher.send(Command("mute"))
            return bool(reader.socket.poll(10))

        eventually(sent, "the reader joins")
        started_s = time.monotonic()
        wait(60_000, other, reader)
        assert time.monotonic() - started_s < QUICK_S
        assert reader.take_all()

    @pytest.mark.parametrize("timeout_ms", [-5, 0, 20])
    def test_ends_when_the_time_is_over(self, wires: Callable[..., Wire], timeout_ms: float) -> None:
        started_s = time.monotonic()
        wait(timeout_ms, wires("coach").every(COMMAND, Command))
        assert time.monotonic() - started_s < QUICK_S


CLOSES = """
import sys, time
from pathlib import Path
import numpy as np
from wire.frames import Frame
from wire.sockets import Wire
directory = Path(sys.argv[1])
reader = Wire(directory, "analysis")
frames = reader.frames()
with Wire(directory, "capture") as wire:
    publisher = wire.frame_publisher()
    for seq in range(1, 50):
        publisher.send(Frame(1, seq, seq, seq, seq, seq, "read", np.zeros((540, 960, 3), np.uint8)))
        frames.socket.poll(5)
    held = frames.take()
reader.close()
print("closed", flush=True)
"""


class TestClosing:
    def test_is_quick_although_a_reader_has_not_taken_what_was_sent(self, wire_directory: Path) -> None:
        with Wire(wire_directory, "coach") as idle:
            reader = idle.every(STRIDE, Stride)
            wire = Wire(wire_directory, "analysis")
            publisher = wire.publisher(STRIDE)
            meet_strides(lambda number: publisher.send(stride(number)), reader)
            for number in range(2000):
                publisher.send(stride(number))
            started_s = time.monotonic()
            wire.close()
            assert time.monotonic() - started_s < QUICK_S

    def test_does_not_take_back_what_was_said_last(self, wires: Callable[..., Wire], wire_directory: Path) -> None:
        reader: Newest[Health] = wires("display").newest(HEALTH, Health)

        def heard(wanted: int) -> bool:
            got = reader.take()
            return got is not None and got.loops == wanted

        def one_life(number: int) -> None:
            with Wire(wire_directory, "capture") as wire:
                publisher = wire.publisher(HEALTH)

                def met() -> bool:
                    publisher.send(health("capture", -number))
                    return heard(-number)

                eventually(met, "the reader joins")
                publisher.send(health("capture", number))

        for number in range(1, 13):
            one_life(number)
            eventually(lambda number=number: heard(number), "the last words of a process")  # type: ignore[misc]

    def test_may_be_done_twice(self, wire_directory: Path) -> None:
        wire = Wire(wire_directory, "display")
        wire.publisher(COMMAND)
        wire.close()
        wire.close()

    def test_lets_a_process_that_published_frames_end(self, wire_directory: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", CLOSES, str(wire_directory)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                out, err = process.communicate(timeout=20)
            finally:
                process.kill()
        assert (out, err, process.returncode) == ("closed\n", "", 0)

    def test_leaves_the_endpoint_to_the_next_one(self, wires: Callable[..., Wire]) -> None:
        reader = wires("coach").every(STRIDE, Stride)
        for start in (1, 2):
            wire = wires("analysis")
            publisher = wire.publisher(STRIDE)

            def heard(publisher: Publisher = publisher, start: int = start) -> bool:
                publisher.send(stride(start))
                return any(got.number == start for got in reader.take_all())

            eventually(heard, f"start {start} is heard")
            wire.close()

"""Given a writer that waits for nobody, then a reader gets a picture as it was written or is told that it is gone."""

import fcntl
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from glob import glob

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from tests.eventually import eventually
from wire.frame_sockets import FramePublisher
from wire.frames import Frame, FrameError, Image, Place, unpack_frame
from wire.ring import SLOTS, RingReader, RingWriter

HEIGHT_PX, WIDTH_PX = 6, 8
SIZE_BYTES = HEIGHT_PX * WIDTH_PX * 3


Seen = tuple[Image, Callable[[], bool]]
"""Pixels where they lie, and whether they are whole."""


def write(ring: RingWriter, value: int) -> Place:
    ring.room(HEIGHT_PX, WIDTH_PX)[:] = value % 256
    return ring.done()


def refused(place: Place, size_bytes: int = SIZE_BYTES) -> str:
    with pytest.raises(FrameError) as caught:
        RingReader().find(place, size_bytes)
    return caught.value.reason


@contextmanager
def ring(most_bytes: int = SIZE_BYTES) -> Iterator[RingWriter]:
    made = RingWriter(most_bytes)
    try:
        yield made
    finally:
        made.close()


class Interleaved(RuleBasedStateMachine):
    """One writer, stopped anywhere, and readers that look, hold on, and look again."""

    held: Bundle[tuple[int, Seen]] = Bundle("held")

    @initialize()
    def begin(self) -> None:
        self.ring = RingWriter(SIZE_BYTES)
        self.reader = RingReader()
        self.places: list[Place] = []

    @rule(rows=st.integers(0, HEIGHT_PX))
    def write_a_part(self, rows: int) -> None:
        self.ring.room(HEIGHT_PX, WIDTH_PX)[:rows] = (len(self.places) + 1) % 256

    @rule()
    def write_the_rest(self) -> None:
        self.places.append(write(self.ring, len(self.places) + 1))

    @rule(target=held, back=st.integers(0, SLOTS - 2))
    def look(self, back: int) -> tuple[int, Seen] | MultipleResults[tuple[int, Seen]]:
        """At one of those that must still be there."""
        if back >= len(self.places):
            return multiple()
        number = len(self.places) - back
        return number, self.reader.find(self.places[number - 1], SIZE_BYTES)

    @rule(back=st.integers(SLOTS - 1, 3 * SLOTS))
    def look_too_late(self, back: int) -> None:
        if back < len(self.places):
            with pytest.raises(FrameError, match="overtaken"):
                self.reader.find(self.places[-1 - back], SIZE_BYTES)

    @rule(one=held)
    def look_again(self, one: tuple[int, Seen]) -> None:
        number, (pixels, whole) = one
        if whole():
            assert set(pixels.tolist()) == {number % 256}
        else:
            assert number <= len(self.places) + 1 - SLOTS

    @rule(one=consumes(held))
    def let_go(self, one: tuple[int, Seen]) -> None:
        pass

    @invariant()
    def says_nothing_of_what_is_not_written(self) -> None:
        if self.places:
            last = self.places[-1]
            with pytest.raises(FrameError, match="place"):
                self.reader.find(Place(last.pid, last.descriptor, last.ring, last.ticket + 1), SIZE_BYTES)

    def teardown(self) -> None:
        if hasattr(self, "ring"):
            self.ring.close()


TestInterleaved = Interleaved.TestCase


def test_what_is_overtaken_while_it_is_copied_is_refused_and_what_is_read_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with ring() as writer:
        place, reader, find = write(writer, 3), RingReader(), RingReader.find
        kept = reader.read(place, SIZE_BYTES)

        def overtaken(reader: RingReader, place: Place, size_bytes: int) -> Seen:
            pixels, whole = find(reader, place, size_bytes)
            for number in range(SLOTS):
                write(writer, 100 + number)
            return pixels, whole

        monkeypatch.setattr(RingReader, "find", overtaken)
        with pytest.raises(FrameError, match="overtaken"):
            reader.read(place, SIZE_BYTES)
        assert set(kept.tolist()) == {3}


def test_a_reader_sees_the_writers_own_memory() -> None:
    with ring() as writer:
        pixels, _ = RingReader().find(write(writer, 3), SIZE_BYTES)
        assert not pixels.flags.writeable
        for number in range(SLOTS):
            write(writer, 100 + number)
        assert pixels[0] == 100 + SLOTS - 1


class Sent:
    """A socket that keeps what was sent."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def send(self, packed: bytes | bytearray, copy: bool = True) -> None:  # noqa: ARG002 - as pyzmq has it
        self.messages.append(bytes(packed))


def frame(seq: int, image: Image) -> Frame:
    return Frame(1, seq, seq, seq, seq, seq, "synthetic", image)


SIDES = st.integers(1, 90)
PICTURES = st.lists(st.tuples(SIDES, SIDES, st.integers(0, 255)), min_size=1, max_size=3 * SLOTS)


class TestPublisher:
    @given(PICTURES, st.data())
    def test_pictures_of_any_size_arrive_whole_or_not_at_all(
        self, pictures: list[tuple[int, int, int]], data: st.DataObject
    ) -> None:
        socket, reader = Sent(), RingReader()
        publisher = FramePublisher(socket)  # type: ignore[arg-type]
        sent = []
        try:
            for seq, (width_px, height_px, value) in enumerate(pictures):
                sent.append(np.full((height_px, width_px, 3), value, np.uint8))
                publisher.send(frame(seq, sent[-1]))
                newest = unpack_frame(socket.messages[-1], reader.read)
                np.testing.assert_array_equal(newest.image, sent[-1])
                before = data.draw(st.integers(0, seq))
                try:
                    earlier = unpack_frame(socket.messages[before], RingReader().read)
                except FrameError as error:
                    # Gone with its slot, or with a ring that was too small for what came after it.
                    assert error.reason in ("overtaken", "place")  # noqa: PT017
                else:
                    np.testing.assert_array_equal(earlier.image, sent[before])
        finally:
            publisher.close()

    def test_a_cut_of_a_larger_picture_is_written_row_by_row(self) -> None:
        socket, whole = Sent(), np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)
        publisher = FramePublisher(socket)  # type: ignore[arg-type]
        publisher.send(frame(1, whole[5:15, 10:20]))
        np.testing.assert_array_equal(unpack_frame(socket.messages[0], RingReader().read).image, whole[5:15, 10:20])
        publisher.close()

    def test_without_shared_memory_the_pixels_travel_in_the_message(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> int:
            raise OSError(38, "Function not implemented")

        monkeypatch.setattr(os, "memfd_create", refuse)
        socket, image = Sent(), np.full((4, 5, 3), 9, np.uint8)
        publisher = FramePublisher(socket)  # type: ignore[arg-type]
        for seq in (1, 2):
            publisher.send(frame(seq, image))
            got = unpack_frame(socket.messages[-1], RingReader().read)
            np.testing.assert_array_equal(got.image, image)
        assert publisher.way == "messages, as there is no shared memory (Function not implemented)"

    def test_closing_gives_the_memory_back(self) -> None:
        def holders(memory: os.stat_result) -> list[str]:
            return [
                path for path in glob("/proc/self/fd/*") if os.path.exists(path) and os.path.samestat(os.stat(path), memory)
            ]

        def find(place: Place, size_bytes: int) -> Image:
            places.append(place)
            return np.zeros(size_bytes, np.uint8)

        places: list[Place] = []
        socket = Sent()
        publisher = FramePublisher(socket)  # type: ignore[arg-type]
        publisher.send(frame(1, np.zeros((4, 5, 3), np.uint8)))
        unpack_frame(socket.messages[0], find)
        memory = os.stat(f"/proc/self/fd/{places[0].descriptor}")
        assert holders(memory)
        publisher.close()
        publisher.close()
        assert holders(memory) == []


class TestWhatIsNoRing:
    """Given a place that is made up, then nothing is opened that is no ring of ours."""

    @contextmanager
    def at(self, descriptor: int) -> Iterator[Place]:
        try:
            yield Place(os.getpid(), descriptor, 0, 1)
        finally:
            os.close(descriptor)

    def test_a_file(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(100_000))
            assert refused(Place(os.getpid(), file.fileno(), 0, 1)) == "place"

    def test_a_pipe_which_would_wait_for_ever(self) -> None:
        end, other = os.pipe()
        with self.at(end) as place:
            os.close(other)
            assert refused(place) == "place"

    def test_memory_that_could_shrink_under_the_reader(self) -> None:
        with self.at(os.memfd_create("hipcue-frames", os.MFD_ALLOW_SEALING)) as place:
            os.truncate(place.descriptor, 4096 * (1 + SLOTS))
            os.pwrite(place.descriptor, (2).to_bytes(8, sys.byteorder), 0)
            assert refused(place) == "place"

    @pytest.mark.parametrize("size_bytes", [0, 4096, 4096 * SLOTS, 4096 * (1 + SLOTS) + 1])
    def test_memory_of_another_size(self, size_bytes: int) -> None:
        with self.at(os.memfd_create("hipcue-frames", os.MFD_ALLOW_SEALING)) as place:
            os.truncate(place.descriptor, size_bytes)
            fcntl.fcntl(place.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
            assert refused(place) == "place"

    @pytest.mark.parametrize(
        "change",
        [
            lambda place: Place(place.pid, place.descriptor, place.ring ^ 1, place.ticket),
            lambda place: Place(place.pid, place.descriptor + 1, place.ring, place.ticket),
            lambda place: Place(2**32 - 1, place.descriptor, place.ring, place.ticket),
            lambda place: Place(place.pid, place.descriptor, place.ring, 0),
            lambda place: Place(place.pid, place.descriptor, place.ring, 2**64 - 1),
        ],
    )
    def test_a_ring_of_ours_but_another_number(self, change: Callable[[Place], Place]) -> None:
        with ring() as writer:
            place = write(writer, 1)
            assert refused(change(place)) == "place"
            assert RingReader().find(place, SIZE_BYTES)[0][0] == 1

    def test_a_picture_larger_than_a_slot(self) -> None:
        with ring() as writer:
            assert refused(write(writer, 1), 5000) == "place"


class TestLives:
    def test_others_may_not_open_it(self) -> None:
        with ring() as writer:
            assert os.stat(f"/proc/self/fd/{write(writer, 1).descriptor}").st_mode & 0o077 == 0

    def test_a_writer_that_starts_again_is_followed(self) -> None:
        reader = RingReader()
        for value in (1, 2, 3):
            with ring() as writer:
                assert reader.find(write(writer, value), SIZE_BYTES)[0][0] == value

    def test_what_is_overtaken_while_it_is_read_is_noticed(self) -> None:
        source, reader, counted = random.Random(1), RingReader(), Counter[bool]()
        with other_process("race") as writer:
            assert writer.stdout is not None
            first = Place(*map(int, writer.stdout.readline().split()))

            def read() -> bool:
                for _ in range(20):
                    # Any picture that is there, guessed: announcements would slow the writer down.
                    with suppress(FrameError):
                        reader.find(first, RACE_BYTES)
                    assert reader._ring is not None
                    number = max(1, reader._ring.words[0] - source.randrange(1, SLOTS))
                    with suppress(FrameError):
                        pixels, whole = reader.find(replace(first, ticket=number), RACE_BYTES)
                        copy, is_whole = pixels.copy(), whole()
                        counted[is_whole] += 1
                        assert not is_whole or set(np.unique(copy).tolist()) == {number % 256}
                return counted[True] >= 100 and counted[False] >= 10

            eventually(read, "whole pictures, and some that were overtaken")

    def test_a_killed_writer_leaves_nothing_but_what_its_readers_hold(self) -> None:
        with other_process("hold") as writer:
            assert writer.stdout is not None
            place = Place(*map(int, writer.stdout.readline().split()))
            reader = RingReader()
            pixels, whole = reader.find(place, SIZE_BYTES)
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
            assert whole()
            assert set(pixels.tolist()) == {1}
            assert refused(place) == "place"


@contextmanager
def other_process(what: str) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-c", WRITER, what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


RACE_BYTES = 480 * 640 * 3
WRITER = """
import sys
from wire.ring import RingWriter
ring = RingWriter(480 * 640 * 3)
number = 1
while True:
    ring.room(480, 640)[:] = number % 256
    place = ring.done()
    if number == 1:
        print(place.pid, place.descriptor, place.ring, place.ticket, flush=True)
        if sys.argv[1] == "hold":
            sys.stdin.read()
    number = place.ticket + 1
"""

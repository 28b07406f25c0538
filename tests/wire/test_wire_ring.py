"""Given a writer that never waits, then a reader gets a picture as it was written, or an error."""

import fcntl
import os
import random
import shutil
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

from tests.support.connected_sockets import RecordingSocket
from tests.support.eventually import eventually
from tests.support.value_or_error import value_or_error
from wire.frames.frame import Frame, FrameError, Image, RingPosition, unpack_frame
from wire.frames.ring import SLOTS, RingReader, RingWriter

HEIGHT_PX, WIDTH_PX = 6, 8
SIZE_BYTES = HEIGHT_PX * WIDTH_PX * 3


View = tuple[Image, Callable[[], bool]]
"""Pixels in the shared memory, and a check whether they are intact."""


def write(ring: RingWriter, value: int) -> RingPosition:
    ring.slot(HEIGHT_PX, WIDTH_PX)[:] = value % 256
    return ring.publish()


def refused(position: RingPosition, size_bytes: int = SIZE_BYTES) -> str:
    with pytest.raises(FrameError) as caught:
        RingReader().view(position, size_bytes)
    return caught.value.reason


@contextmanager
def ring(max_bytes: int = SIZE_BYTES) -> Iterator[RingWriter]:
    made = RingWriter(max_bytes)
    try:
        yield made
    finally:
        made.close()


class Interleaved(RuleBasedStateMachine):
    """One writer, interrupted anywhere, and readers that view a picture, keep the view, and check it again."""

    held: Bundle[tuple[int, View]] = Bundle("held")

    @initialize()
    def begin(self) -> None:
        self.ring = RingWriter(SIZE_BYTES)
        self.reader = RingReader()
        self.positions: list[RingPosition] = []

    @rule(rows=st.integers(0, HEIGHT_PX))
    def write_a_part(self, rows: int) -> None:
        self.ring.slot(HEIGHT_PX, WIDTH_PX)[:rows] = (len(self.positions) + 1) % 256

    @rule()
    def write_the_rest(self) -> None:
        self.positions.append(write(self.ring, len(self.positions) + 1))

    @rule(target=held, back=st.integers(0, SLOTS - 2))
    def view(self, back: int) -> tuple[int, View] | MultipleResults[tuple[int, View]]:
        """One of the pictures that must be intact."""
        if back >= len(self.positions):
            return multiple()
        number = len(self.positions) - back
        return number, self.reader.view(self.positions[number - 1], SIZE_BYTES)

    @rule(back=st.integers(SLOTS - 1, 3 * SLOTS))
    def view_too_late(self, back: int) -> None:
        if back < len(self.positions):
            with pytest.raises(FrameError, match="overtaken"):
                self.reader.view(self.positions[-1 - back], SIZE_BYTES)

    @rule(one=held)
    def check_again(self, one: tuple[int, View]) -> None:
        number, (pixels, intact) = one
        if intact():
            assert set(pixels.tolist()) == {number % 256}
        else:
            assert number <= len(self.positions) + 1 - SLOTS

    @rule(one=consumes(held))
    def drop(self, one: tuple[int, View]) -> None:
        pass

    @invariant()
    def a_picture_not_yet_written_is_refused(self) -> None:
        if self.positions:
            last = self.positions[-1]
            with pytest.raises(FrameError, match="position"):
                self.reader.view(RingPosition(last.pid, last.handle, last.ring, last.ticket + 1), SIZE_BYTES)

    def teardown(self) -> None:
        if hasattr(self, "ring"):
            self.ring.close()


TestInterleaved = Interleaved.TestCase


def test_a_picture_overwritten_while_it_is_copied_is_refused_and_a_copy_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with ring() as writer:
        position, reader, view = write(writer, 3), RingReader(), RingReader.view
        kept = reader.read(position, SIZE_BYTES)

        def overtaken(reader: RingReader, position: RingPosition, size_bytes: int) -> View:
            pixels, intact = view(reader, position, size_bytes)
            for number in range(SLOTS):
                write(writer, 100 + number)
            return pixels, intact

        monkeypatch.setattr(RingReader, "view", overtaken)
        with pytest.raises(FrameError, match="overtaken"):
            reader.read(position, SIZE_BYTES)
        assert set(kept.tolist()) == {3}


def test_a_view_is_the_writers_own_memory() -> None:
    with ring() as writer:
        pixels, _ = RingReader().view(write(writer, 3), SIZE_BYTES)
        assert not pixels.flags.writeable
        for number in range(SLOTS):
            write(writer, 100 + number)
        assert pixels[0] == 100 + SLOTS - 1


def frame(seq: int, image: Image) -> Frame:
    return Frame(1, seq, seq, seq, seq, seq, "synthetic", image)


SIDES = st.integers(1, 90)
PICTURES = st.lists(st.tuples(SIDES, SIDES, st.integers(0, 255)), min_size=1, max_size=3 * SLOTS)


class TestPublisher:
    @given(PICTURES, st.data())
    def test_pictures_of_any_size_arrive_intact_or_not_at_all(
        self, pictures: list[tuple[int, int, int]], data: st.DataObject
    ) -> None:
        socket, reader = RecordingSocket(), RingReader()
        publisher = socket.frame_publisher()
        sent = []
        try:
            for seq, (width_px, height_px, value) in enumerate(pictures):
                sent.append(np.full((height_px, width_px, 3), value, np.uint8))
                publisher.send(frame(seq, sent[-1]))
                newest = unpack_frame(socket.messages[-1], reader.read)
                np.testing.assert_array_equal(newest.image, sent[-1])
                before = data.draw(st.integers(0, seq))
                earlier = value_or_error(FrameError, unpack_frame, socket.messages[before], RingReader().read)
                if isinstance(earlier, FrameError):
                    # Overwritten, or in an earlier ring that was too small for a later picture.
                    assert earlier.reason in ("overtaken", "position")
                else:
                    np.testing.assert_array_equal(earlier.image, sent[before])
        finally:
            publisher.close()

    def test_a_cut_of_a_larger_picture_is_written_row_by_row(self) -> None:
        socket, whole = RecordingSocket(), np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)
        publisher = socket.frame_publisher()
        publisher.send(frame(1, whole[5:15, 10:20]))
        np.testing.assert_array_equal(unpack_frame(socket.messages[0], RingReader().read).image, whole[5:15, 10:20])
        publisher.close()

    def test_without_shared_memory_the_pixels_travel_in_the_message(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> int:
            raise OSError(38, "Function not implemented")

        monkeypatch.setattr(os, "memfd_create", refuse)
        socket, image = RecordingSocket(), np.full((4, 5, 3), 9, np.uint8)
        publisher = socket.frame_publisher()
        for seq in (1, 2):
            publisher.send(frame(seq, image))
            got = unpack_frame(socket.messages[-1], RingReader().read)
            np.testing.assert_array_equal(got.image, image)
        assert publisher.problem == "Function not implemented"

    def test_closing_frees_the_memory(self) -> None:
        def holders(memory: os.stat_result) -> list[str]:
            return [
                path for path in glob("/proc/self/fd/*") if os.path.exists(path) and os.path.samestat(os.stat(path), memory)
            ]

        def view(position: RingPosition, size_bytes: int) -> Image:
            positions.append(position)
            return np.zeros(size_bytes, np.uint8)

        positions: list[RingPosition] = []
        socket = RecordingSocket()
        publisher = socket.frame_publisher()
        publisher.send(frame(1, np.zeros((4, 5, 3), np.uint8)))
        unpack_frame(socket.messages[0], view)
        memory = os.stat(f"/proc/self/fd/{positions[0].handle}")
        assert holders(memory)
        publisher.close()
        publisher.close()
        assert holders(memory) == []


class TestInvalidPositions:
    """Given a position of something that is not a ring, then it is not opened."""

    @contextmanager
    def at(self, descriptor: int) -> Iterator[RingPosition]:
        try:
            yield RingPosition(os.getpid(), descriptor, 0, 1)
        finally:
            os.close(descriptor)

    def test_a_file(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(100_000))
            assert refused(RingPosition(os.getpid(), file.fileno(), 0, 1)) == "position"

    def test_a_pipe_which_would_block_for_ever(self) -> None:
        end, other = os.pipe()
        with self.at(end) as position:
            os.close(other)
            assert refused(position) == "position"

    def test_memory_that_could_shrink_under_the_reader(self) -> None:
        with self.at(os.memfd_create("hipcue-frames", os.MFD_ALLOW_SEALING)) as position:
            os.truncate(position.handle, 4096 * (1 + SLOTS))
            os.pwrite(position.handle, (2).to_bytes(8, sys.byteorder), 0)
            assert refused(position) == "position"

    @pytest.mark.parametrize("size_bytes", [0, 4096, 4096 * SLOTS, 4096 * (1 + SLOTS) + 1])
    def test_memory_of_another_size(self, size_bytes: int) -> None:
        with self.at(os.memfd_create("hipcue-frames", os.MFD_ALLOW_SEALING)) as position:
            os.truncate(position.handle, size_bytes)
            fcntl.fcntl(position.handle, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
            assert refused(position) == "position"

    @pytest.mark.parametrize(
        "change",
        [
            lambda position: RingPosition(position.pid, position.handle, position.ring ^ 1, position.ticket),
            lambda position: RingPosition(position.pid, position.handle + 1, position.ring, position.ticket),
            lambda position: RingPosition(2**32 - 1, position.handle, position.ring, position.ticket),
            lambda position: RingPosition(position.pid, position.handle, position.ring, 0),
            lambda position: RingPosition(position.pid, position.handle, position.ring, 2**64 - 1),
        ],
    )
    def test_a_ring_with_another_number(self, change: Callable[[RingPosition], RingPosition]) -> None:
        with ring() as writer:
            position = write(writer, 1)
            assert refused(change(position)) == "position"
            assert RingReader().view(position, SIZE_BYTES)[0][0] == 1

    def test_a_picture_larger_than_a_slot(self) -> None:
        with ring() as writer:
            assert refused(write(writer, 1), 5000) == "position"


class TestProcesses:
    def test_other_users_cannot_open_it(self) -> None:
        with ring() as writer:
            assert os.stat(f"/proc/self/fd/{write(writer, 1).handle}").st_mode & 0o077 == 0

    def test_a_reader_follows_a_writer_that_restarts(self) -> None:
        reader = RingReader()
        for value in (1, 2, 3):
            with ring() as writer:
                assert reader.view(write(writer, value), SIZE_BYTES)[0][0] == value

    @pytest.mark.slow
    def test_a_picture_overwritten_while_it_is_read_is_detected(self) -> None:
        source, reader, counted = random.Random(1), RingReader(), Counter[bool]()
        with other_process("race") as writer:
            assert writer.stdout is not None
            first = RingPosition(*map(int, writer.stdout.readline().split()))

            def read() -> bool:
                for _ in range(20):
                    # Any picture, guessed: announcing them would slow the writer down.
                    with suppress(FrameError):
                        reader.view(first, RACE_BYTES)
                    assert reader._mapped is not None
                    number = max(1, reader._mapped.words[0] - source.randrange(1, SLOTS))
                    with suppress(FrameError):
                        pixels, intact = reader.view(replace(first, ticket=number), RACE_BYTES)
                        copy, is_intact = pixels.copy(), intact()
                        counted[is_intact] += 1
                        assert not is_intact or set(np.unique(copy).tolist()) == {number % 256}
                return counted[True] >= 100 and counted[False] >= 10

            eventually(read, "intact pictures, and some that were overwritten")

    def test_a_killed_writer_leaves_only_what_its_readers_have_mapped(self) -> None:
        with other_process("hold") as writer:
            assert writer.stdout is not None
            position = RingPosition(*map(int, writer.stdout.readline().split()))
            reader = RingReader()
            pixels, intact = reader.view(position, SIZE_BYTES)
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
            assert intact()
            assert set(pixels.tolist()) == {1}
            assert refused(position) == "position"


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
from wire.frames.ring import RingWriter
ring = RingWriter(480 * 640 * 3)
number = 1
while True:
    ring.slot(480, 640)[:] = number % 256
    position = ring.publish()
    if number == 1:
        print(position.pid, position.handle, position.ring, position.ticket, flush=True)
        if sys.argv[1] == "hold":
            sys.stdin.read()
    number = position.ticket + 1
"""


IN_SMALL_SHARED_MEMORY = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
MOUNT = 'mount -t tmpfs -o size=64k tmpfs /dev/shm && exec "$0" "$@"'
FULL_HD = """
from wire.frames.ring import RingReader, RingWriter
size_bytes = 1080 * 1920 * 3
writer = RingWriter(size_bytes)
writer.slot(1080, 1920)[:] = 7
assert RingReader().read(writer.publish(), size_bytes).min() == 7
"""


def test_pictures_need_no_room_in_the_folder_of_shared_memory() -> None:
    in_namespace = [*IN_SMALL_SHARED_MEMORY, MOUNT]
    if shutil.which("unshare") is None or subprocess.run([*in_namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a small /dev/shm of its own is not permitted here")
    subprocess.run([*in_namespace, sys.executable, "-c", FULL_HD], check=True)

"""Given a camera's machine and a screen's, then an allowed screen sees in its own time, and nobody else gets in."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import zmq

from tests.eventually import eventually
from tests.message_examples import cue, sample, stride
from tests.program import one_sentence
from wire import codec
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.endpoints import private_directory
from wire.frames import Frame
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Belt, Command, Cue, Health, Sample, Stride
from wire.remote.curve import knock
from wire.remote.follow import Follow
from wire.remote.keys import Keys
from wire.remote.peer_clock import MOST_ROUND_TRIP_NS, Echo
from wire.remote.protocol import MAX_ASK_BYTES, Answer, Ask, encode, picture_of
from wire.remote.share import EXIT_NOT_OPEN, MOST_ASKS_PER_S, Share, next_port, run
from wire.sockets import Every, Wire
from wire.topics import BELT, COMMAND, CUE, HEALTH, SAMPLE, STRIDE

OTHER_CLOCK_NS = s_to_ns(1_000_000.0)
"""The screen's machine has run longer."""
MOST_OFF_NS = MOST_ROUND_TRIP_NS // 2
"""What the other clock is known to at the worst, where this machine is busy."""


def later() -> int:
    return monotonic_ns() + OTHER_CLOCK_NS


def free_address() -> str:
    """An address with a free port, and the next one free too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return f"tcp://127.0.0.1:{port}"


class Machine:
    """One machine: its keys, its sockets' folder, its clock, and something that goes round in a thread."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.keys = Keys(folder / "keys")
        self.directory = private_directory(folder / "w")
        self.clock = clock
        self.wires: list[Wire] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def wire(self, process: str) -> Wire:
        self.wires.append(Wire(self.directory, process, self.clock))
        return self.wires[-1]

    def go(self, make: "Callable[[], Share | Follow]") -> None:
        def rounds() -> None:
            one = make()
            while not self._ended.is_set():
                one.round()
            one.close()

        self._thread = threading.Thread(target=rounds)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join(10)
            assert not self._thread.is_alive()
        for wire in self.wires:
            wire.close()


class Gym:
    """The camera's machine, publishing, and the screen's, whose key is allowed."""

    def __init__(self, folder: Path) -> None:
        for name in ("camera", "screen"):
            (folder / name).mkdir()
        self.camera = Machine(folder / "camera", monotonic_ns)
        self.screen = Machine(folder / "screen", later)
        self.address = free_address()
        self.camera_key = self.camera.keys.new().public
        self.camera.keys.allow("screen", self.screen.keys.new().public)
        capture, analysis, coach = (self.camera.wire(name) for name in ("capture", "analysis", "coach"))
        self.frames = capture.frame_publisher()
        self.samples, self.strides, self.cues = analysis.publisher(SAMPLE), analysis.publisher(STRIDE), coach.publisher(CUE)
        spectator = self.camera.wire("spectator")
        self.healths = spectator.newest(HEALTH, Health)
        self.commands = spectator.every(COMMAND, Command)
        share = self.camera.wire("share")
        self.camera.go(lambda: Share(share, self.address, self.camera.keys, HealthReporter(share)))

    def counted(self, counter: str, times: int = 1) -> Health:
        """Wait until the door has counted this; the beginning of a name stands for all of them."""

        def found() -> Health | None:
            health = self.healths.take()
            if health is None or sum(n for name, n in health.counters.items() if name.startswith(counter)) < times:
                return None
            return health

        return eventually(found, counter)

    def passes_on(self, strides: Every[Stride]) -> None:
        """Wait until a stride arrives at the screen's machine."""

        def came() -> bool:
            self.strides.send(stride())
            return bool(strides.take_all())

        eventually(came, "a stride")

    def follow(self) -> None:
        own = self.screen.keys.own()
        self.screen.go(lambda: Follow(self.screen.directory, self.address, own, self.camera_key, self.screen.clock))

    def close(self) -> None:
        self.screen.close()
        self.camera.close()


@pytest.fixture
def gym(tmp_path: Path) -> Iterator[Gym]:
    gym = Gym(tmp_path)
    try:
        yield gym
    finally:
        gym.close()


@pytest.fixture
def connected() -> Iterator[Callable[..., Any]]:
    """Makes connected sockets of strangers and friends; closes them."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()

    def connect(address: str, kind: int, prepare: "Callable[[zmq.Socket[bytes]], None] | None" = None) -> Any:
        made = context.socket(kind)
        made.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            made.setsockopt(zmq.SUBSCRIBE, b"")
        if prepare is not None:
            prepare(made)
        made.connect(address)
        return made

    yield connect
    context.destroy(linger=0)


def frame(seq: int) -> Frame:
    image = np.full((60, 80, 3), seq % 200, np.uint8)
    now_ns = monotonic_ns()
    return Frame(7, seq, seq, now_ns, now_ns, now_ns, "driver", image)


def test_a_screen_sees_pictures_and_measurements_in_its_own_time(gym: Gym) -> None:
    gym.follow()
    display = gym.screen.wire("display")
    frames, samples, strides = display.frames(), display.newest(SAMPLE, Sample), display.every(STRIDE, Stride)
    seq = 0

    def seen() -> Frame | None:
        nonlocal seq
        seq += 1
        gym.frames.send(frame(seq))
        return frames.take()

    def measured() -> Sample | None:
        gym.samples.send(sample())
        return samples.take()

    got = eventually(seen, "a picture")
    age_ns = later() - got.capture_ns
    assert -MOST_OFF_NS <= age_ns < s_to_ns(2) + MOST_OFF_NS
    assert got.image.shape == (60, 80, 3)
    assert abs(int(got.image[30, 40, 0]) - got.seq % 200) <= 2
    assert eventually(measured, "a sample").stamps.capture_ns > OTHER_CLOCK_NS // 2
    sent = stride()
    gym.strides.send(sent)
    came = eventually(strides.take_all, "a stride")[0]
    assert abs(came.t_peak_ns - sent.t_peak_ns - OTHER_CLOCK_NS) <= MOST_OFF_NS


def test_no_stride_and_no_cue_is_lost_or_doubled_on_the_way(gym: Gym) -> None:
    gym.follow()
    display = gym.screen.wire("display")
    cues = display.every(CUE, Cue)

    def first_came() -> bool:
        gym.cues.send(cue(stride_number=0))
        return bool(cues.take_all())

    eventually(first_came, "the first cue")
    for number in range(1, 101):
        gym.cues.send(cue(stride_number=number))
    got: list[int] = []

    def all_came() -> bool:
        got.extend(told.stride_number for told in cues.take_all() if told.stride_number)
        return len(got) >= 100

    eventually(all_came, "100 cues")
    assert got == list(range(1, 101))


def test_a_screens_keys_reach_the_camera_but_its_end_is_its_own(gym: Gym) -> None:
    gym.follow()
    commands = gym.screen.wire("display").publisher(COMMAND)

    def obeyed() -> list[Command]:
        commands.send(Command("quit"))
        commands.send(Command("pause"))
        return gym.commands.take_all()

    assert {command.name for command in eventually(obeyed, "a command")} == {"pause"}


class TestNobodyElseGetsIn:
    def see_nothing(self, gym: Gym, news: Any, questions: Any) -> None:
        """The stranger asks while the camera runs, and hears nothing; a friend hears all the while."""
        gym.follow()
        cues = gym.screen.wire("display").every(CUE, Cue)
        asked = 0
        heard = 0

        def friend_heard() -> bool:
            nonlocal asked, heard
            asked += 1
            gym.frames.send(frame(asked))
            gym.cues.send(cue(stride_number=asked))
            with suppress(zmq.Again):
                questions.send(encode(Ask(asked, monotonic_ns(), "picture", Command("pause"))), zmq.NOBLOCK)
            heard += len(cues.take_all())
            return heard > 20

        eventually(friend_heard, "the friend's cues")
        assert news.poll(200) == 0
        assert questions.poll(0) == 0
        assert gym.commands.take_all() == []

    def test_without_a_key(self, gym: Gym, connected: Callable[..., Any]) -> None:
        self.see_nothing(gym, connected(gym.address, zmq.SUB), connected(next_port(gym.address), zmq.DEALER))
        # Which end breaks off first, and so the exact reason, is chance.
        gym.counted("turned away")

    def test_with_a_key_that_is_not_allowed(self, gym: Gym, connected: Callable[..., Any], tmp_path: Path) -> None:
        stranger = Keys(tmp_path / "stranger").new()

        def prepare(one: "zmq.Socket[bytes]") -> None:
            knock(one, stranger, gym.camera_key)

        self.see_nothing(gym, connected(gym.address, zmq.SUB, prepare), connected(next_port(gym.address), zmq.DEALER, prepare))
        gym.counted("turned away: key not allowed")

    def test_who_expects_another_server(self, gym: Gym, connected: Callable[..., Any], tmp_path: Path) -> None:
        own, other = gym.screen.keys.own(), Keys(tmp_path / "other").new()

        def prepare(one: "zmq.Socket[bytes]") -> None:
            knock(one, own, other.public)

        self.see_nothing(gym, connected(gym.address, zmq.SUB, prepare), connected(next_port(gym.address), zmq.DEALER, prepare))

    def test_who_speaks_no_zeromq_at_all(self, gym: Gym) -> None:
        eventually(gym.healths.take, "the door")
        host, _, port = next_port(gym.address).removeprefix("tcp://").rpartition(":")
        with socket.create_connection((host, int(port))) as raw, socket.create_connection((host, int(port))) as silent:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n" * 1000)
            silent.sendall(b"\xff")
            gym.follow()
            strides = gym.screen.wire("display").every(STRIDE, Stride)
            gym.passes_on(strides)

    def test_a_key_allowed_later_gets_in_then(self, gym: Gym, connected: Callable[..., Any], tmp_path: Path) -> None:
        gym.camera.keys.forbid("screen")
        friend = Keys(tmp_path / "friend").new()
        gym.camera.keys.allow("friend", friend.public)
        news = connected(gym.address, zmq.SUB, lambda one: knock(one, friend, gym.camera_key))
        gym.follow()
        strides = gym.screen.wire("display").every(STRIDE, Stride)
        gym.counted("turned away: key not allowed")

        def friend_heard() -> bool:
            gym.strides.send(stride())
            return bool(news.poll(50)) and codec.topic_of(news.recv()) is STRIDE

        for _ in range(3):
            eventually(friend_heard, "the friend's stride")
        assert strides.take_all() == []
        gym.camera.keys.allow("screen", gym.screen.keys.own().public)
        gym.passes_on(strides)


class TestAnAllowedMachineGoneMad:
    @pytest.fixture
    def friend(self, gym: Gym, connected: Callable[..., Any]) -> Any:
        own = gym.screen.keys.own()

        def prepare(one: "zmq.Socket[bytes]") -> None:
            knock(one, own, gym.camera_key)

        return connected(next_port(gym.address), zmq.DEALER, prepare)

    @staticmethod
    def answered(friend: Any, number: int) -> bool:
        """A proper question is still answered."""
        friend.send(encode(Ask(number, monotonic_ns())))
        return bool(eventually(lambda: friend.poll(50) and friend.recv_multipart(), "an answer"))

    @pytest.mark.parametrize("garbage", [b"", b"\xc1", b"\x80", b"\x00" * 900, b"\x91" * 900], ids=range(5))
    def test_malformed_questions_are_counted(self, gym: Gym, friend: Any, garbage: bytes) -> None:
        friend.send(garbage)
        gym.counted("refused: malformed")
        assert self.answered(friend, 1)

    def test_questions_of_several_parts_are_counted(self, gym: Gym, friend: Any) -> None:
        friend.send_multipart([b"a", b"b", b"c"])
        gym.counted("refused: parts")
        assert self.answered(friend, 1)

    def test_a_replayed_question_is_counted_and_not_obeyed_twice(self, gym: Gym, friend: Any) -> None:
        number = 0

        def obeyed() -> bool:
            nonlocal number
            number += 1
            friend.send(encode(Ask(number, monotonic_ns(), "nothing", Command("mute"))))
            return bool(gym.commands.take_all())

        eventually(obeyed, "the first command")
        order = encode(Ask(number + 1, monotonic_ns(), "nothing", Command("pause")))
        for _ in range(3):
            friend.send(order)
        gym.counted("refused: replayed", 2)
        assert [command.name for command in gym.commands.take_all()].count("pause") == 1
        assert self.answered(friend, number + 2)

    def test_an_oversize_question_ends_its_connection_and_nothing_else(self, gym: Gym, friend: Any) -> None:
        friend.send(bytes(MAX_ASK_BYTES * 100))
        gym.follow()
        strides = gym.screen.wire("display").every(STRIDE, Stride)
        gym.passes_on(strides)

    def test_a_flood_is_counted_and_others_are_still_served(self, gym: Gym, friend: Any) -> None:
        gym.follow()
        frames = gym.screen.wire("display").frames()
        number = 0
        seen = 0

        def served() -> bool:
            nonlocal number, seen
            for _ in range(200):
                number += 1
                try:
                    friend.send(encode(Ask(number, monotonic_ns())), zmq.NOBLOCK)
                except zmq.Again:
                    break
            gym.frames.send(frame(number))
            seen += frames.take() is not None
            return seen >= 10 and number > 4 * MOST_ASKS_PER_S

        eventually(served, "ten pictures during a flood")
        gym.counted("refused: too many")


def test_garbage_from_the_camera_is_counted_and_the_screen_goes_on(gym: Gym) -> None:
    own = gym.screen.keys.own()
    follow = Follow(gym.screen.directory, gym.address, own, gym.camera_key, gym.screen.clock)
    try:
        follow._take_answer(b"\xc1")
        follow._take_answer(encode(Answer(99, 0, 0, 0)))
        follow._take_news(b"x")
        follow._take_news(bytes(200))
        assert follow.rejected == {"malformed": 1, "unasked": 1, "short": 1, "topic": 1}
    finally:
        follow.close()


def test_numbers_that_no_message_of_ours_can_carry_are_counted_and_the_screen_goes_on(gym: Gym) -> None:
    follow = Follow(gym.screen.directory, gym.address, gym.screen.keys.own(), gym.camera_key, gym.screen.clock)
    try:
        follow.clock.add(Echo(0, OTHER_CLOCK_NS, OTHER_CLOCK_NS, 1))
        picture = picture_of(frame(1))
        follow._take_answer(encode(Answer(1, 0, 0, 0, msgspec.structs.replace(picture, seq=-1))))
        follow._take_answer(encode(Answer(1, 0, 0, 0, msgspec.structs.replace(picture, capture_ns=-(2**63)))))
        follow._take_news(codec.encode(BELT, 1, 1, 1, Belt(-(2**63), None, None, "typed")))
        assert follow.rejected == {"malformed": 1, "moment": 2}
    finally:
        follow.close()


def test_a_gap_where_every_one_counts_is_counted_and_elsewhere_it_is_none(gym: Gym) -> None:
    follow = Follow(gym.screen.directory, gym.address, gym.screen.keys.own(), gym.camera_key, gym.screen.clock)
    try:
        for seq in (5, 6, 9):
            follow._take_news(codec.encode(STRIDE, 1, seq, 1, stride()))
            follow._take_news(codec.encode(SAMPLE, 1, seq, 1, sample()))
        follow._take_news(codec.encode(STRIDE, 2, 70, 1, stride()))  # the camera's machine has begun anew
        assert follow.missed == 2
    finally:
        follow.close()


def test_what_the_camera_itself_missed_or_refused_is_told(gym: Gym) -> None:
    seq = 1

    def told() -> bool:
        nonlocal seq
        seq += 3
        gym.strides.socket.send(codec.encode(STRIDE, 1, seq, 1, stride()))
        gym.strides.socket.send(b"x")
        health = gym.healths.take()
        return health is not None and health.counters["missed"] >= 4 and health.counters.get("refused: short", 0) >= 3

    eventually(told, "gaps and refusals")


def test_a_screen_without_a_camera_says_so(tmp_path: Path) -> None:
    machine = Machine(tmp_path, monotonic_ns)
    own, other = machine.keys.new(), Keys(tmp_path / "other").new()
    now_ns = monotonic_ns()
    follow = Follow(machine.directory, free_address(), own, other.public, lambda: now_ns)
    healths = machine.wire("spectator").newest(HEALTH, Health)
    try:

        def complaint() -> str:
            nonlocal now_ns
            now_ns += s_to_ns(1)
            follow.round()
            health = healths.take()
            return health.reason if health is not None and health.state == "degraded" else ""

        assert eventually(complaint, "the reason").startswith("No word from tcp://127.0.0.1:")
    finally:
        follow.close()
        machine.close()


def test_an_address_that_is_taken_is_named_and_nothing_is_left_open(gym: Gym, capsys: pytest.CaptureFixture[str]) -> None:
    eventually(gym.healths.take, "the door")
    another = gym.screen.wire("share")
    before = set(threading.enumerate())
    assert run(another, StopFlag(), gym.address, gym.camera.keys) == EXIT_NOT_OPEN
    assert set(threading.enumerate()) == before
    said = capsys.readouterr().err
    assert one_sentence(said)
    assert f"{gym.address!r} in [network]: this address cannot be opened" in said

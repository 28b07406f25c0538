"""Given a stranger, or a friend gone mad, then nobody sees or says what is not his, and the others are served."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.eventually import eventually
from tests.gym import Gym, frame
from tests.message_examples import cue, stride
from wire import codec
from wire.clock import monotonic_ns
from wire.messages import Command, Cue, Stride
from wire.remote.curve import knock
from wire.remote.keys import Keys
from wire.remote.protocol import MAX_ASK_BYTES, Ask, encode
from wire.remote.share import MOST_ASKS_PER_S, next_port
from wire.topics import CUE, STRIDE


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

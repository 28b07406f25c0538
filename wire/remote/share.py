"""The process that lets screens on other machines see: messages as they come, pictures when they are asked for.

Two ports. On the first, every message, published. On the next one, questions and answers: an answer brings the newest picture
that the asker has not had, so that a slow network gets fewer pictures, never older ones, and an echo, by which the asker
compares clocks. Both only for allowed keys (wire/remote/curve.py). docs/wire.md has the format.
"""

import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec
import zmq

from wire.clock import s_to_ns
from wire.frames import Frame
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.remote.curve import Door
from wire.remote.keys import Keys, KeysError
from wire.remote.protocol import MAX_ASK_BYTES, Answer, Ask, Picture, ProtocolError, decode_ask, encode, picture_of
from wire.sockets import Every, Newest, Publisher, Wire
from wire.topics import BELT, COMMAND, CUE, HEALTH, PHASE, PLAYED, SAMPLE, STRIDE, Policy

SHARED = (SAMPLE, STRIDE, CUE, PLAYED, PHASE, HEALTH, BELT)
"""What a screen needs. The settings and the sockets' own news stay here."""
EXIT_NOT_OPEN = 6
POLL_MS = 50
ASKS_A_ROUND = 64
MOST_ASKS_PER_S = 500
"""Of one screen; a picture at 240 fps and an echo a second are far below. What is more is not answered."""
FORGOTTEN_AFTER_NS = s_to_ns(10.0)
_QUEUE = 100


@dataclass
class _Screen:
    """One connection."""

    heard_ns: int
    last_number: int = 0
    waiting: Ask | None = None
    """The question whose picture has not come yet."""
    waiting_ns: int = 0
    picture_had: tuple[int, int] = (0, 0)
    second_began_ns: int = 0
    asks: int = 0


class Share:
    """One round: messages out, questions in, pictures out. Raises KeysError when the address cannot be opened."""

    def __init__(self, wire: Wire, address: str, keys: Keys, health: HealthReporter) -> None:
        self._clock = wire.clock
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        with ExitStack() as opened:
            opened.callback(context.destroy, linger=0)
            self._door = opened.enter_context(Door(keys, context))
            self._news = self._door.open(zmq.PUB, address, _prepare_news)
            self._questions = self._door.open(zmq.ROUTER, next_port(address), _prepare_questions)
            self._shut = opened.pop_all().close
        self._frames = wire.frames()
        self._readers: list[tuple[Newest[msgspec.Struct] | Every[msgspec.Struct], Publisher]] = []
        for topic in SHARED:
            assert topic.message is not None
            read = wire.every if topic.policy is Policy.EVERY_ONE_COUNTS else wire.newest
            self._readers.append((read(topic, topic.message), Publisher(self._news, topic, wire.clock)))
        self._commands = wire.publisher(COMMAND)
        self._health = health
        self._health.facts["open at"] = address
        self.rejected: Counter[str] = Counter()
        self._screens: dict[bytes, _Screen] = {}
        self._frame: Frame | None = None
        self._picture: Picture | None = None
        self._poller = zmq.Poller()
        for socket in (self._questions, self._frames.socket, *(reader.socket for reader, _ in self._readers)):
            self._poller.register(socket, zmq.POLLIN)
        self._health.say("running")

    def round(self) -> None:
        """Wait at most 50 ms for something to do, and do it."""
        self._poller.poll(POLL_MS)
        for reader, publisher in self._readers:
            for message in reader.take_all() if isinstance(reader, Every) else iter(reader.take, None):
                publisher.send(message)
        for _ in range(ASKS_A_ROUND):
            try:
                parts = self._questions.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._take(parts)
        frame = self._frames.take()
        if frame is not None:
            self._frame, self._picture = frame, None
        self._answer_who_waits()
        self._report()

    def close(self) -> None:
        """Close the door and all behind it."""
        self._shut()
        self._health.say("ended")

    def _take(self, parts: list[bytes]) -> None:
        received_ns = self._clock()
        if len(parts) != 2:
            self.rejected["parts"] += 1
            return
        who, packed = parts
        screen = self._screens.setdefault(who, _Screen(received_ns))
        screen.heard_ns = received_ns
        if received_ns - screen.second_began_ns > s_to_ns(1.0):
            screen.second_began_ns, screen.asks = received_ns, 0
        screen.asks += 1
        if screen.asks > MOST_ASKS_PER_S:
            self.rejected["too many"] += 1
            return
        try:
            ask = decode_ask(packed)
        except ProtocolError as error:
            self.rejected[error.reason] += 1
            return
        if ask.number <= screen.last_number:
            self.rejected["replayed"] += 1
            return
        screen.last_number = ask.number
        if ask.command is not None:
            # The end of a screen is not the end of the camera.
            if ask.command.name == "quit":
                self.rejected["quit"] += 1
            else:
                self._commands.send(ask.command)
        if ask.want == "picture":
            screen.waiting, screen.waiting_ns = ask, received_ns
        elif ask.want == "echo":
            self._answer(who, ask, received_ns, None)

    def _answer_who_waits(self) -> None:
        if self._frame is None:
            return
        newest = (self._frame.epoch, self._frame.seq)
        for who, screen in self._screens.items():
            if screen.waiting is not None and screen.picture_had != newest:
                if self._picture is None:
                    began_ns = self._clock()
                    self._picture = picture_of(self._frame)
                    self._health.add_ns("jpeg", self._clock() - began_ns)
                self._answer(who, screen.waiting, screen.waiting_ns, self._picture)
                screen.waiting, screen.picture_had = None, newest

    def _answer(self, who: bytes, ask: Ask, received_ns: int, picture: Picture | None) -> None:
        answer = Answer(ask.number, ask.asked_ns, received_ns, self._clock(), picture)
        try:
            self._questions.send_multipart([who, encode(answer)], zmq.NOBLOCK, copy=False)
        except zmq.ZMQError:  # gone, or slower than its own questions
            self._health.counters["answers dropped"] += 1

    def _report(self) -> None:
        now_ns = self._clock()
        self._screens = {who: s for who, s in self._screens.items() if now_ns - s.heard_ns < FORGOTTEN_AFTER_NS}
        self._door.count()
        for reason, times in self._door.turned_away.items():
            self._health.counters[f"turned away: {reason}"] = times
        for reason, times in self.rejected.items():
            self._health.counters[f"refused: {reason}"] = times
        self._health.counters["missed"] = sum(reader.missed for reader, _ in self._readers if isinstance(reader, Every))
        self._health.facts["screens"] = str(len(self._screens))
        self._health.beat()


def run(wire: Wire, stop: StopFlag, address: str, keys: Keys) -> int:
    """Share until asked to stop. Returns the exit code."""
    health = HealthReporter(wire)
    try:
        share = Share(wire, address, keys, health)
    except KeysError as error:
        health.say("failed", str(error))
        print(error, file=sys.stderr)
        return EXIT_NOT_OPEN
    try:
        while not stop:
            share.round()
    finally:
        share.close()
    return 0


def next_port(address: str) -> str:
    """The address of the questions, beside that of the messages."""
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + 1}"


def _prepare_news(socket: "zmq.Socket[bytes]") -> None:
    socket.setsockopt(zmq.SNDHWM, 10 * _QUEUE)
    # A subscription is all that may come in.
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_ASK_BYTES)


def _prepare_questions(socket: "zmq.Socket[bytes]") -> None:
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
    socket.setsockopt(zmq.RCVHWM, _QUEUE)
    socket.setsockopt(zmq.SNDHWM, 4)
    # Larger ones end the connection before they are read.
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_ASK_BYTES)

"""The process that brings another machine's messages and pictures here, told in our time, as if their makers ran here.

It asks for one picture at a time and for an echo every second. Nothing is passed on before the clocks have been compared.
"""

from collections import Counter
from pathlib import Path

import zmq

from wire import codec
from wire.clock import NS_PER_MS, Clock, monotonic_ns, s_to_ns
from wire.frame_sockets import FramePublisher
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Command, Health
from wire.remote.curve import knock
from wire.remote.keys import KeyPair
from wire.remote.peer_clock import Echo, PeerClock
from wire.remote.protocol import MAX_ANSWER_BYTES, Answer, Ask, ProtocolError, decode_answer, encode, frame_of
from wire.remote.share import SHARED, next_port
from wire.remote.shift import shifted, shifted_frame
from wire.sockets import Wire
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, COMMAND, FOLLOW, RECORDER, Policy

POLL_MS = 50
FIRST_ECHOES = 10
"""As fast as they come, so that the first picture is not kept waiting."""
ECHO_PERIOD_NS = s_to_ns(1.0)
ASK_AGAIN_NS = s_to_ns(1.0)
"""A question without an answer was lost with its connection."""
SILENT_NS = s_to_ns(3.0)
STOOD_FOR = (CAPTURE, ANALYSIS, COACH, AUDIO, RECORDER)
"""The other machine's processes, whose place we take here."""


class Follow:
    """One round: questions out, answers and messages in, and on to this machine's processes."""

    def __init__(self, directory: Path, address: str, own: KeyPair, server_key: str, clock: Clock = monotonic_ns) -> None:
        self._clock = clock
        self._address = address
        self._wire = Wire(directory, FOLLOW, clock)
        self._stand_ins = {process: Wire(directory, process, clock) for process in STOOD_FOR}
        # All at once: whoever binds only when there is something to say is not heard at first.
        self._publishers = {
            (topic.name, process): self._stand_ins[process].publisher(topic)
            for topic in SHARED
            for process in topic.producers
            if process in STOOD_FOR
        }
        self._frames: FramePublisher = self._stand_ins[CAPTURE].frame_publisher()
        self._commands = self._wire.every(COMMAND, Command)
        self._health = HealthReporter(self._wire)
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._keys = (own, server_key)
        self._connect()
        self.clock = PeerClock()
        self.rejected: Counter[str] = Counter()
        self.missed = 0
        """Messages of which every one counts that were lost on the way."""
        self._number = 0
        self._echoes = 0
        self._echo_due_ns = 0
        self._news_ns = self._answer_ns = clock()
        """The last word of each of the two connections, or the start: one may live while the other has been turned away."""
        self._last_seq: dict[tuple[int, int], int] = {}
        self._health.say("starting", f"Looking for the camera at {address}.")

    def round(self) -> None:
        """Wait at most 50 ms for something to do, and do it."""
        self._ask()
        self._poller.poll(POLL_MS)
        for command in self._commands.take_all():
            # The end of this screen is its own supervisor's business.
            if command.name != "quit":
                self._send(Ask(self._next_number(), self._clock(), "nothing", command))
        while (packed := _received(self._questions)) is not None:
            self._take_answer(packed)
        while (packed := _received(self._news)) is not None:
            self._take_news(packed)
        self._report()

    def close(self) -> None:
        """Close everything."""
        self._context.destroy(linger=0)
        self._health.say("ended")
        for wire in (*self._stand_ins.values(), self._wire):
            wire.close()

    def _connect(self) -> None:
        self._news = self._context.socket(zmq.SUB)
        self._news.setsockopt(zmq.MAXMSGSIZE, codec.MAX_MESSAGE_BYTES)
        self._news.setsockopt(zmq.SUBSCRIBE, b"")
        self._questions = self._context.socket(zmq.DEALER)
        self._questions.setsockopt(zmq.MAXMSGSIZE, MAX_ANSWER_BYTES)
        self._questions.setsockopt(zmq.SNDHWM, 8)
        for socket, where in ((self._news, self._address), (self._questions, next_port(self._address))):
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RECONNECT_IVL, 200)
            socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
            socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)
            # The camera's machine forgets a connection whose cable has been pulled.
            socket.setsockopt(zmq.HEARTBEAT_TTL, 5000)
            knock(socket, *self._keys)
            socket.connect(where)
        self._poller = zmq.Poller()
        for socket in (self._news, self._questions, self._commands.socket):
            self._poller.register(socket, zmq.POLLIN)
        self._connected_ns = self._clock()
        self._picture_asked_ns: int | None = None

    def _connect_again(self) -> None:
        """libzmq never tries again where it was turned away; a key may have been allowed since."""
        self._news.close()
        self._questions.close()
        self._connect()

    def _ask(self) -> None:
        now_ns = self._clock()
        if now_ns >= self._echo_due_ns:
            self._echo_due_ns = now_ns + (ECHO_PERIOD_NS if self._echoes >= FIRST_ECHOES else ECHO_PERIOD_NS // 20)
            self._send(Ask(self._next_number(), now_ns, "echo"))
        if self._picture_asked_ns is None or now_ns - self._picture_asked_ns > ASK_AGAIN_NS:
            self._picture_asked_ns = now_ns
            self._send(Ask(self._next_number(), now_ns, "picture"))

    def _send(self, ask: Ask) -> None:
        try:
            self._questions.send(encode(ask), zmq.NOBLOCK)
        except zmq.Again:  # nobody there yet
            self._health.counters["questions dropped"] += 1

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _take_answer(self, packed: bytes) -> None:
        heard_ns = self._clock()
        offset_ns = self.clock.offset_ns
        try:
            answer = decode_answer(packed)
            frame = None if answer.picture is None else frame_of(answer.picture)
            if frame is not None and offset_ns is not None:
                frame = shifted_frame(frame, offset_ns)
        except ProtocolError as error:
            self.rejected[error.reason] += 1
            return
        self._answer_ns = heard_ns
        if frame is None:
            self._take_echo(answer, heard_ns)
            return
        self._picture_asked_ns = None
        if offset_ns is not None:
            self._frames.send(frame)
            self._health.add_ns("picture's age", heard_ns - frame.capture_ns)

    def _take_echo(self, answer: Answer, heard_ns: int) -> None:
        if not 0 < answer.number <= self._number:
            self.rejected["unasked"] += 1
            return
        self._echoes += 1
        self.clock.add(Echo(answer.asked_ns, answer.received_ns, answer.answered_ns, heard_ns))

    def _take_news(self, packed: bytes) -> None:
        try:
            topic = codec.topic_of(packed)
            if topic not in SHARED:
                raise codec.MessageError("topic")
            envelope = codec.decode(topic, packed)
        except codec.MessageError as error:
            self.rejected[error.reason] += 1
            return
        stream = (topic.number, envelope.epoch)
        last = self._last_seq.get(stream)
        if last is not None and envelope.seq <= last:
            self.rejected["replayed"] += 1
            return
        if last is not None and topic.policy is Policy.EVERY_ONE_COUNTS:
            self.missed += envelope.seq - last - 1
        self._last_seq[stream] = envelope.seq
        self._news_ns = self._clock()
        offset_ns = self.clock.offset_ns
        message = envelope.message
        producer = message.process if isinstance(message, Health) else topic.producers[0]
        if offset_ns is not None and (topic.name, producer) in self._publishers:
            try:
                told = shifted(message, offset_ns)
            except ProtocolError as error:
                self.rejected[error.reason] += 1
                return
            self._publishers[topic.name, producer].send(told)

    def _report(self) -> None:
        health, now_ns = self._health, self._clock()
        for reason, times in self.rejected.items():
            health.counters[f"refused: {reason}"] = times
        health.counters["missed"] = self.missed + self._commands.missed
        health.counters["echoes not believed"] = self.clock.refused
        health.counters["clock jumps"] = self.clock.jumps
        if self.clock.offset_ns is not None:
            health.facts["the other clock"] = f"known to {self.clock.uncertainty_ns / NS_PER_MS:.2f} ms"
        if now_ns - min(self._news_ns, self._answer_ns) < SILENT_NS:
            health.say("running" if self.clock.offset_ns is not None else "starting")
        else:
            if now_ns - self._connected_ns > SILENT_NS:
                self._connect_again()
            health.say("degraded", f"No word from {self._address}: is HipCue running there, and is this screen's key allowed?")
        health.beat()


def run(directory: Path, stop: StopFlag, address: str, own: KeyPair, server_key: str) -> int:
    """Follow until asked to stop. Returns the exit code."""
    follow = Follow(directory, address, own, server_key)
    try:
        while not stop:
            follow.round()
    finally:
        follow.close()
    return 0


def _received(socket: "zmq.Socket[bytes]") -> bytes | None:
    try:
        parts = socket.recv_multipart(zmq.NOBLOCK)
    except zmq.Again:
        return None
    return parts[0] if len(parts) == 1 else b""

"""The process that serves screens on other machines: it publishes messages as they arrive, and frames on request.

Two ports, both for allowed keys only (wire/remote/curve.py). The first publishes every message. The next one takes requests:
a frame reply has the newest frame that this screen has not had, so that a slow network gets fewer frames, never older ones;
a time reply lets the screen compare the clocks. docs/wire.md describes the format.
"""

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec
import zmq

from wire.clock import s_to_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.lifecycle import StopFlag
from wire.messages import Sample
from wire.node import Node
from wire.remote.curve import CurveServer
from wire.remote.keys import Keys, KeysError
from wire.remote.protocol import MAX_REQUEST_BYTES, JpegFrame, ProtocolError, Reply, Request, compressed, decode_request, encode
from wire.sockets import Publisher, Wire
from wire.topics import BELT, COMMAND, CUE, HEALTH, PHASE, PLAYED, SAMPLE, STRIDE

SHARED_TOPICS = (SAMPLE, STRIDE, CUE, PLAYED, PHASE, HEALTH, BELT)
"""The topics that a screen needs. Settings, which may contain passwords, stay on this machine."""
LOCAL_COMMANDS = ("quit", "pairing_code")
"""Refused from another machine."""
EXIT_NOT_OPEN = 6
REPORT_PERIOD_S = 0.5
REQUESTS_PER_ROUND = 64
MAX_REQUESTS_PER_S = 500
"""Per screen; frames at 240 fps and the time once a second are far fewer. The rest is dropped."""
FORGET_AFTER_NS = s_to_ns(10.0)
_QUEUE = 100


@dataclass
class _Screen:
    """One connection."""

    received_ns: int
    last_number: int = 0
    waiting: Request | None = None
    """The request whose frame has not arrived yet."""
    waiting_since_ns: int = 0
    last_frame: tuple[int, int] = (0, 0)
    """Epoch and sequence number of the last frame sent."""
    second_began_ns: int = 0
    requests: int = 0
    """Requests in this second."""


class ShareServer:
    """Publishes, receives requests and replies to them; `step` is the loop body. Raises KeysError if it cannot bind."""

    def __init__(self, node: Node, address: str, keys: Keys) -> None:
        self._now_ns = node.clock
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        with ExitStack() as opened:
            opened.callback(context.destroy, linger=0)
            self._server = opened.enter_context(CurveServer(keys, context))
            self._messages = self._server.bind(zmq.PUB, address, _configure_messages)
            self._requests = self._server.bind(zmq.ROUTER, request_address(address), _configure_requests)
            self._close = opened.pop_all().close
        for topic in SHARED_TOPICS:
            assert topic.message is not None
            node.subscribe(topic, topic.message, _of_main_camera(Publisher(self._messages, topic, node.clock).send))
        node.wake_on(self._requests)
        node.each(REPORT_PERIOD_S, self._report)
        self._frames = node.frames()
        self._commands = node.publisher(COMMAND)
        self._health = node.health
        self._health.facts["address"] = address
        self.rejected: Counter[str] = Counter()
        self._screens: dict[bytes, _Screen] = {}
        self._frame: Frame | None = None
        self._jpeg_frame: JpegFrame | None = None
        """The same, once a screen has requested it."""
        self._health.running()

    def step(self) -> None:
        """Handle the requests that have been received, and send the newest frame to the screens that wait for it."""
        for _ in range(REQUESTS_PER_ROUND):
            try:
                parts = self._requests.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._handle_request(parts)
        frame = self._frames.take()
        if frame is not None:
            self._frame, self._jpeg_frame = frame, None
        self._send_frames()

    def close(self) -> None:
        """Close all sockets and stop the authenticator."""
        self._close()
        self._health.ended()

    def _handle_request(self, parts: list[bytes]) -> None:
        received_ns = self._now_ns()
        if len(parts) != 2:
            self.rejected["parts"] += 1
            return
        identity, packed = parts
        screen = self._screens.setdefault(identity, _Screen(received_ns))
        screen.received_ns = received_ns
        if received_ns - screen.second_began_ns > s_to_ns(1.0):
            screen.second_began_ns, screen.requests = received_ns, 0
        screen.requests += 1
        if screen.requests > MAX_REQUESTS_PER_S:
            self.rejected["too many"] += 1
            return
        try:
            request = decode_request(packed)
        except ProtocolError as error:
            self.rejected[error.reason] += 1
            return
        if request.number <= screen.last_number:
            self.rejected["replayed"] += 1
            return
        screen.last_number = request.number
        if request.command is not None:
            # A screen must neither end the program on this machine nor pair a tablet with it.
            if request.command.name in LOCAL_COMMANDS:
                self.rejected[request.command.name] += 1
            else:
                self._commands.send(request.command)
        if request.want == "frame":
            screen.waiting, screen.waiting_since_ns = request, received_ns
        elif request.want == "time":
            self._reply(identity, request, received_ns, None)

    def _send_frames(self) -> None:
        """Send the newest frame to every screen that waits for one and has not had it."""
        if self._frame is None:
            return
        newest = (self._frame.epoch, self._frame.seq)
        for identity, screen in self._screens.items():
            if screen.waiting is not None and screen.last_frame != newest:
                if self._jpeg_frame is None:
                    began_ns = self._now_ns()
                    self._jpeg_frame = compressed(self._frame)
                    self._health.add_ns("jpeg", self._now_ns() - began_ns)
                self._reply(identity, screen.waiting, screen.waiting_since_ns, self._jpeg_frame)
                screen.waiting, screen.last_frame = None, newest

    def _reply(self, identity: bytes, request: Request, received_ns: int, frame: JpegFrame | None) -> None:
        reply = Reply(request.number, request.sent_ns, received_ns, self._now_ns(), frame)
        try:
            self._requests.send_multipart([identity, encode(reply)], zmq.NOBLOCK, copy=False)
        except zmq.ZMQError:  # disconnected, or its queue is full
            self._health.counters["replies dropped"] += 1

    def _report(self) -> None:
        now_ns = self._now_ns()
        self._screens = {
            identity: screen for identity, screen in self._screens.items() if now_ns - screen.received_ns < FORGET_AFTER_NS
        }
        self._server.count_refused()
        for reason, times in self._server.refused.items():
            self._health.counters[f"connections refused: {reason}"] = times
        for reason, times in self.rejected.items():
            self._health.counters[f"refused: {reason}"] = times
        self._health.facts["screens"] = str(len(self._screens))


def run(wire: Wire, stop: StopFlag, address: str, keys: Keys) -> int:
    """Serve screens until asked to stop. Returns the exit code."""
    node = Node(wire, stop)
    try:
        server = ShareServer(node, address, keys)
    except KeysError as error:
        node.health.failed(FaultCode.ADDRESS_NOT_OPENED, address, str(error))
        print(error, file=sys.stderr)
        return EXIT_NOT_OPEN
    try:
        return node.run(server.step)
    finally:
        server.close()


def request_address(address: str) -> str:
    """The address for requests: the port after that of the messages."""
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + 1}"


def _of_main_camera(send: Callable[[msgspec.Struct], None]) -> Callable[[msgspec.Struct], None]:
    """Keeps back the samples of a second camera: no frame of it is sent, and readers of the newest sample would miss others."""

    def handle(message: msgspec.Struct) -> None:
        if not isinstance(message, Sample) or message.camera == "main":
            send(message)

    return handle


def _configure_messages(socket: "zmq.Socket[bytes]") -> None:
    socket.setsockopt(zmq.SNDHWM, 10 * _QUEUE)
    # Clients send subscriptions only.
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST_BYTES)


def _configure_requests(socket: "zmq.Socket[bytes]") -> None:
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
    socket.setsockopt(zmq.RCVHWM, _QUEUE)
    socket.setsockopt(zmq.SNDHWM, 4)
    # A larger one ends the connection before it is read.
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST_BYTES)

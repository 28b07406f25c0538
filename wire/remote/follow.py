"""The process that republishes another machine's messages and frames here, in this machine's time.

It requests one frame at a time, and the other clock's time every second. It publishes nothing before the clocks are compared.
"""

from collections import Counter

import zmq

from wire import codec
from wire.clock import NS_PER_MS, s_to_ns
from wire.faults import FaultCode
from wire.lifecycle import StopFlag
from wire.messages import Command, Health
from wire.node import Node
from wire.remote.curve import ClientRefusals, set_client_keys
from wire.remote.keys import KeyPair
from wire.remote.peer_clock import PeerClock, RoundTrip
from wire.remote.protocol import MAX_REPLY_BYTES, ProtocolError, Reply, Request, decode_reply, decompressed, encode
from wire.remote.share import LOCAL_COMMANDS, SHARED_TOPICS, request_address
from wire.remote.shift import shifted, shifted_frame
from wire.sockets import Wire
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, COMMAND, RECORDER, Policy

REPORT_PERIOD_S = 0.5
FIRST_ROUND_TRIPS = 10
"""These follow each other quickly, so that the first frame need not wait."""
TIME_PERIOD_NS = s_to_ns(1.0)
FIRST_TIME_PERIOD_NS = TIME_PERIOD_NS // 20
REQUEST_TIMEOUT_NS = s_to_ns(1.0)
"""A request without a reply was lost with its connection."""
SILENT_NS = s_to_ns(3.0)
REFUSALS = (FaultCode.CAMERA_MACHINE_REFUSES_KEY, FaultCode.CAMERA_MACHINE_HAS_OTHER_KEY)
REMOTE_PROCESSES = (CAPTURE, ANALYSIS, COACH, AUDIO, RECORDER)
"""The processes of the other machine whose messages are published here."""


class FollowClient:
    """Sends requests, receives replies and messages, and republishes them. `step` is the loop body.

    Without `frames`, it asks for no pictures.
    """

    def __init__(self, node: Node, address: str, own: KeyPair, server_key: str, frames: bool = True) -> None:
        self._now_ns = node.clock
        self._node = node
        self._wants_frames = frames
        self._health = node.health
        self._address = address
        self._keys = (own, server_key)
        # All are bound at the start: subscribers would miss the first messages of a publisher bound later.
        self._publishers = {
            (topic.name, process): node.wire.publisher(topic, process)
            for topic in SHARED_TOPICS
            for process in topic.producers
            if process in REMOTE_PROCESSES
        }
        self._frames = node.wire.frame_publisher(CAPTURE)
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._connect()
        self.clock = PeerClock()
        self.rejected: Counter[str] = Counter()
        self.missed = 0
        """Lost messages of topics that must not lose any."""
        self._number = 0
        self._round_trips = 0
        self._time_due_ns = 0
        # Both, because one connection may work while the other was refused.
        self._message_received_ns = self._reply_received_ns = self._now_ns()
        self._last_seq: dict[tuple[int, int], int] = {}
        node.subscribe(COMMAND, Command, self._handle_command)
        node.each(REPORT_PERIOD_S, self._report)

    def step(self) -> None:
        """Handle what has been received, and send the requests that are due."""
        while (packed := _receive(self._requests)) is not None:
            self._handle_reply(packed)
        while (packed := _receive(self._messages)) is not None:
            self._handle_message(packed)
        self._send_due_requests()

    def close(self) -> None:
        """Close the connections."""
        self._refusals.close()
        self._context.destroy(linger=0)
        self._health.ended()

    def _connect(self) -> None:
        self._messages = self._context.socket(zmq.SUB)
        self._messages.setsockopt(zmq.MAXMSGSIZE, codec.MAX_MESSAGE_BYTES)
        self._messages.setsockopt(zmq.SUBSCRIBE, b"")
        self._requests = self._context.socket(zmq.DEALER)
        self._requests.setsockopt(zmq.MAXMSGSIZE, MAX_REPLY_BYTES)
        self._requests.setsockopt(zmq.SNDHWM, 8)
        self._refusals = ClientRefusals(self._messages, self._requests)
        for socket, address in ((self._messages, self._address), (self._requests, request_address(self._address))):
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RECONNECT_IVL, 200)
            socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
            socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)
            # The camera's machine drops a connection whose cable was unplugged.
            socket.setsockopt(zmq.HEARTBEAT_TTL, 5000)
            set_client_keys(socket, *self._keys)
            socket.connect(address)
            self._node.wake_on(socket)
        self._connected_ns = self._now_ns()
        self._frame_requested_ns: int | None = None

    def _reconnect(self) -> None:
        """libzmq does not reconnect after it was refused, but the key may have been allowed since."""
        self._refusals.close()
        for socket in (self._messages, self._requests):
            self._node.stop_waking_on(socket)
            socket.close()
        self._connect()

    def _handle_command(self, command: Command) -> None:
        # "quit" ends this machine's screen only, its supervisor handles it; a pairing code is this machine's console's.
        if command.name not in LOCAL_COMMANDS:
            self._send(Request(self._next_number(), self._now_ns(), "nothing", command))

    def _send_due_requests(self) -> None:
        now_ns = self._now_ns()
        if now_ns >= self._time_due_ns:
            period_ns = TIME_PERIOD_NS if self._round_trips >= FIRST_ROUND_TRIPS else FIRST_TIME_PERIOD_NS
            self._time_due_ns = now_ns + period_ns
            self._send(Request(self._next_number(), now_ns, "time"))
        if not self._wants_frames:
            return
        if self._frame_requested_ns is None or now_ns - self._frame_requested_ns > REQUEST_TIMEOUT_NS:
            self._frame_requested_ns = now_ns
            self._send(Request(self._next_number(), now_ns, "frame"))

    def _send(self, request: Request) -> None:
        try:
            self._requests.send(encode(request), zmq.NOBLOCK)
        except zmq.Again:  # not connected
            self._health.counters["requests dropped"] += 1

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _handle_reply(self, packed: bytes) -> None:
        received_ns = self._now_ns()
        offset_ns = self.clock.offset_ns
        try:
            reply = decode_reply(packed)
            frame = None if reply.frame is None else decompressed(reply.frame)
            if frame is not None and offset_ns is not None:
                frame = shifted_frame(frame, offset_ns)
        except ProtocolError as error:
            self.rejected[error.reason] += 1
            return
        self._reply_received_ns = received_ns
        if frame is None:
            self._add_round_trip(reply, received_ns)
            return
        self._frame_requested_ns = None
        if offset_ns is not None:
            self._frames.send(frame)
            self._health.add_ns("age of a frame", received_ns - frame.capture_ns)

    def _add_round_trip(self, reply: Reply, received_ns: int) -> None:
        if not 0 < reply.number <= self._number:
            self.rejected["unrequested"] += 1
            return
        self._round_trips += 1
        self.clock.add(RoundTrip(reply.request_sent_ns, reply.received_ns, reply.sent_ns, received_ns))

    def _handle_message(self, packed: bytes) -> None:
        try:
            topic = codec.topic_of(packed)
            if topic not in SHARED_TOPICS:
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
        self._message_received_ns = self._now_ns()
        offset_ns = self.clock.offset_ns
        message = envelope.message
        producer = message.process if isinstance(message, Health) else topic.producers[0]
        if offset_ns is not None and (topic.name, producer) in self._publishers:
            try:
                local = shifted(message, offset_ns)
            except ProtocolError as error:
                self.rejected[error.reason] += 1
                return
            self._publishers[topic.name, producer].send(local)

    def _report(self) -> None:
        health, now_ns = self._health, self._now_ns()
        for reason, times in self.rejected.items():
            health.counters[f"refused: {reason}"] = times
        for code, times in self._refusals.update().items():
            health.counters[f"connections refused: {code.value.replace('_', ' ')}"] += times
        health.counters["missed"] = self.missed
        health.counters["round trips ignored"] = self.clock.refused
        health.counters["clock jumps"] = self.clock.jumps
        if self.clock.offset_ns is not None:
            health.facts["clock offset"] = f"known to {self.clock.uncertainty_ns / NS_PER_MS:.2f} ms"
        if now_ns - min(self._message_received_ns, self._reply_received_ns) < SILENT_NS:
            health.clear(FaultCode.CAMERA_MACHINE_SILENT, *REFUSALS)
            if self.clock.offset_ns is not None:
                health.running()
        else:
            why = self._refusals.fault
            if why is not None:
                health.clear(*(code for code in REFUSALS if code is not why))
                health.fault(why, self._address)
            if now_ns - self._connected_ns > SILENT_NS:
                if why is None:
                    health.clear(*REFUSALS)
                self._reconnect()
            health.running()
            health.fault(FaultCode.CAMERA_MACHINE_SILENT, self._address)


def run(wire: Wire, stop: StopFlag, address: str, own: KeyPair, server_key: str) -> int:
    """Follow the camera's machine until asked to stop. Returns the exit code."""
    node = Node(wire, stop)
    client = FollowClient(node, address, own, server_key)
    try:
        return node.run(client.step)
    finally:
        client.close()


def _receive(socket: "zmq.Socket[bytes]") -> bytes | None:
    """A message of one part; b"", which is malformed, for one of several; None if there is none."""
    try:
        parts = socket.recv_multipart(zmq.NOBLOCK)
    except zmq.Again:
        return None
    return parts[0] if len(parts) == 1 else b""

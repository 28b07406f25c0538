"""A machine without an allowed key, or one that misbehaves, gets and does nothing; the others are served."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.support.eventually import eventually
from tests.support.message_examples import cue, stride
from tests.support.two_machines import TwoMachines, frame
from wire import codec
from wire.clock import monotonic_ns
from wire.faults import FaultCode
from wire.messages import Command, Cue, Health, Stride
from wire.remote.curve import set_client_keys
from wire.remote.follow import FollowClient
from wire.remote.keys import KeyPair, Keys
from wire.remote.protocol import MAX_REQUEST_BYTES, Request, encode
from wire.remote.share import MAX_REQUESTS_PER_S, request_address
from wire.topics import CUE, FOLLOW, HEALTH, STRIDE


def configured(own: KeyPair, server_key: str) -> "Callable[[zmq.Socket[bytes]], None]":
    return lambda one: set_client_keys(one, own, server_key)


class TestNobodyElseGetsIn:
    def receives_nothing(self, machines: TwoMachines, messages: Any, requests: Any) -> None:
        """The stranger sends requests while the camera runs and receives nothing; an allowed screen is served meanwhile."""
        machines.follow()
        cues = machines.screen.wire("display").every(CUE, Cue)
        requested = 0
        received = 0

        def screen_served() -> bool:
            nonlocal requested, received
            requested += 1
            machines.frames.send(frame(requested))
            machines.cues.send(cue(stride_number=requested))
            with suppress(zmq.Again):
                requests.send(encode(Request(requested, monotonic_ns(), "frame", Command("pause"))), zmq.NOBLOCK)
            received += len(cues.take_all())
            return received > 20

        eventually(screen_served, "the screen's cues")
        assert messages.poll(200) == 0
        assert requests.poll(0) == 0
        assert machines.commands.take_all() == []

    def test_without_a_key(self, machines: TwoMachines, connected: Callable[..., Any]) -> None:
        messages = connected(machines.address, zmq.SUB)
        self.receives_nothing(machines, messages, connected(request_address(machines.address), zmq.DEALER))
        # Which end closes first, and therefore the exact reason, varies.
        machines.counted("connections refused")

    def test_with_a_key_that_is_not_allowed(self, machines: TwoMachines, connected: Callable[..., Any], tmp_path: Path) -> None:
        configure = configured(Keys(tmp_path / "stranger").new(), machines.camera_key)
        messages = connected(machines.address, zmq.SUB, configure)
        self.receives_nothing(machines, messages, connected(request_address(machines.address), zmq.DEALER, configure))
        machines.counted("connections refused: key not allowed")

    def test_expecting_another_server_key(self, machines: TwoMachines, connected: Callable[..., Any], tmp_path: Path) -> None:
        configure = configured(machines.screen.keys.own(), Keys(tmp_path / "other").new().public)
        messages = connected(machines.address, zmq.SUB, configure)
        self.receives_nothing(machines, messages, connected(request_address(machines.address), zmq.DEALER, configure))

    def test_without_zeromq(self, machines: TwoMachines) -> None:
        eventually(machines.healths.take, "the server")
        host, _, port = request_address(machines.address).removeprefix("tcp://").rpartition(":")
        with socket.create_connection((host, int(port))) as raw, socket.create_connection((host, int(port))) as silent:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n" * 1000)
            silent.sendall(b"\xff")
            machines.follow()
            machines.delivers(machines.screen.wire("display").every(STRIDE, Stride))

    @pytest.mark.slow
    def test_a_key_that_is_allowed_later_can_connect_then(
        self, machines: TwoMachines, connected: Callable[..., Any], tmp_path: Path
    ) -> None:
        machines.camera.keys.forbid("screen")
        other = Keys(tmp_path / "other").new()
        machines.camera.keys.allow("other", other.public)
        messages = connected(machines.address, zmq.SUB, configured(other, machines.camera_key))
        machines.follow()
        strides = machines.screen.wire("display").every(STRIDE, Stride)
        machines.counted("connections refused: key not allowed")

        def other_receives() -> bool:
            machines.strides.send(stride())
            return bool(messages.poll(50)) and codec.topic_of(messages.recv()) is STRIDE

        for _ in range(3):
            eventually(other_receives, "the other screen's stride")
        assert strides.take_all() == []
        machines.camera.keys.allow("screen", machines.screen.keys.own().public)
        machines.delivers(strides)


class TestAMisbehavingScreen:
    @pytest.fixture
    def requests(self, machines: TwoMachines, connected: Callable[..., Any]) -> Any:
        configure = configured(machines.screen.keys.own(), machines.camera_key)
        return connected(request_address(machines.address), zmq.DEALER, configure)

    @staticmethod
    def still_served(requests: Any, number: int) -> bool:
        """A valid request still gets a reply."""
        requests.send(encode(Request(number, monotonic_ns())))
        return bool(eventually(lambda: requests.poll(50) and requests.recv_multipart(), "a reply"))

    @pytest.mark.parametrize("garbage", [b"", b"\xc1", b"\x80", b"\x00" * 900, b"\x91" * 900], ids=range(5))
    def test_malformed_requests_are_counted(self, machines: TwoMachines, requests: Any, garbage: bytes) -> None:
        requests.send(garbage)
        machines.counted("refused: malformed")
        assert self.still_served(requests, 1)

    def test_requests_of_several_parts_are_counted(self, machines: TwoMachines, requests: Any) -> None:
        requests.send_multipart([b"a", b"b", b"c"])
        machines.counted("refused: parts")
        assert self.still_served(requests, 1)

    def test_a_replayed_request_is_counted_and_handled_once(self, machines: TwoMachines, requests: Any) -> None:
        number = 0

        def handled() -> bool:
            nonlocal number
            number += 1
            requests.send(encode(Request(number, monotonic_ns(), "nothing", Command("mute"))))
            return bool(machines.commands.take_all())

        eventually(handled, "the first command")
        pause = encode(Request(number + 1, monotonic_ns(), "nothing", Command("pause")))
        for _ in range(3):
            requests.send(pause)
        machines.counted("refused: replayed", 2)
        assert [command.name for command in machines.commands.take_all()].count("pause") == 1
        assert self.still_served(requests, number + 2)

    def test_an_oversize_request_ends_its_connection_and_nothing_else(self, machines: TwoMachines, requests: Any) -> None:
        requests.send(bytes(MAX_REQUEST_BYTES * 100))
        machines.follow()
        machines.delivers(machines.screen.wire("display").every(STRIDE, Stride))

    def test_a_flood_is_counted_and_others_are_still_served(self, machines: TwoMachines, requests: Any) -> None:
        machines.follow()
        frames = machines.screen.wire("display").frames()
        number = 0
        received = 0

        def served() -> bool:
            nonlocal number, received
            for _ in range(200):
                number += 1
                try:
                    requests.send(encode(Request(number, monotonic_ns())), zmq.NOBLOCK)
                except zmq.Again:
                    break
            machines.frames.send(frame(number))
            received += frames.take() is not None
            return received >= 10 and number > 4 * MAX_REQUESTS_PER_S

        eventually(served, "ten frames during a flood")
        machines.counted("refused: too many")


class TestTheClientSaysWhy:
    """Given a machine that does not let it in, the client reports the key that is missing, and where."""

    @pytest.mark.raises_fault(FaultCode.CAMERA_MACHINE_REFUSES_KEY, FaultCode.CAMERA_MACHINE_HAS_OTHER_KEY)
    @pytest.mark.parametrize("code", [FaultCode.CAMERA_MACHINE_REFUSES_KEY, FaultCode.CAMERA_MACHINE_HAS_OTHER_KEY])
    def test_and_forgets_it_once_it_is_let_in(self, machines: TwoMachines, tmp_path: Path, code: FaultCode) -> None:
        refuses = code is FaultCode.CAMERA_MACHINE_REFUSES_KEY
        own = Keys(tmp_path / "stranger").new() if refuses else machines.screen.keys.own()
        server_key = machines.camera_key if refuses else Keys(tmp_path / "other").new().public
        healths = machines.screen.wire("spectator").newest(HEALTH, Health)
        machines.screen.start(FOLLOW, lambda node: FollowClient(node, machines.address, own, server_key))

        def reported() -> Health | None:
            health = healths.take()
            return health if health is not None and code in {fault.code for fault in health.faults} else None

        found = eventually(reported, "the reason")
        assert any(name.startswith("connections refused: camera machine") for name in found.counters)
        assert {fault.device for fault in found.faults} == {machines.address}
        if refuses:
            machines.camera.keys.allow("stranger", own.public)
            eventually(lambda: (one := healths.take()) is not None and not one.faults, "it is let in")

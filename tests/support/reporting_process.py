"""A process of the program in a thread, and the faults that it reports."""

import threading
from collections.abc import Callable
from pathlib import Path

from tests.support.eventually import DEADLINE_S, eventually
from wire.faults import FaultCode
from wire.lifecycle import StopFlag
from wire.messages import Fault, Health
from wire.sockets import Publisher, Wire
from wire.topics import HEALTH, Topic

Body = Callable[[Wire, StopFlag], object]


class _HeardWire(Wire):
    """Publishes health on one socket, which every caller shares."""

    _health: Publisher | None = None

    def publisher(self, topic: Topic, producer: str = "") -> Publisher:
        if topic is not HEALTH:
            return super().publisher(topic, producer)
        self._health = self._health or super().publisher(topic, producer)
        return self._health


class ReportingProcess:
    """Runs `body` as the process `name`; `health` is its last report."""

    def __init__(self, directory: Path, name: str, body: Body) -> None:
        self.health: Health | None = None
        self.stop = StopFlag()
        self._name = name
        self._directory = directory
        self._body = body
        self._spectator = Wire(directory, "spectator")
        self._healths = self._spectator.newest(HEALTH, Health)
        self._subscribed = threading.Event()
        self._read = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        # Here, not in the thread: a socket of ZeroMQ belongs to one thread.
        eventually(lambda: self._healths.socket.poll(10) != 0, "the spectator has subscribed")
        self._subscribed.set()

    def _run(self) -> None:
        with _HeardWire(self._directory, self._name) as wire:
            # A process that fails reports it once, at its start: it starts when the spectator has subscribed.
            hello = Health(self._name, 0, "starting", 0, 0, {}, {}, {})
            while not self._subscribed.wait(0.01):
                wire.publisher(HEALTH).send(hello)
            self._body(wire, self.stop)
            self._read.wait(timeout=DEADLINE_S)

    def until_running(self) -> None:
        """Wait until the process is running. Raises AssertionError when it never is."""

        def running() -> bool:
            health = self._last_health()
            return health is not None and health.state == "running"

        eventually(running, f"{self._name} is running", DEADLINE_S)

    def until_fault(self, code: FaultCode) -> Fault:
        """The fault, once it is reported. Raises AssertionError when it never is."""

        return eventually(lambda: self.fault(code), f"{code.value} is reported", DEADLINE_S)

    def fault(self, code: FaultCode) -> Fault | None:
        """The fault, if the process reports it now."""
        health = self._last_health()
        return None if health is None else next((fault for fault in health.faults if fault.code is code), None)

    def _last_health(self) -> Health | None:
        while (health := self._healths.take()) is not None:
            if health.process == self._name:
                self.health = health
        return self.health

    def close(self) -> None:
        self.stop.set()
        self._read.set()
        self._thread.join(timeout=DEADLINE_S)
        assert not self._thread.is_alive()
        self._spectator.close()

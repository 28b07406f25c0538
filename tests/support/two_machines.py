"""A camera's machine and a screen's machine in one process, each with its own keys, sockets and clock."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.support.eventually import eventually
from tests.support.message_examples import stride
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.endpoints import private_directory
from wire.frames.frame import Frame
from wire.lifecycle import StopFlag
from wire.messages import Command, Health, Stride
from wire.node import IDLE_WAIT_MS, Node
from wire.remote.follow import FollowClient
from wire.remote.keys import Keys
from wire.remote.share import ShareServer
from wire.sockets import Every, Wire
from wire.topics import COMMAND, CUE, FOLLOW, HEALTH, SAMPLE, SHARE, STRIDE

OTHER_CLOCK_NS = s_to_ns(1_000_000.0)
"""How much longer the screen's machine has been running."""


def screen_clock() -> int:
    return monotonic_ns() + OTHER_CLOCK_NS


def free_address() -> str:
    """An address whose port and the next one are free."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return f"tcp://127.0.0.1:{port}"


class PairedMachine:
    """One machine: its keys, its folder of sockets, its clock, and a client or server that runs in a thread."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.keys = Keys(folder / "keys")
        self.directory = private_directory(folder / "w")
        self.clock = clock
        self.wires: list[Wire] = []
        self._stop = StopFlag()
        self._thread: threading.Thread | None = None

    def wire(self, process: str) -> Wire:
        self.wires.append(Wire(self.directory, process, self.clock))
        return self.wires[-1]

    def node(self, process: str) -> Node:
        return Node(self.wire(process), self._stop)

    def start(self, process: str, make: "Callable[[Node], ShareServer | FollowClient]") -> None:
        node = self.node(process)

        def run() -> None:
            made = make(node)
            while not self._stop:
                node.round(IDLE_WAIT_MS)
                made.step()
            made.close()

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)
            assert not self._thread.is_alive()
        for wire in self.wires:
            wire.close()


class TwoMachines:
    """The camera's machine, which publishes, and the screen's, whose key is allowed."""

    def __init__(self, folder: Path) -> None:
        for name in ("camera", "screen"):
            (folder / name).mkdir()
        self.camera = PairedMachine(folder / "camera", monotonic_ns)
        self.screen = PairedMachine(folder / "screen", screen_clock)
        self.address = free_address()
        self.camera_key = self.camera.keys.new().public
        self.camera.keys.allow("screen", self.screen.keys.new().public)
        capture, analysis, coach = (self.camera.wire(name) for name in ("capture", "analysis", "coach"))
        self.frames = capture.frame_publisher()
        self.samples, self.strides, self.cues = analysis.publisher(SAMPLE), analysis.publisher(STRIDE), coach.publisher(CUE)
        spectator = self.camera.wire("spectator")
        self.healths = spectator.newest(HEALTH, Health)
        self.commands = spectator.every(COMMAND, Command)
        self.camera.start(SHARE, lambda node: ShareServer(node, self.address, self.camera.keys))

    def counted(self, counter: str, times: int = 1) -> Health:
        """Wait until the server has counted this. The beginning of a name stands for all of its counters."""

        def found() -> Health | None:
            health = self.healths.take()
            if health is None or sum(n for name, n in health.counters.items() if name.startswith(counter)) < times:
                return None
            return health

        return eventually(found, counter)

    def delivers(self, strides: Every[Stride]) -> None:
        """Wait until a stride arrives on the screen's machine."""

        def arrived() -> bool:
            self.strides.send(stride())
            return bool(strides.take_all())

        eventually(arrived, "a stride")

    def client(self, node: Node) -> FollowClient:
        return FollowClient(node, self.address, self.screen.keys.own(), self.camera_key)

    def follow(self) -> None:
        self.screen.start(FOLLOW, self.client)

    def close(self) -> None:
        self.screen.close()
        self.camera.close()


def frame(seq: int) -> Frame:
    image = np.full((60, 80, 3), seq % 200, np.uint8)
    now_ns = monotonic_ns()
    return Frame(7, seq, seq, now_ns, now_ns, now_ns, "driver", image)

"""A camera's machine and a screen's, each with its keys, its sockets and its clock, both in this process."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.eventually import eventually
from tests.message_examples import stride
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.endpoints import private_directory
from wire.frames import Frame
from wire.health import HealthReporter
from wire.messages import Command, Health, Stride
from wire.remote.follow import Follow
from wire.remote.keys import Keys
from wire.remote.share import Share
from wire.sockets import Every, Wire
from wire.topics import COMMAND, CUE, HEALTH, SAMPLE, STRIDE

OTHER_CLOCK_NS = s_to_ns(1_000_000.0)
"""The screen's machine has run longer."""


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


def frame(seq: int) -> Frame:
    image = np.full((60, 80, 3), seq % 200, np.uint8)
    now_ns = monotonic_ns()
    return Frame(7, seq, seq, now_ns, now_ns, now_ns, "driver", image)

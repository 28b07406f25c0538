"""A listener to a running program: its processes' health, its strides and its cues."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from tests.support.eventually import eventually
from tests.support.program import run_folder
from wire.messages import Cue, Health, Phase, Played, Stride
from wire.sockets import Wire, wait
from wire.topics import CUE, HEALTH, PHASE, PLAYED, STRIDE


class Listener:
    """Connects to the one program whose run folder lies under `runtime`. Call `look` (or `until`) to receive messages."""

    opened: ClassVar[list["Listener"]] = []
    """Of the present test. Sockets that are collected as garbage, after a failure, would hold up everything."""

    def __init__(self, runtime: Path, both_sides: bool = False) -> None:
        Listener.opened.append(self)
        self._wire = Wire(run_folder(runtime), "listener", both_sides=both_sides)
        self._healths = self._wire.newest(HEALTH, Health)
        self._strides = self._wire.every(STRIDE, Stride)
        self._cues = self._wire.every(CUE, Cue)
        self._sounds = self._wire.every(PLAYED, Played)
        self._phases = self._wire.newest(PHASE, Phase)
        self.health: dict[str, Health] = {}
        """The last health report of each process."""
        self.strides: list[Stride] = []
        self.cues: list[Cue] = []
        self.played: list[Played] = []
        self.phases: list[Phase] = []
        """One for each change."""

    def look(self) -> None:
        """Receive waiting messages, or the next one within a moment."""
        wait(20, self._healths, self._strides, self._cues, self._sounds)
        while (health := self._healths.take()) is not None:
            self.health[health.process] = health
        if (phase := self._phases.take()) is not None and [phase] != self.phases[-1:]:
            self.phases.append(phase)
        self.strides += self._strides.take_all()
        self.cues += self._cues.take_all()
        self.played += self._sounds.take_all()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Listen until `condition` holds."""

        def holds() -> bool:
            self.look()
            return condition()

        eventually(holds, what)

    def until_heard(self, *names: str) -> None:
        """Listen until each of these processes works."""
        self.until(lambda: all(self.works(name) for name in names), f"{', '.join(names)} work")

    def until_strides(self, more: int) -> None:
        """Listen until this many more strides have arrived."""
        wanted = len(self.strides) + more
        self.until(lambda: len(self.strides) >= wanted, f"{more} strides")

    def works(self, name: str) -> bool:
        """Whether a process has reported that it works, with or without faults, and its loop runs."""
        health = self.health.get(name)
        return health is not None and health.state in ("running", "degraded") and health.loops > 0

    def pid(self, name: str) -> int:
        """Of the present process of this name."""
        return self.health[name].pid

    def strike(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a process a signal; its pid."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def until_another(self, name: str, pid: int) -> None:
        """Listen until a process other than `pid` does the work of `name`."""
        self.until(lambda: self.pid(name) != pid and self.works(name), f"another {name} works")

    def close(self) -> None:
        """Listen no more."""
        Listener.opened.remove(self)
        self._wire.close()

    @classmethod
    def close_all(cls) -> None:
        """Close listeners that a failed test has left."""
        while cls.opened:
            cls.opened[-1].close()

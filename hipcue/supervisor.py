"""Starts all processes, watches them, and ends them all within two seconds, whatever happens."""

import multiprocessing
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

from hipcue.processes import Job, ProcessSpec
from wire.clock import NS_PER_S, Clock, monotonic_ns
from wire.lifecycle import StopFlag
from wire.messages import Command, Health
from wire.sockets import Wire, wait
from wire.topics import CAPTURE, COMMAND, HEALTH

END_S = 1.8
"""All of the ending together; what is left then is killed."""
STOP_ROUND_S = 0.35
"""So long the next round waits for the one before, so that nothing published is lost."""
RESTARTS = 5
RESTART_WINDOW_S = 60.0
_POLL_MS = 100


@dataclass
class _Child:
    spec: ProcessSpec
    process: BaseProcess
    restarts_ns: list[int]
    ended: bool = False


class Supervisor:
    """Runs the whole program once."""

    def __init__(self, specs: Sequence[ProcessSpec], job: Job, wire: Wire, clock: Clock = monotonic_ns) -> None:
        self._spawn = multiprocessing.get_context("spawn")
        self._specs = specs
        self._job = job
        self._wire = wire
        self._clock = clock
        self._children: dict[str, _Child] = {}
        self.health: dict[str, Health] = {}
        self.notes: list[str] = []
        """Sentences for the person at the terminal, in order."""

    def run(self, stop: StopFlag, for_s: float | None) -> int:
        """Run until asked to stop, the time is over, the recording has ended or nothing more can be done.

        Returns the program's exit code. `for_s` counts from the first sign of life of the camera.
        """
        heard = self._wire.newest(HEALTH, Health)
        commands = self._wire.every(COMMAND, Command)
        code = 0
        try:
            for spec in self._specs:
                self._children[spec.name] = _Child(spec, self._start(spec), [])
            until_ns: int | None = None
            while not stop:
                wait(_POLL_MS, heard, commands)
                message = heard.take()
                while message is not None:
                    self.health[message.process] = message
                    message = heard.take()
                if any(command.name == "quit" for command in commands.take_all()):
                    break
                if until_ns is None and for_s is not None and self._is_running(CAPTURE):
                    until_ns = self._clock() + round(for_s * NS_PER_S)
                if until_ns is not None and self._clock() >= until_ns:
                    break
                ended = self._look_after()
                if ended is not None:
                    code = ended
                    break
        finally:
            self._end_all()
        return code

    def _start(self, spec: ProcessSpec) -> BaseProcess:
        process = self._spawn.Process(target=spec.start, args=(self._job,), name=spec.name, daemon=True)
        process.start()
        return process

    def _is_running(self, name: str) -> bool:
        health = self.health.get(name)
        return health is not None and health.state in ("running", "degraded")

    def _look_after(self) -> int | None:
        """Restart what has fallen over. Returns an exit code when the program is over."""
        for name, child in self._children.items():
            if child.ended or child.process.is_alive():
                continue
            exit_code = child.process.exitcode or 0
            if name == CAPTURE and exit_code == 0:
                return 0
            if exit_code > 0 and name not in self.health:
                return exit_code
            if exit_code > 0 and self.health[name].state == "failed":
                return exit_code
            if not self._may_restart(child):
                self.notes.append(f"{name} has ended {RESTARTS + 1} times within {RESTART_WINDOW_S:g} s and stays off")
                child.ended = True
                if name == CAPTURE:
                    return 1
                continue
            self.notes.append(f"{name} ended (code {exit_code}) and was started again")
            child.process = self._start(child.spec)
        return None

    def _may_restart(self, child: _Child) -> bool:
        now_ns = self._clock()
        child.restarts_ns = [at for at in child.restarts_ns if now_ns - at < RESTART_WINDOW_S * NS_PER_S]
        child.restarts_ns.append(now_ns)
        return len(child.restarts_ns) <= RESTARTS

    def _end_all(self) -> None:
        deadline_s = time.monotonic() + END_S
        rounds = sorted({child.spec.stop_round for child in self._children.values()})
        for stop_round in rounds:
            ending = [child for child in self._children.values() if child.spec.stop_round == stop_round]
            for child in ending:
                # What is still loading its libraries has nothing to save and cannot answer yet.
                if child.spec.saves or child.spec.name in self.health:
                    child.process.terminate()
                else:
                    child.process.kill()
            _join(ending, deadline_s if stop_round == rounds[-1] else min(deadline_s, time.monotonic() + STOP_ROUND_S))
        _join(self._children.values(), deadline_s)
        for child in self._children.values():
            if child.process.is_alive():
                child.process.kill()
                child.process.join()
                self.notes.append(f"{child.spec.name} did not end in time and was killed")


def _join(children: Iterable[_Child], deadline_s: float) -> None:
    for child in children:
        child.process.join(max(0.0, deadline_s - time.monotonic()))

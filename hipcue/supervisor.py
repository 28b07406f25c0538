"""Starts all processes, keeps them going, and ends them all within two seconds, whatever happens."""

import dataclasses
import multiprocessing
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from hipcue.child import Child, Process
from hipcue.journal import log
from hipcue.processes import Job, ProcessSpec
from hipcue.settings_watch import SettingsWatch
from wire.clock import NS_PER_S, Clock, monotonic_ns
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Command, Health
from wire.sockets import Wire, wait
from wire.topics import CAPTURE, COMMAND, HEALTH

END_S = 1.8
"""All of the ending together; what is left then is killed."""
STOP_ROUND_S = 0.35
"""So long the next round waits for the one before, so that nothing published is lost."""
EXIT_FAILED = 1
"""Something stayed off until the end."""
SETTINGS_REFUSED = "settings refused"
"""Fact: why the settings file as it is now does not hold; "" when it does. Nothing runs worse for it."""
_POLL_MS = 100


class Supervisor:
    """Runs the whole program once."""

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        job: Job,
        wire: Wire,
        settings_watch: SettingsWatch | None = None,
        clock: Clock = monotonic_ns,
        watch: Callable[[dict[str, Health], int], None] | None = None,
    ) -> None:
        self._spawn = multiprocessing.get_context("spawn")
        self._specs = {spec.name: spec for spec in specs}
        self._job = job
        self._settings_watch = settings_watch
        self._clock = clock
        self._watch = watch
        """Told every round what the processes have last said of themselves, and the time."""
        self._health = HealthReporter(wire)
        self._heard = wire.newest(HEALTH, Health)
        self._commands = wire.every(COMMAND, Command)
        self._children: dict[str, Child] = {}
        self.notes: list[str] = []
        """Sentences for the person at the terminal, in order."""

    def run(self, stop: StopFlag, for_s: float | None) -> int:
        """Run until asked to stop, the time is over, the recording has ended or nothing more can be done.

        Returns the program's exit code. `for_s` counts from the first sign of life of the camera.
        """
        ended: int | None = None
        try:
            for spec in self._specs.values():
                self._children[spec.name] = Child(spec.name, partial(self._start, spec), self._clock())
            until_ns: int | None = None
            while ended is None and not stop:
                wait(_POLL_MS, self._heard, self._commands)
                self._hear()
                self._follow_settings()
                if any(command.name == "quit" for command in self._commands.take_all()):
                    break
                if until_ns is None and for_s is not None and self._children[CAPTURE].works:
                    until_ns = self._clock() + round(for_s * NS_PER_S)
                if until_ns is not None and self._clock() >= until_ns:
                    break
                ended = self._end_of_the_program()
                if ended is None:
                    self._look_after()
        finally:
            self._end_all()
        if ended is None and any(child.given_up for child in self._children.values()):
            return EXIT_FAILED
        return ended or 0

    def _start(self, spec: ProcessSpec, again: bool) -> Process:
        job = dataclasses.replace(self._job, again=again)
        process = self._spawn.Process(target=spec.start, args=(job,), name=spec.name, daemon=True)
        process.start()
        return process

    def _hear(self) -> None:
        while (message := self._heard.take()) is not None:
            child = self._children.get(message.process)
            if child is None:
                continue
            if child.health is None or (child.health.state, child.health.reason) != (message.state, message.reason):
                log.info("%s is %s%s", message.process, message.state, f": {message.reason}" if message.reason else "")
            child.hear(message)
        if self._watch is not None:
            said = {name: child.health for name, child in self._children.items() if child.health is not None}
            self._watch(said, self._clock())

    def _follow_settings(self) -> None:
        watch = self._settings_watch
        if watch is None:
            return
        if watch.look():
            self._job = dataclasses.replace(self._job, settings=watch.settings)
        self._health.facts[SETTINGS_REFUSED] = watch.error

    def _end_of_the_program(self) -> int | None:
        """The exit code when a recording has come to its end or a process cannot begin at all, else None."""
        for child in self._children.values():
            if child.name == CAPTURE and child.exit_code == 0:
                return 0
            if child.refuses:
                return child.exit_code
        return None

    def _look_after(self) -> None:
        for child in self._children.values():
            happened = child.look_after(self._clock())
            if happened:
                log.warning(happened)
                self.notes.append(happened)
            if child.restarts:
                self._health.counters[f"{child.name} restarts"] = child.restarts
        complaints = [child.complaint for child in self._children.values() if child.complaint]
        self._health.say("degraded" if complaints else "running", "; ".join(complaints))
        self._health.beat()

    def _end_all(self) -> None:
        deadline_s = time.monotonic() + END_S
        rounds = sorted({self._specs[name].stop_round for name in self._children})
        for stop_round in rounds:
            ending = [child for child in self._children.values() if self._specs[child.name].stop_round == stop_round]
            for child in ending:
                # What is still loading its libraries has nothing to save and cannot answer yet.
                if self._specs[child.name].saves or child.health is not None:
                    child.process.terminate()
                else:
                    child.process.kill()
            _join(ending, deadline_s if stop_round == rounds[-1] else min(deadline_s, time.monotonic() + STOP_ROUND_S))
        _join(self._children.values(), deadline_s)
        for child in self._children.values():
            if child.is_alive:
                gone = child.kill()
                self.notes.append(f"{child.name} did not end in time and was killed{'' if gone else ', but is still there'}")
                log.warning(self.notes[-1])
                if not gone:
                    # Python waits at its exit for the children that it knows of; multiprocessing cannot be told to let one go.
                    multiprocessing.process._children.discard(child.process)  # type: ignore[attr-defined]


def _join(children: Iterable[Child], deadline_s: float) -> None:
    for child in children:
        child.process.join(max(0.0, deadline_s - time.monotonic()))

"""Starts all processes, restarts those that fail, and ends all of them: within two seconds, unless one still saves."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from hipcue.supervisor.child import Child, ChildProcess
from hipcue.supervisor.fork_server import ForkServer
from hipcue.supervisor.journal import log
from hipcue.supervisor.process_table import Job, ProcessSpec, begin
from hipcue.supervisor.settings_watch import SettingsWatch
from hipcue.supervisor.watchdog import RESTARTS, WINDOW_S
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import FaultCode
from wire.messages import Command, Health
from wire.node import Node
from wire.system import signal_name
from wire.texts import problem
from wire.topics import ANALYSIS, CAPTURE, CAPTURE_2, COMMAND, HEALTH, RECORDER, RUNS

END_S = 1.8
"""How long all processes together may take to end; any that remain are killed, unless they still save."""
LONGEST_END_S = 20.0
"""How long saving may take as long as there is progress: a machine may be very busy, or a disk slow."""
STOP_ROUND_S = 0.35
"""How long one round of ending may take before the next starts, so that no published message is lost."""
EXIT_FAILED = 1
"""A process had failed for good."""
CHILD_FAULTS = (FaultCode.PROCESS_RESTARTING, FaultCode.PROCESS_GIVEN_UP, FaultCode.PROCESS_STUCK)
SETTINGS_CHECK_S = 0.1
_WAIT_MS = 100.0
_END_STEP_S = 0.05


class Supervisor:
    """Runs the whole program once."""

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        job: Job,
        node: Node,
        settings_watch: SettingsWatch | None = None,
        watch: Callable[[dict[str, Health], int], None] | None = None,
    ) -> None:
        self._forks = ForkServer()
        self._specs = {spec.name: spec for spec in specs}
        self._job = job
        self._settings_watch = settings_watch
        self._node = node
        self._clock = node.clock
        self._watch = watch
        """Receives the last health of each process, and the time, in every round."""
        self._health = node.health
        self._health.facts[RUNS] = ", ".join(self._specs)
        self._children: dict[str, Child] = {}
        self._until_ns: int | None = None
        self._ended = False
        """Whether a recording has ended, or a process cannot start."""
        self.session: Path | None = None
        """The folder of the last session that was recorded; None: there was none."""
        self.notes: list[str] = []
        """Messages for the terminal, in order."""

    def run(self, for_s: float | None) -> int:
        """Run until asked to stop, for `for_s`, until a recording ends, or until a process cannot start.

        Returns the program's exit code. `for_s` counts from when pictures are captured and measured.
        """
        try:
            for spec in self._specs.values():
                if self._node.stop:
                    break
                self._children[spec.name] = Child(spec.name, partial(self._start, spec), self._clock())
            self._node.subscribe(HEALTH, Health, self._handle_health)
            self._node.subscribe(COMMAND, Command, self._handle_command)
            self._node.each(SETTINGS_CHECK_S, self._check_settings)
            self._health.running()
            code = self._node.run(lambda: self._supervise(for_s))
        finally:
            self._end_all()
        if code:
            return code
        # The exit code of a completed recording takes precedence over failed processes, unless they have not saved it.
        failed = any(
            child.given_up and self._specs[child.name].needed
            for child in self._children.values()
            if not self._ended or self._specs[child.name].saves
        )
        return EXIT_FAILED if failed else self._saving_code()

    def _saving_code(self) -> int:
        """The exit code of a process that failed to save; 0: there is none."""
        for child in self._children.values():
            code = child.process.exitcode
            if self._specs[child.name].saves and child.health is not None and code:
                return code if code > 0 else EXIT_FAILED
        return 0

    def _supervise(self, for_s: float | None) -> float:
        """The loop body."""
        if self._watch is not None:
            self._watch(
                {name: child.health for name, child in self._children.items() if child.health is not None}, self._clock()
            )
        if self._until_ns is None and for_s is not None and self._measures():
            self._until_ns = self._clock() + round(for_s * NS_PER_S)
        if self._until_ns is not None and self._clock() >= self._until_ns:
            self._node.end()
            return 0.0
        for child in self._children.values():
            child.look()
        exit_code = self._early_exit_code()
        if exit_code is not None:
            self._ended = True
            self._node.end(exit_code)
            return 0.0
        self._check_children()
        return _WAIT_MS

    def _measures(self) -> bool:
        """Whether every process from the camera to the first sample has started, or never will."""
        needed = (self._children[name] for name in (CAPTURE, ANALYSIS) if name in self._children)
        return all(child.is_running or child.given_up for child in needed)

    def _start(self, spec: ProcessSpec, again: bool) -> ChildProcess:
        job = dataclasses.replace(self._job, again=again)
        if again and self.session is not None:
            # The session to resume, whose folder is not the newest by name if the clock was set back.
            job = dataclasses.replace(job, session_folder=self.session)
        return self._forks.start(begin, spec, job)

    def _handle_health(self, health: Health) -> None:
        child = self._children.get(health.process)
        if child is None:
            return
        if child.health is None or _summary(child.health) != _summary(health):
            log.info("%s is %s", health.process, _summary(health))
        child.handle_health(health)
        if health.process == RECORDER and health.facts.get("session"):
            self.session = Path(health.facts["session"])

    def _handle_command(self, command: Command) -> None:
        if command.name == "quit":
            self._node.end()

    def _check_settings(self) -> None:
        watch = self._settings_watch
        if watch is None:
            return
        if watch.check():
            self._job = dataclasses.replace(self._job, settings=watch.settings)
        self._health.fault_if(bool(watch.error), FaultCode.SETTINGS_REFUSED, cause=watch.error)

    def _early_exit_code(self) -> int | None:
        """The exit code if a recording has ended or a process cannot start, else None."""
        for child in self._children.values():
            if child.name == CAPTURE and child.exit_code == 0:
                return 0
            if child.cannot_start and self._specs[child.name].needed:
                return child.exit_code
        return None

    def _check_children(self) -> None:
        """Kill processes that hang, restart those that are due, and report both."""
        for child in self._children.values():
            if child.name == CAPTURE_2 and child.exit_code == 0:
                continue  # A recording that has ended; the main camera's goes on.
            happened = child.check(self._clock())
            if happened:
                log.warning(happened)
                self.notes.append(happened)
            if child.restarts:
                self._health.counters[f"{child.name} restarts"] = child.restarts
            self._health.clear(*(code for code in CHILD_FAULTS if code is not child.fault), device=child.name)
            if child.fault is not None:
                self._health.fault(child.fault, child.name, value=RESTARTS + 1, expected=WINDOW_S)

    def _end_all(self) -> None:
        asked_ns = self._clock()
        rounds = sorted({self._specs[name].stop_round for name in self._children})
        for stop_round in rounds:
            ending = [child for child in self._children.values() if self._specs[child.name].stop_round == stop_round]
            for child in ending:
                # A process that is still loading its libraries has nothing to save and cannot handle the signal yet.
                if self._specs[child.name].saves or child.health is not None:
                    child.ask_to_end()
                else:
                    child.process.kill()
            patience_s = END_S if stop_round == rounds[-1] else STOP_ROUND_S
            self._wait_for(ending, min(asked_ns + s_to_ns(END_S), self._clock() + s_to_ns(patience_s)))
        self._wait_for(self._children.values(), asked_ns + s_to_ns(END_S))
        saving = [child for child in self._children.values() if self._specs[child.name].saves]
        for child in self._children.values():
            if child not in saving:
                self._kill_if_alive(child)
        self._wait_for(saving, asked_ns + s_to_ns(LONGEST_END_S), only_for_progress=True)
        for child in saving:
            self._report_killed(child)
            self._kill_if_alive(child)
        self._forks.close()

    def _wait_for(self, children: Iterable[Child], until_ns: int, only_for_progress: bool = False) -> None:
        """Wait until these have ended, at most this long; with `only_for_progress`, only while they report progress."""
        for child in children:
            while child.is_alive and (now_ns := self._clock()) < until_ns:
                if only_for_progress and not child.makes_progress(now_ns):
                    break
                child.process.join(_END_STEP_S)
                self._node.dispatch()

    def _report_killed(self, child: Child) -> None:
        """Report that a process was killed by somebody else while it was saving, such as by a system without memory."""
        code = child.process.exitcode
        if code is not None and code < 0 and child.has_work and not child.given_up:
            self.notes.append(f"{child.name} ended ({signal_name(-code)}) while saving; the rows it had written are kept")
            log.warning(self.notes[-1])

    def _kill_if_alive(self, child: Child) -> None:
        if not child.is_alive:
            return
        gone = child.kill()
        if gone and not child.has_work:
            log.info("%s was killed while it was starting", child.name)
            return
        self.notes.append(f"{child.name} did not end in time and was killed{'' if gone else ', but is still running'}")
        log.warning(self.notes[-1])


def _summary(health: Health) -> str:
    """State and faults, for the log."""
    faults = "; ".join(problem(fault) for fault in health.faults)
    return f"{health.state}: {faults}" if faults else health.state

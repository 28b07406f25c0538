"""Keeps one row of the process table running: starts it, detects that it hangs or has ended, and restarts it."""

from collections.abc import Callable
from typing import Protocol

from hipcue.supervisor.watchdog import HUNG_S, RESTARTS, WINDOW_S, Heartbeat, RestartBudget
from wire.clock import NS_PER_S
from wire.faults import FaultCode
from wire.messages import Health
from wire.system import continue_process, signal_name


class ChildProcess(Protocol):
    """The interface of a process that is used here."""

    @property
    def pid(self) -> int | None:
        """Its process id."""
        ...

    @property
    def exitcode(self) -> int | None:
        """None while it is alive; below 0: the signal that ended it."""
        ...

    def terminate(self) -> None:
        """Send SIGTERM."""
        ...

    def kill(self) -> None:
        """Send SIGKILL."""
        ...

    def join(self, timeout: float | None = None, /) -> None:
        """Wait for it to end."""
        ...


KILLED_S = 0.5
"""How long to wait for a killed process to end. One that is blocked in a driver, as by an unplugged camera, may never end."""
Start = Callable[[bool], ChildProcess]
"""Starts the process; the argument says whether it has run before."""


class Child:
    """A process that is restarted whenever it ends or hangs."""

    def __init__(self, name: str, start: Start, now_ns: int) -> None:
        self.name = name
        self.restarts = 0
        self.given_up = False
        self.health: Health | None = None
        """The last health of the current process; None: it has not reported yet."""
        self._start = start
        self._budget = RestartBudget()
        self._checked_ns = now_ns
        self._down_ns: int | None = None
        """When it was found hung or ended; None: it is running, or is starting for the first time."""
        self._is_stuck = False
        """Whether it was killed and has not ended."""
        self._start_at_ns: int | None = None
        """When to start the next process; None: there is one."""
        self._exit_code: int | None = None
        """The exit code at the last `look`."""
        self._start_process(again=False)

    def look(self) -> None:
        """Check whether the process has ended. `exit_code` and `check` use this result until the next look.

        Otherwise one that ends between the two would be restarted instead of ending the program.
        """
        self._exit_code = self.process.exitcode

    @property
    def exit_code(self) -> int | None:
        """The exit code of a process that has ended and has not been restarted yet, else None."""
        return None if self._start_at_ns is not None or self.given_up else self._exit_code

    @property
    def is_alive(self) -> bool:
        """Whether there is a process that has not ended."""
        return self.process.exitcode is None

    @property
    def cannot_start(self) -> bool:
        """Whether it has ended with an error before it was ever running, so that a restart would not help."""
        never_ran = self.health is None or self.health.state in ("starting", "failed")
        return bool(self.restarts == 0 and never_ran and (self.exit_code or 0) > 0)

    @property
    def is_running(self) -> bool:
        """Whether it is working, with or without faults."""
        return self._heartbeat.has_run and self.is_alive

    @property
    def fault(self) -> FaultCode | None:
        """Its fault; None: it has none."""
        if self.given_up:
            return FaultCode.PROCESS_GIVEN_UP
        if self._is_stuck:
            return FaultCode.PROCESS_STUCK
        return None if self._down_ns is None else FaultCode.PROCESS_RESTARTING

    def handle_health(self, health: Health) -> None:
        """Handle a health message with this process's name."""
        if health.pid == self.process.pid:
            self.health = health
        self._heartbeat.receive(health)

    def check(self, now_ns: int) -> str:
        """Kill it if it hangs, and restart it when that is due. Returns a sentence for the log; "": nothing happened."""
        step_ns = self._step_ns(now_ns)
        if self.given_up or (self._is_stuck and self.is_alive):
            return ""
        if self._start_at_ns is not None:
            if now_ns >= self._start_at_ns:
                self._start_process(again=True)
            return ""
        if self._exit_code is None:
            self._heartbeat.pass_time(step_ns)
            if not self._heartbeat.hangs:
                return self._report_recovery(now_ns)
            if self.kill():
                return self._plan_restart(f"did not respond for {HUNG_S:g} s, was killed", now_ns)
            self._is_stuck = True
            self._down_ns = now_ns if self._down_ns is None else self._down_ns
            return f"{self.name} hangs, and the system does not let it end"
        return self._plan_restart(f"ended ({_reason(self._exit_code)})", now_ns)

    def ask_to_end(self) -> None:
        """Ask it to end. A stopped process is continued: otherwise it could not save anything."""
        self.process.terminate()
        if self.is_alive and self.process.pid is not None:
            continue_process(self.process.pid)

    @property
    def has_work(self) -> bool:
        """Whether it may have something to save: it has run, or replaces one that has, and may still be loading."""
        return self._heartbeat.has_run or self.restarts > 0

    def makes_progress(self, now_ns: int) -> bool:
        """Whether it is still saving: it has reported its health within HUNG_S. Call as often as `check`."""
        self._heartbeat.pass_time(self._step_ns(now_ns))
        return self.is_alive and self.has_work and not self._heartbeat.hangs

    def kill(self) -> bool:
        """Kill it. Returns whether it has ended."""
        self.process.kill()
        self.process.join(KILLED_S)
        return not self.is_alive

    def _step_ns(self, now_ns: int) -> int:
        """The time since the last check."""
        step_ns, self._checked_ns = now_ns - self._checked_ns, now_ns
        return step_ns

    def _start_process(self, again: bool) -> None:
        self.process = self._start(again)
        self._exit_code = None
        self.health = None
        self._heartbeat = Heartbeat(self.process.pid or 0)
        self._start_at_ns = None

    def _report_recovery(self, now_ns: int) -> str:
        if self._down_ns is None or not self._heartbeat.has_run:
            return ""
        down_s = (now_ns - self._down_ns) / NS_PER_S
        self._down_ns = None
        return f"{self.name} is running again after {down_s:.1f} s"

    def _plan_restart(self, what: str, now_ns: int) -> str:
        self._is_stuck = False
        if self._down_ns is None:
            self._down_ns = now_ns
        delay_ns = self._budget.spend(now_ns)
        if delay_ns is None:
            self.given_up = True
            return f"{self.name} {what}: it failed {RESTARTS + 1} times within {WINDOW_S:g} s and is not restarted"
        self.restarts += 1
        self._start_at_ns = now_ns + delay_ns
        if not delay_ns:
            self._start_process(again=True)
        return f"{self.name} {what} and was restarted"


def _reason(exit_code: int) -> str:
    return f"code {exit_code}" if exit_code >= 0 else signal_name(-exit_code)

"""One row of the process table through all its lives: started, heard, found hung or ended, started again, given up."""

import signal
from collections.abc import Callable
from typing import Protocol

from hipcue.watch import HUNG_S, RESTARTS, WINDOW_S, Heartbeat, RestartBudget
from wire.clock import NS_PER_S
from wire.messages import Health


class Process(Protocol):
    """What is needed of multiprocessing's process."""

    @property
    def pid(self) -> int | None:
        """Its number."""
        ...

    @property
    def exitcode(self) -> int | None:
        """None while it lives; below 0: the signal that ended it."""
        ...

    def terminate(self) -> None:
        """Send SIGTERM."""
        ...

    def kill(self) -> None:
        """Send SIGKILL."""
        ...

    def join(self, timeout: float | None = None, /) -> None:
        """Wait for its end."""
        ...


KILLED_S = 0.5
"""So long a killed process may take to be gone; one that the system holds, as by an unplugged camera, may take for ever."""
Start = Callable[[bool], Process]
"""Starts the process; the argument says whether it has run before."""


class Child:
    """A process that is kept going. `name` is its process's."""

    def __init__(self, name: str, start: Start, now_ns: int) -> None:
        self.name = name
        self.restarts = 0
        self.given_up = False
        self.health: Health | None = None
        """The present process's last word."""
        self._start = start
        self._budget = RestartBudget()
        self._looked_ns = now_ns
        self._down_ns: int | None = None
        """When it was found hung or ended; None: it works, or is starting for the first time."""
        self._held = False
        """Whether it was killed and is there all the same."""
        self._start_at_ns: int | None = None
        """When the next process is to be started; None: there is one."""
        self._begin(again=False)

    @property
    def exit_code(self) -> int | None:
        """Of a process that has ended by itself and has not been started again yet, else None."""
        return None if self._start_at_ns is not None or self.given_up else self.process.exitcode

    @property
    def is_alive(self) -> bool:
        """Whether there is a living process."""
        return self.process.exitcode is None

    @property
    def refuses(self) -> bool:
        """Whether it has ended at its very first start with a word of its own: starting it again would change nothing."""
        said_so = self.health is None or self.health.state in ("starting", "failed")
        return bool(self.restarts == 0 and said_so and (self.exit_code or 0) > 0)

    @property
    def works(self) -> bool:
        """Whether it does its work, well or badly."""
        return self._heartbeat.works and self.is_alive

    @property
    def complaint(self) -> str:
        """One sentence for the screen; "" when nothing is amiss."""
        if self.given_up:
            return f"{self.name} has failed: it ended {RESTARTS + 1} times within {WINDOW_S:g} s; start HipCue again"
        if self._held:
            return f"{self.name} hangs and the system does not let it end; unplug its device, or start the machine again"
        return "" if self._down_ns is None else f"{self.name} is being started again"

    def hear(self, health: Health) -> None:
        """Take in a message of this process name."""
        if health.pid == self.process.pid:
            self.health = health
        self._heartbeat.hear(health)

    def look_after(self, now_ns: int) -> str:
        """End it if it hangs, start it again when that is due. Returns a sentence for the log when something happened."""
        step_ns, self._looked_ns = now_ns - self._looked_ns, now_ns
        if self.given_up or (self._held and self.is_alive):
            return ""
        if self._start_at_ns is not None:
            if now_ns >= self._start_at_ns:
                self._begin(again=True)
            return ""
        if self.is_alive:
            self._heartbeat.pass_time(step_ns)
            if not self._heartbeat.hangs:
                return self._is_back(now_ns)
            if self.kill():
                return self._fell(f"gave no sign of life for {HUNG_S:g} s and was ended", now_ns)
            self._held = True
            self._down_ns = now_ns if self._down_ns is None else self._down_ns
            return self.complaint
        return self._fell(f"ended ({_how(self.process.exitcode or 0)})", now_ns)

    def kill(self) -> bool:
        """Kill it. Returns whether it is gone."""
        self.process.kill()
        self.process.join(KILLED_S)
        return not self.is_alive

    def _begin(self, again: bool) -> None:
        self.process = self._start(again)
        self.health = None
        self._heartbeat = Heartbeat(self.process.pid or 0)
        self._start_at_ns = None

    def _is_back(self, now_ns: int) -> str:
        if self._down_ns is None or not self._heartbeat.works:
            return ""
        down_s = (now_ns - self._down_ns) / NS_PER_S
        self._down_ns = None
        return f"{self.name} works again after {down_s:.1f} s"

    def _fell(self, how: str, now_ns: int) -> str:
        self._held = False
        if self._down_ns is None:
            self._down_ns = now_ns
        delay_ns = self._budget.spend(now_ns)
        if delay_ns is None:
            self.given_up = True
            return f"{self.name} {how}: {RESTARTS + 1} times within {WINDOW_S:g} s, so it stays off"
        self.restarts += 1
        self._start_at_ns = now_ns + delay_ns
        if not delay_ns:
            self._begin(again=True)
        return f"{self.name} {how} and was started again"


def _how(exit_code: int) -> str:
    if exit_code >= 0:
        return f"code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"

"""Decides when a process counts as hung, and when one may be restarted. Pure: time is an argument."""

from wire.clock import s_to_ns
from wire.messages import Health
from wire.topics import HEALTH

HUNG_S = HEALTH.late_after_s or 3.0
"""A process hangs if its loop has completed a round, and then none for this long."""
LOAD_S = 60.0
"""How long a process may take to load its libraries and models before its first round."""
LONGEST_STEP_S = 0.5
"""The time between two checks counts up to this much, so that no process counts as hung after the machine has slept."""
DELAYS_S = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Before the first, second, … restart within the window."""
RESTARTS = len(DELAYS_S)
WINDOW_S = 60.0


class Heartbeat:
    """Follows the loop of one process by the number of rounds in its health messages."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._loops = 0
        self._silent_ns = 0
        self.has_run = False
        """Whether its loop runs and it has reported that it does its work, with or without faults."""

    def receive(self, health: Health) -> None:
        """Handle a message. One from an earlier process of this name, or without a new round, does not count."""
        if health.pid != self._pid or health.loops <= self._loops:
            return
        self._loops, self._silent_ns = health.loops, 0
        self.has_run = self.has_run or health.state in ("running", "degraded")

    def pass_time(self, step_ns: int) -> None:
        """Add the time since the last check."""
        self._silent_ns += min(step_ns, s_to_ns(LONGEST_STEP_S))

    @property
    def hangs(self) -> bool:
        """Whether it has not responded for too long."""
        return self._silent_ns >= s_to_ns(HUNG_S if self._loops else LOAD_S)


class RestartBudget:
    """`RESTARTS` restarts within `WINDOW_S`, each after a longer pause than the one before."""

    def __init__(self) -> None:
        self._spent_ns: list[int] = []

    def spend(self, now_ns: int) -> int | None:
        """Use one restart. Returns the delay before it in ns; None: none is left."""
        self._spent_ns = [at_ns for at_ns in self._spent_ns if now_ns - at_ns < s_to_ns(WINDOW_S)]
        if len(self._spent_ns) >= RESTARTS:
            return None
        delay_s = DELAYS_S[len(self._spent_ns)]
        self._spent_ns.append(now_ns)
        return s_to_ns(delay_s)

"""When a process counts as hung, and when one that has ended may be started again. Pure: time is an argument."""

from wire.clock import s_to_ns
from wire.messages import Health

HUNG_S = 3.0
"""A hot loop that has turned once and not again for this long hangs; it tells of itself every half second."""
LOAD_S = 60.0
"""So long a process may take for its libraries and models before its loop turns for the first time."""
LONGEST_STEP_S = 0.5
"""Of the time between two looks, this much counts at most: a machine that slept has no hung processes."""
DELAYS_S = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Before the first, second, … restart within the window."""
RESTARTS = len(DELAYS_S)
WINDOW_S = 60.0


class Heartbeat:
    """Listens to the hot loop of one process, by the rounds that its health messages tell."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._loops = 0
        self._silent_ns = 0
        self.works = False
        """Whether its loop turns and it says that it does its work, well or badly."""

    def hear(self, health: Health) -> None:
        """Take in a message. One of an earlier process of the same name, or without a new round, is no sign of life."""
        if health.pid != self._pid or health.loops <= self._loops:
            return
        self._loops, self._silent_ns = health.loops, 0
        self.works = self.works or health.state in ("running", "degraded")

    def pass_time(self, step_ns: int) -> None:
        """So much time has gone by since the last look."""
        self._silent_ns += min(step_ns, s_to_ns(LONGEST_STEP_S))

    @property
    def hangs(self) -> bool:
        """Whether it has been silent for too long."""
        return self._silent_ns >= s_to_ns(HUNG_S if self._loops else LOAD_S)


class RestartBudget:
    """`RESTARTS` restarts within `WINDOW_S`, each after a longer pause than the one before."""

    def __init__(self) -> None:
        self._spent_ns: list[int] = []

    def spend(self, now_ns: int) -> int | None:
        """Take one restart: how long to wait before it, ns. None: there is none left."""
        self._spent_ns = [at_ns for at_ns in self._spent_ns if now_ns - at_ns < s_to_ns(WINDOW_S)]
        if len(self._spent_ns) >= RESTARTS:
            return None
        delay_s = DELAYS_S[len(self._spent_ns)]
        self._spent_ns.append(now_ns)
        return s_to_ns(delay_s)

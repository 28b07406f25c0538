"""Publishes what a process reports about itself: twice a second, and whenever it changes."""

import os
import threading
from collections import Counter
from typing import TYPE_CHECKING

from wire.clock import s_to_ns
from wire.faults import HARMLESS, FaultCode
from wire.messages import Fault, Health, State
from wire.sockets import Publisher, Wire
from wire.topics import HEALTH, RESEND_PERIOD_S

if TYPE_CHECKING:
    from wire.health.histogram import RunningHistogram

LONGEST_TEXT = 500
"""A longer device or cause is shortened: the report must fit into its message, whatever a library or a file has said."""


class HealthReporter:
    """Keeps a process's state, faults, facts, counters and durations, and publishes them from its hot loop.

    `fault` and `clear` may be called from any thread; all other methods belong to the thread of the hot loop.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._publisher: Publisher = wire.publisher(HEALTH)
        self._process = wire.process
        self._clock = wire.clock
        self._phase: State = "starting"
        """The state set by the process; "degraded" follows from the faults."""
        self._faults: dict[tuple[FaultCode, str], Fault] = {}
        self._lock = threading.Lock()
        self._changed = True
        self._loops = 0
        self._due_ns = 0
        self.facts: dict[str, str] = {}
        self.counters: Counter[str] = Counter()
        self.stores_video = False
        self.session = ""
        self._resting = False
        self._latency: dict[str, RunningHistogram] = {}

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The present faults, the oldest first."""
        with self._lock:
            return tuple(self._faults.values())

    @property
    def state(self) -> State:
        """The state that is published."""
        if self._phase == "running" and any(fault.code not in HARMLESS for fault in self.faults):
            return "degraded"
        return self._phase

    def starting(self) -> None:
        """Report that the process does not work yet."""
        self._enter("starting")

    def running(self) -> None:
        """Report that the process works, as far as its faults allow."""
        self._enter("running")

    def ended(self) -> None:
        """Report that the process has ended normally. Publishes at once."""
        self._enter("ended")
        self._publish()

    def failed(self, code: FaultCode, device: str = "", cause: str = "", value: float | None = None) -> Fault:
        """Report that the process cannot work and ends. Publishes at once."""
        self._enter("failed")
        fault = self.fault(code, device, cause, value)
        self._publish()
        return fault

    def fault(
        self, code: FaultCode, device: str = "", cause: str = "", value: float | None = None, expected: float | None = None
    ) -> Fault:
        """Report a fault. Reported again, it keeps its start time; its details are replaced."""
        with self._lock:
            known = self._faults.get((code, device))
            since_ns = self._clock() if known is None else known.since_ns
            fault = Fault(code, self._process, since_ns, _short(device), _short(cause), value, expected)
            self._faults[code, device] = fault
            self._changed = self._changed or fault != known
        return fault

    def fault_if(self, present: bool, code: FaultCode, device: str = "", cause: str = "") -> None:
        """Report this fault, or that there is none with this code."""
        if present:
            self.fault(code, device, cause)
        else:
            self.clear(code)

    def clear(self, *codes: FaultCode, device: str | None = None) -> None:
        """Clear the faults with this code, for this device or (None) for all."""
        with self._lock:
            over = [key for key in self._faults if key[0] in codes and device in (None, key[1])]
            for key in over:
                del self._faults[key]
            self._changed = self._changed or bool(over)

    def rest(self, resting: bool) -> None:
        """Report whether the process rests because nobody is in view."""
        self._changed = self._changed or resting != self._resting
        self._resting = resting

    def add_ns(self, stage: str, duration_ns: int) -> None:
        """Count the duration of a stage (wire/health/stages.py)."""
        histogram = self._latency.get(stage)
        if histogram is None:
            from wire.health.histogram import RunningHistogram  # noqa: PLC0415 - it loads NumPy, which not every process needs

            histogram = self._latency[stage] = RunningHistogram()
        histogram.add_ns(duration_ns, self._clock())

    def beat(self) -> None:
        """Call in every round of the hot loop: a loop that hangs stops beating. Publishes what has changed at once."""
        self._loops += 1
        if self._changed or self._clock() >= self._due_ns:
            self._publish()

    def _enter(self, phase: State) -> None:
        self._changed = self._changed or phase != self._phase
        self._phase = phase

    def _publish(self) -> None:
        now_ns = self._clock()
        self._changed = False
        self._due_ns = now_ns + s_to_ns(RESEND_PERIOD_S)
        # Added, not replaced: a process may refuse other things for the same reason.
        counters = self.counters.copy()
        counters.update({f"refused: {reason}": times for reason, times in self._wire.rejected.items()})
        self._publisher.send(
            Health(
                process=self._process,
                pid=os.getpid(),
                state=self.state,
                at_ns=now_ns,
                loops=self._loops,
                facts=dict(self.facts),
                counters=dict(counters),
                latency={stage: histogram.whole.summary() for stage, histogram in self._latency.items()},
                recent={stage: histogram.recent(now_ns) for stage, histogram in self._latency.items()},
                faults=self.faults,
                stores_video=self.stores_video,
                session=self.session,
                resting=self._resting,
            )
        )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"

"""What a process says of itself, twice a second and whenever it changes."""

import os
from collections import Counter
from typing import Literal

from wire.clock import s_to_ns
from wire.latency import RunningHistogram
from wire.messages import Health
from wire.sockets import Publisher, Wire
from wire.topics import HEALTH, RESEND_PERIOD_S

State = Literal["starting", "running", "degraded", "ended", "failed"]
CAMERA_LOST = "Camera lost"
"""How capture's reason begins while it has no picture; a camera that is merely slow or dim has other reasons."""


class HealthReporter:
    """Keeps a process's state, facts, counters and latencies, and publishes them from inside its hot loop."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._publisher: Publisher = wire.publisher(HEALTH)
        self._process = wire.process
        self._clock = wire.clock
        self._state: State = "starting"
        self._reason = ""
        self._loops = 0
        self._due_ns = 0
        self.facts: dict[str, str] = {}
        self.counters: Counter[str] = Counter()
        self._latency: dict[str, RunningHistogram] = {}

    def say(self, state: State, reason: str = "") -> None:
        """Set the state and, where all is not well, the sentence that people see; published at once when new."""
        if (state, reason) != (self._state, self._reason):
            self._state, self._reason = state, reason
            self._publish()

    def add_ns(self, stage: str, duration_ns: int) -> None:
        """Count the duration of a stage (wire/stages.py)."""
        histogram = self._latency.get(stage)
        if histogram is None:
            histogram = self._latency[stage] = RunningHistogram()
        histogram.add_ns(duration_ns, self._clock())

    def beat(self) -> None:
        """Call once per round of the hot loop: a loop that hangs stops beating."""
        self._loops += 1
        if self._clock() >= self._due_ns:
            self._publish()

    def _publish(self) -> None:
        now_ns = self._clock()
        self._due_ns = now_ns + s_to_ns(RESEND_PERIOD_S)
        # Added, not replaced: a process may refuse other things for the same reason.
        counters = self.counters.copy()
        counters.update({f"refused: {reason}": times for reason, times in self._wire.rejected.items()})
        self._publisher.send(
            Health(
                process=self._process,
                pid=os.getpid(),
                state=self._state,
                reason=self._reason,
                at_ns=now_ns,
                loops=self._loops,
                facts=dict(self.facts),
                counters=dict(counters),
                latency={stage: histogram.whole.summary() for stage, histogram in self._latency.items()},
                recent={stage: histogram.recent(now_ns) for stage, histogram in self._latency.items()},
            )
        )

"""The reports of all processes during a session, for session.json."""

from typing import Any

from wire.messages import Health, Latency


class ProgramSummary:
    """The newest health of each process, and the sounds that were played."""

    def __init__(self) -> None:
        self.sounds_played = 0
        self._health: dict[str, Health] = {}

    def take(self, health: Health) -> None:
        """Keep a process's newest report."""
        self._health[health.process] = health

    def header(self) -> dict[str, Any]:
        """Devices, counters and latencies for session.json."""
        analysis = self._health.get("analysis")
        return {
            "sounds_played": self.sounds_played,
            "pose": dict(analysis.facts) if analysis else {},
            "processes": {
                name: {
                    "facts": health.facts,
                    "counters": health.counters,
                    "latency_ms": {stage: _percentiles(latency) for stage, latency in health.latency.items()},
                }
                for name, health in sorted(self._health.items())
            },
        }


def _percentiles(latency: Latency) -> dict[str, float]:
    return {"count": latency.count, "p50": latency.p50_ms, "p95": latency.p95_ms, "p99": latency.p99_ms, "max": latency.max_ms}

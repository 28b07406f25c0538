"""What the recorder hears: every sample, stride and cue; the newest phase, settings and health."""

from collections import deque
from typing import Any

from pydantic import ValidationError

from config.schema import Settings
from feedback.recorder.outlet import Outlet
from feedback.recorder.runners import Runners
from feedback.recorder.session import SessionFolder
from wire.messages import ConfigState, Cue, Health, Latency, Phase, Played, RecentStrides, Sample, Stride
from wire.sockets import Wire, wait
from wire.topics import CONFIG, CUE, HEALTH, PHASE, PLAYED, RECENT_STRIDES, SAMPLE_LOG, STRIDE

_SEEN = 200


class Hearing:
    """The recorder's subscriptions."""

    def __init__(self, wire: Wire) -> None:
        self._samples = wire.every(SAMPLE_LOG, Sample)
        self._strides = wire.every(STRIDE, Stride)
        self._recent = wire.newest(RECENT_STRIDES, RecentStrides)
        self._seen: deque[tuple[str, int]] = deque(maxlen=_SEEN)
        """Leg and peak of the last strides passed on: each comes alone, and then with the recent ones again and again."""
        self._cues = wire.every(CUE, Cue)
        self._played = wire.every(PLAYED, Played)
        self._phases = wire.newest(PHASE, Phase)
        self._configs = wire.newest(CONFIG, ConfigState)
        self._healths = wire.newest(HEALTH, Health)
        self._health: dict[str, Health] = {}
        self._sounded = 0
        self._config_version = 0
        self.config: Settings | None = None
        """The settings that hold since a change while running; None: those of the start."""

    @property
    def missed(self) -> int:
        """Messages that were sent and never came."""
        return self._samples.missed + self._strides.missed + self._cues.missed

    def wait(self, timeout_ms: float) -> None:
        """Sleep until there is something, or the time is over."""
        wait(timeout_ms, self._samples, self._strides, self._cues, self._healths)

    def tell(self, runners: Runners, now_ns: int, outlet: Outlet | None = None) -> list[SessionFolder]:
        """Pass on all that waits, to a live outlet too. Returns the sessions that are over."""
        phase = self._phases.take()
        over = runners.phase(phase, now_ns) if phase is not None else None
        heard: list[Sample | Stride | Cue] = [*self._samples.take_all(), *self._new_strides(), *self._cues.take_all()]
        for message in heard:
            runners.take(message, now_ns)
            if outlet is not None:
                outlet.send(message)
        self._sounded += sum(not played.silent for played in self._played.take_all())
        while (health := self._healths.take()) is not None:
            self._health[health.process] = health
        state = self._configs.take()
        if state is not None and state.version > max(1, self._config_version):
            self._config_version = state.version
            self.config = _settings(state)
        return [] if over is None else [over]

    def _new_strides(self) -> list[Stride]:
        recent = self._recent.take()
        found = []
        for stride in (*(recent.strides if recent is not None else ()), *self._strides.take_all()):
            name = (stride.leg, stride.t_peak_ns)
            if name not in self._seen:
                self._seen.append(name)
                found.append(stride)
        return found

    def summary(self) -> dict[str, Any]:
        """Of the whole program: devices, counters, latencies."""
        analysis = self._health.get("analysis")
        return {
            "sounds_played": self._sounded,
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


def _settings(state: ConfigState) -> Settings | None:
    try:
        return Settings.model_validate_json(state.settings_json)
    except ValidationError:
        return None


def _percentiles(latency: Latency) -> dict[str, float]:
    return {"count": latency.count, "p50": latency.p50_ms, "p95": latency.p95_ms, "p99": latency.p99_ms, "max": latency.max_ms}

"""What the console shows of one lane: built from its messages. Pure: time is an argument.

`LaneState` belongs to the thread that receives; what it returns are plain values for JSON.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

from config.measures import MEASURES
from config.sections.capture import KMH_PER_MPS
from console.lane.lane_legs import LaneLegs
from console.lane.values import rounded, verdict
from wire.clock import NS_PER_MS, NS_PER_S, s_to_ns
from wire.faults import SampleState
from wire.health.stages import measured
from wire.messages import STRIDE_TONE, Band, Belt, ConfigState, Cue, Health, Phase, PhaseResult, Sample, Stride, Summary
from wire.texts import ADVICE, PHASES, STATES, notice_sentence, sentence
from wire.topics import CONSOLE, FOLLOW, RECORDER

KEPT_STRIDES = 240
"""Strides kept of both legs: two minutes of running."""
SILENT_S = 3.0
"""A lane that has sent nothing for this long is lost. A process without a report for this long has ended."""
NOT_THE_LANE = (CONSOLE, FOLLOW)
"""Processes that report wherever the console runs, even if the lane does not."""
Json = dict[str, Any]


@dataclass(frozen=True)
class SeenStride:
    """A stride, and where it stands in the order of arrival."""

    seq: int
    stride: Stride
    phase: str
    band: Band | None


class LaneState:
    """Collects a lane's messages, and returns what is new since a client last asked.

    >>> LaneState().state(0)["lost"]
    True
    """

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._sample: Sample | None = None
        self._belt: Belt | None = None
        self._healths: dict[str, tuple[Health, int]] = {}
        self._strides: deque[SeenStride] = deque(maxlen=KEPT_STRIDES)
        self._legs = LaneLegs()
        self._cues: deque[tuple[int, Cue]] = deque(maxlen=KEPT_STRIDES)
        self._config: ConfigState | None = None
        self._heard_ns: int | None = None
        self.seq = 0
        """Sequence number of the last stride or cue."""

    @property
    def phase(self) -> Phase | None:
        """The last phase received."""
        return self._phase

    @property
    def settings_json(self) -> str:
        """The settings in force, as the lane publishes them; "": not published yet."""
        return "" if self._config is None else self._config.settings_json

    def is_measured(self, now_ns: int) -> bool:
        """Whether a runner is measured just now."""
        return self._sample is not None and self._sample.state is SampleState.MEASURING and not self.is_lost(now_ns)

    def changed_by(self, command: str) -> bool | str | None:
        """What a command changes, as it is now; None: not known, or none of these commands."""
        phase = self._phase
        if phase is None:
            return None
        return {"pause": phase.paused, "mute": phase.muted, "next_phase": phase.name, "end_session": phase.name}.get(command)

    @property
    def incline_pct(self) -> float:
        """What the belt reports."""
        return (None if self._belt is None else rounded(self._belt.incline_pct, 1)) or 0.0

    @property
    def summarized_session(self) -> str:
        """Id of the session whose summary is on the screen; "": none is, or it is not recorded."""
        recorder = self._healths.get(RECORDER)
        if self._phase is None or self._phase.name != "summary" or self._phase.summary is None or recorder is None:
            return ""
        return recorder[0].session

    def handle_phase(self, phase: Phase, now_ns: int) -> None:
        """Handle a phase. After a session its strides are discarded, because the next runner may be somebody else."""
        self._heard_ns = now_ns
        if phase.name == "idle" and self._phase is not None and self._phase.name != "idle":
            self._strides.clear()
            self._cues.clear()
            self._legs.clear()
        self._phase = phase

    def handle_sample(self, sample: Sample, now_ns: int) -> None:
        """Handle a sample; the console shows the main camera's."""
        self._heard_ns = now_ns
        if sample.camera == "main":
            self._sample = sample

    def handle_belt(self, belt: Belt, now_ns: int) -> None:
        """Handle a report of the belt."""
        self._heard_ns, self._belt = now_ns, belt

    def handle_health(self, health: Health, now_ns: int) -> None:
        """Handle a process's report about itself."""
        if health.process not in NOT_THE_LANE:
            self._heard_ns = now_ns
        self._healths[health.process] = (health, now_ns)

    def handle_config(self, config: ConfigState) -> None:
        """Handle the settings in force."""
        self._config = config

    def handle_stride(self, stride: Stride, now_ns: int) -> None:
        """Handle a stride. With two cameras, each leg comes from its own camera."""
        self._heard_ns = now_ns
        self._legs.add(stride, now_ns)
        if stride.camera != "main" and stride.leg == "far":
            return
        self.seq += 1
        phase = self._phase
        self._strides.append(SeenStride(self.seq, stride, "" if phase is None else phase.name, _band_of(stride, phase)))

    def handle_cue(self, cue: Cue) -> None:
        """Handle a cue; stride tones are not shown to the coach."""
        if cue.rule != STRIDE_TONE:
            self.seq += 1
            self._cues.append((self.seq, cue))

    def is_lost(self, now_ns: int) -> bool:
        """Whether nothing arrives from the lane."""
        return self._heard_ns is None or now_ns - self._heard_ns > s_to_ns(SILENT_S)

    def since(self, seq: int) -> Json:
        """The strides and cues after a sequence number, in their order."""
        measure = "hip_extension" if self._phase is None else self._phase.measure
        return {
            "strides": [self._stride(one, measure) for one in self._strides if one.seq > seq],
            "cues": [
                {
                    "seq": at,
                    "rule": cue.rule,
                    "text": cue.text,
                    "say": cue.say,
                    "reason": cue.reason.replace("_", " "),
                    "stride": cue.stride_number,
                    "t_ms": cue.t_peak_ns // NS_PER_MS,
                }
                for at, cue in self._cues
                if at > seq
            ],
            "seq": self.seq,
        }

    def state(self, now_ns: int) -> Json:
        """The state without the strides."""
        lost = self.is_lost(now_ns)
        # Of a lost lane nothing is shown as if it were live.
        phase, sample, belt = self._phase, None if lost else self._sample, None if lost else self._belt
        measure = MEASURES.get("hip_extension" if phase is None else phase.measure)
        words = None if sample is None else STATES[sample.state]
        return {
            "lost": lost,
            "session": self.summarized_session,
            "phase": None if phase is None else _phase(phase, now_ns),
            "measure": None
            if measure is None
            else {"label": measure.label, "unit": measure.unit.mark, "decimals": measure.decimals},
            "measuring": sample is not None and sample.state is SampleState.MEASURING,
            "view": None if words is None else {"runner": words.runner, "detail": words.detail},
            "facing": None if sample is None else sample.facing,
            "cadence_spm": None if sample is None else rounded(sample.cadence_spm, 0),
            "belt": None
            if belt is None
            else {
                "kmh": None if belt.speed_mps is None else rounded(KMH_PER_MPS * belt.speed_mps, 1),
                "incline_pct": rounded(belt.incline_pct, 1),
                "source": belt.source,
            },
            "legs": self._legs.state(phase, now_ns),
            "faults": self._faults(now_ns),
            "waiting": [] if self._config is None else list(self._config.waiting),
            "version": 0 if self._config is None else self._config.version,
            "can_set_belt": belt is not None and belt.source != "ftms",
        }

    def processes(self, now_ns: int) -> list[Json]:
        """Each process's state, devices and counters, for the status page."""
        return [
            {
                "name": name,
                "state": health.state if now_ns - at_ns <= s_to_ns(SILENT_S) else "silent",
                "facts": [f"{key}: {value}" for key, value in health.facts.items() if value],
                "faults": [sentence(fault) for fault in health.faults],
                "refused": {
                    key: count for key, count in health.counters.items() if key.startswith(("refused:", "connections"))
                },
            }
            for name, (health, at_ns) in sorted(self._healths.items())
        ]

    def delays(self, now_ns: int) -> list[Json]:
        """How long each stage from the camera to sound and screen has taken in the last seconds, for the status page."""
        healths = {name: health for name, (health, at_ns) in self._healths.items() if now_ns - at_ns <= s_to_ns(SILENT_S)}
        return [
            {"name": stage.name, "what": stage.what, "p50": f"{latency.p50_ms:.1f}", "p95": f"{latency.p95_ms:.1f}"}
            for stage, latency in measured(healths, recent=True)
        ]

    def _stride(self, seen: SeenStride, measure: str) -> Json:
        stride = seen.stride
        row = MEASURES.get(measure)
        value = None if row is None else rounded(stride.value(row.column), 2)
        least = 0.0 if self._phase is None else self._phase.min_quality
        trusted = stride.quality >= least
        return {
            "seq": seen.seq,
            "number": stride.number,
            "leg": stride.leg,
            "side": stride.side,
            "value": value,
            "trusted": trusted,
            "verdict": verdict(value, seen.band) if trusted else "unsure",
            "band": None if seen.band is None else [seen.band.low_deg, seen.band.high_deg],
            "phase": seen.phase,
            "cadence_spm": rounded(stride.cadence_spm, 0),
            "t_ms": stride.t_peak_ns // NS_PER_MS,
        }

    def _faults(self, now_ns: int) -> list[Json]:
        """All faults of all processes, in the coach's words, the oldest first."""
        faults = sorted(
            (fault for health, _ in self._healths.values() for fault in health.faults), key=lambda one: one.since_ns
        )
        return [
            {
                "text": sentence(fault),
                "process": fault.process,
                "code": fault.code.value,
                "since_s": max(0, (now_ns - fault.since_ns) // NS_PER_S),
            }
            for fault in faults
        ]


def _band_of(stride: Stride, phase: Phase | None) -> Band | None:
    """The band of a near leg; with two cameras each leg has its own."""
    if phase is None or stride.leg == "far":
        return None
    target = phase.sides.get(stride.side) if phase.sides and stride.side is not None else phase
    return None if target is None else target.band


def _phase(phase: Phase, now_ns: int) -> Json:
    return {
        "name": phase.name,
        "title": PHASES[phase.name],
        "left_s": None if phase.ends_ns is None else max(0, -((now_ns - phase.ends_ns) // NS_PER_S)),
        "band": None if phase.band is None else [phase.band.low_deg, phase.band.high_deg],
        "baseline": rounded(phase.baseline_deg, 1),
        "baseline_sd": rounded(phase.baseline_sd_deg, 1),
        "paused": phase.paused,
        "muted": phase.muted,
        "cueing": phase.cueing,
        "form_first": phase.form_first,
        "mode": phase.mode,
        "runner": phase.runner,
        "session_number": phase.session_number,
        "notice": "" if phase.notice is None else notice_sentence(phase.notice),
        "summary": None if phase.summary is None else _summary(phase.summary),
    }


def _summary(summary: Summary) -> Json:
    return {
        "phases": {name: _result(getattr(summary, name)) for name in ("baseline", "drill", "retention")},
        "best_streak": summary.best_streak,
        "practise": [{"title": ADVICE[name].title, "text": ADVICE[name].text} for name in summary.practise],
    }


def _result(result: PhaseResult | None) -> Json | None:
    if result is None:
        return None
    return {
        "strides": result.strides,
        "mean": rounded(result.mean, 1),
        "sd": rounded(result.sd, 1),
        "in_band_pct": None if result.in_band is None else rounded(100 * result.in_band, 0),
    }

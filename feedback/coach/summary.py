"""The results of a session: its phases, the best streak, and what to practise."""

from dataclasses import dataclass, field
from statistics import fmean, pstdev

from feedback.coach.baseline import MIN_STRIDES
from wire.messages import AdviceName, Band, PhaseResult, Summary

MIN_CHANGE_DEG = 2.0
"""Smaller differences between two means are within the measurement's uncertainty (docs/measures.md)."""
MIN_ARCHED_SHARE = 0.1
MIN_KEPT_SHARE = 0.5
EXTENSION_MEASURES = ("hip_extension", "hip_extension_trunk", "thigh_excursion")
"""The measures that the mobility and strength advice is about."""


@dataclass
class _MeasureValues:
    """The target measure's values in one phase."""

    values: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)

    def add(self, value: float, band: Band | None) -> None:
        self.values.append(value)
        if band is not None:
            self.inside.append(band.low_deg <= value <= band.high_deg)

    def result(self) -> PhaseResult | None:
        if not self.values:
            return None
        share = fmean(self.inside) if self.inside else None
        return PhaseResult(len(self.values), fmean(self.values), pstdev(self.values), share)


@dataclass
class _PaceResults:
    """Strides at one pace: only these may be compared with each other."""

    baseline: list[float]
    drill: _MeasureValues = field(default_factory=_MeasureValues)
    retention: _MeasureValues = field(default_factory=_MeasureValues)
    arched: int = 0
    streak: int = 0
    best_streak: int = 0


@dataclass(frozen=True)
class Findings:
    """What the advice is based on."""

    measure: str
    may_grow: bool
    """Whether the session asked for more of the measure."""
    baseline: PhaseResult | None
    drill: PhaseResult | None
    retention: PhaseResult | None
    arched: int
    """Strides of the drill during which the arching guard was active."""


class SummaryBuilder:
    """Collects the values of the target's measure, separately for each pace."""

    def __init__(self) -> None:
        self._paces = [_PaceResults([])]

    def start_pace(self, baseline: list[float]) -> None:
        """Compare all further strides with this baseline."""
        self._paces.append(_PaceResults(baseline))

    def add_drill_stride(self, value: float, band: Band | None, guards: frozenset[str]) -> None:
        """Add a stride of the drill and the guards active at it."""
        pace = self._paces[-1]
        pace.drill.add(value, band)
        inside = band is not None and band.low_deg <= value <= band.high_deg
        pace.streak = pace.streak + 1 if inside else 0
        pace.best_streak = max(pace.best_streak, pace.streak)
        pace.arched += "arching" in guards

    def add_retention_stride(self, value: float, band: Band | None) -> None:
        """Add a stride of the retention."""
        self._paces[-1].retention.add(value, band)

    def build(self, measure: str, may_grow: bool) -> Summary:
        """The summary of the pace with the most drill strides. `may_grow`: the session asked for more of the measure."""
        pace = max(reversed(self._paces), key=lambda pace: (len(pace.drill.values), len(pace.baseline)))
        baseline, drill, retention = _MeasureValues(pace.baseline).result(), pace.drill.result(), pace.retention.result()
        findings = Findings(measure, may_grow, baseline, drill, retention, pace.arched)
        return Summary(
            baseline=baseline,
            drill=drill,
            retention=retention,
            best_streak=max(pace.best_streak for pace in self._paces),
            practise=choose_advice(findings),
        )


def choose_advice(findings: Findings) -> tuple[AdviceName, ...]:
    """At most two things to practise, the most important first; none if too little was measured. Never medical advice."""
    drill = findings.drill
    if drill is None or drill.strides < MIN_STRIDES:
        return ()
    advice: list[AdviceName] = ["lumbar_pelvic_control"] if findings.arched >= MIN_ARCHED_SHARE * drill.strides else []
    if findings.measure in EXTENSION_MEASURES and findings.may_grow and findings.baseline is not None:
        gain = drill.mean - findings.baseline.mean
        if gain < MIN_CHANGE_DEG:
            advice.append("hip_flexor_mobility")
        elif findings.retention is not None and findings.retention.strides >= MIN_STRIDES:
            kept = findings.retention.mean - findings.baseline.mean
            advice.append("glute_activation_kept" if kept >= MIN_KEPT_SHARE * gain else "glute_activation_lost")
    return tuple(advice)

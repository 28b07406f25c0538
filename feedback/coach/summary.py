"""The results of a session: its phases, the best streak, and what to practise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import fmean, pvariance

from feedback.coach.baseline import MIN_STRIDES
from wire.messages import AdviceName, Band, PhaseResult, Side, Summary

MIN_CHANGE_DEG = 2.0
"""Smaller differences between two means are within the measurement's uncertainty (docs/measures.md)."""
MIN_ARCHED_SHARE = 0.1
MIN_KEPT_SHARE = 0.5
EXTENSION_MEASURES = ("hip_extension", "hip_extension_trunk", "thigh_excursion")
"""The measures that the mobility and strength advice is about."""


Leg = Side | None
"""Whose stride it was; None: the near leg's, with one camera."""
Values = Mapping[Leg, Sequence[float]]
"""Of a measure, by leg, in the order of the strides."""


@dataclass
class _MeasureValues:
    """The target measure's values in one phase."""

    values: dict[Leg, list[float]] = field(default_factory=dict)
    inside: dict[Leg, list[bool]] = field(default_factory=dict)

    def add(self, leg: Leg, value: float, band: Band | None) -> None:
        self.values.setdefault(leg, []).append(value)
        if band is not None:
            self.inside.setdefault(leg, []).append(band.low_deg <= value <= band.high_deg)

    @property
    def strides(self) -> int:
        return sum(map(len, self.values.values()))

    def has_enough_of(self, leg: Leg) -> bool:
        """Whether it has half as many strides of this leg as of the other one, or more."""
        most = max(map(len, self.values.values()), default=0)
        return 2 * len(self.values.get(leg, ())) >= most

    def result(self, legs: Sequence[Leg]) -> PhaseResult | None:
        """Of these legs, each of the same weight, however many strides of it were seen."""
        values = [self.values[leg] for leg in legs if leg in self.values]
        inside = [one for leg in legs for one in self.inside.get(leg, ())]
        if not values:
            return None
        mean, sd = fmean(map(fmean, values)), sqrt(fmean(pvariance(one) for one in values))
        return PhaseResult(sum(map(len, values)), mean, sd, fmean(inside) if inside else None)


@dataclass
class _PaceResults:
    """Strides at one pace: only these may be compared with each other."""

    baseline: _MeasureValues
    drill: _MeasureValues = field(default_factory=_MeasureValues)
    retention: _MeasureValues = field(default_factory=_MeasureValues)
    arched: int = 0
    streak: int = 0
    best_streak: int = 0

    @property
    def compared_legs(self) -> list[Leg]:
        """The legs that were seen in all phases: legs differ, and a lost camera's leg would look like a change."""
        phases = (self.baseline, self.drill, self.retention)
        legs = list(dict.fromkeys(leg for phase in phases for leg in phase.values))
        whole = [leg for leg in legs if all(phase.has_enough_of(leg) for phase in phases)]
        return whole or sorted(legs, key=lambda leg: len(self.drill.values.get(leg, ())))[-1:]


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
        self._paces = [_PaceResults(_MeasureValues())]

    def start_pace(self, baseline: Values) -> None:
        """Compare all further strides with this baseline."""
        self._paces.append(_PaceResults(_MeasureValues({leg: list(values) for leg, values in baseline.items() if values})))

    def add_drill_stride(self, leg: Leg, value: float, band: Band | None, guards: frozenset[str]) -> None:
        """Add a stride of the drill and the guards active at it."""
        pace = self._paces[-1]
        pace.drill.add(leg, value, band)
        inside = band is not None and band.low_deg <= value <= band.high_deg
        pace.streak = pace.streak + 1 if inside else 0
        pace.best_streak = max(pace.best_streak, pace.streak)
        pace.arched += "arching" in guards

    def add_retention_stride(self, leg: Leg, value: float, band: Band | None) -> None:
        """Add a stride of the retention."""
        self._paces[-1].retention.add(leg, value, band)

    def build(self, measure: str, may_grow: bool) -> Summary:
        """The summary of the pace with the most drill strides. `may_grow`: the session asked for more of the measure."""
        pace = max(reversed(self._paces), key=lambda pace: (pace.drill.strides, pace.baseline.strides))
        baseline, drill, retention = (one.result(pace.compared_legs) for one in (pace.baseline, pace.drill, pace.retention))
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

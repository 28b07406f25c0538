"""What a session brought: the results of its phases, the best streak, and what to practise."""

from dataclasses import dataclass, field
from statistics import fmean, pstdev

from feedback.coach.practise import Findings, practise
from wire.messages import Band, PhaseResult, Summary


@dataclass
class _Values:
    """A measure of the strides of one phase."""

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
class _Pace:
    """What was run at one pace: only strides of one pace may be compared."""

    baseline: list[float]
    drill: _Values = field(default_factory=_Values)
    retention: _Values = field(default_factory=_Values)
    arched: int = 0
    streak: int = 0
    best_streak: int = 0


class Ledger:
    """Keeps the values of the target's measure, pace by pace."""

    def __init__(self) -> None:
        self._paces = [_Pace([])]

    def new_pace(self, baseline: list[float]) -> None:
        """From now on strides are compared with this baseline."""
        self._paces.append(_Pace(baseline))

    def drill(self, value: float, band: Band | None, guards: frozenset[str]) -> None:
        """A stride of the drill, and the guards that held."""
        pace = self._paces[-1]
        pace.drill.add(value, band)
        inside = band is not None and band.low_deg <= value <= band.high_deg
        pace.streak = pace.streak + 1 if inside else 0
        pace.best_streak = max(pace.best_streak, pace.streak)
        pace.arched += "arching" in guards

    def retention(self, value: float, band: Band | None) -> None:
        """A stride of the retention."""
        self._paces[-1].retention.add(value, band)

    def summary(self, measure: str, may_grow: bool) -> Summary:
        """Of the pace with most strides of the drill. `may_grow`: whether the session asked for more of the measure."""
        pace = max(reversed(self._paces), key=lambda pace: (len(pace.drill.values), len(pace.baseline)))
        baseline, drill, retention = _Values(pace.baseline).result(), pace.drill.result(), pace.retention.result()
        findings = Findings(measure, may_grow, baseline, drill, retention, pace.arched)
        return Summary(
            baseline=baseline,
            drill=drill,
            retention=retention,
            best_streak=max(pace.best_streak for pace in self._paces),
            practise=practise(findings),
        )

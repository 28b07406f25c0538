"""One cue rule: a condition that must hold for several strides running, and a time to be quiet in between."""

from dataclasses import dataclass

from config.schema import Cue as Rule
from config.schema import when_parts
from feedback.coach.guards import SLOW_CADENCE
from feedback.coach.pace import Direction
from feedback.coach.recent import RecentStrides
from wire.clock import s_to_ns
from wire.messages import Band, Cue, Stride


@dataclass(frozen=True)
class Condition:
    """A rule's `when`, understood."""

    measure: str
    side: str
    number: float | None

    def holds(self, value: float | None, band: Band | None) -> bool | None:
        """Whether it holds of this value; None: it cannot be told (no value, or no band yet)."""
        if value is None:
            return None
        if self.number is not None:
            return value < self.number if self.side == "below" else value > self.number
        if band is None:
            return None
        if self.side == "in":
            return band.low_deg <= value <= band.high_deg
        return value < band.low_deg if self.side == "below" else value > band.high_deg


class RuleState:
    """Follows one rule from stride to stride. Time is an argument."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.condition = None if rule.guard is not None else Condition(*when_parts(rule.when))
        self._running = 0
        self._since_spoken = 0
        self._quiet_until_ns = 0
        self._left = not self.praises
        """Praise is for coming back into the band: an "in" rule waits until the runner has been outside."""

    @property
    def praises(self) -> bool:
        """Whether it speaks for being in the band."""
        return self.condition is not None and self.condition.side == "in"

    @property
    def holding(self) -> bool:
        """Whether its condition has held for its strides, whether it may speak or not."""
        return self._running >= self.rule.strides

    @property
    def likely_answer(self) -> Direction | None:
        """Asked for more, runners may take longer, slower steps; asked for less or for quicker steps, quicker ones."""
        if self.rule.guard == SLOW_CADENCE:
            return "quicker"
        if self.condition is None or self.condition.side == "in":
            return None
        more = self.condition.side == "below"
        if self.condition.measure == "cadence":
            return "quicker" if more else "slower"
        return "slower" if more else "quicker"

    def value(self, recent: RecentStrides) -> float | None:
        """What is judged: the mean of its measure; None for a guard."""
        return None if self.condition is None else recent.mean(self.condition.measure, self.rule.mean_strides)

    def stride(self, recent: RecentStrides, band: Band | None, guards: frozenset[str]) -> None:
        """Take in a trusted stride; `recent` ends with it, `guards` are those that hold."""
        if self.condition is None:
            holds: bool | None = self.rule.guard in guards
        else:
            holds = self.condition.holds(self.value(recent), band)
        self._running = self._running + 1 if holds else 0
        self._since_spoken = self._since_spoken + 1 if holds else 0
        if holds is False and self.praises:
            self._left = True

    def due(self, at_ns: int) -> bool:
        """Whether it would speak now."""
        return self._left and self._since_spoken >= self.rule.strides and at_ns >= self._quiet_until_ns

    def spoken(self, at_ns: int) -> None:
        """It has spoken: be quiet for its time, and let the strides count anew."""
        self._quiet_until_ns = at_ns + s_to_ns(self.rule.every_s)
        self._since_spoken = 0
        self._left = not self.praises

    def cue(self, stride: Stride, value: float | None, band: Band | None, now_ns: int) -> Cue:
        """What is said at this stride, and why."""
        rule = self.rule
        by_band = self.condition is not None and self.condition.number is None
        limits = f", band {band.low_deg:.1f} to {band.high_deg:.1f}" if by_band and band is not None else ""
        shown = f": mean of {rule.mean_strides} {value:.1f}" if value is not None else ""
        return Cue(
            rule=rule.name,
            text=rule.text,
            sound="" if rule.sound == "none" else rule.sound,
            reason=f"{rule.when} for {rule.strides} strides{shown}{limits}",
            stride_number=stride.number,
            t_peak_ns=stride.t_peak_ns,
            decided_ns=now_ns,
            say=rule.say,
            stamps=stride.stamps,
        )

    def start_anew(self) -> None:
        """The strides before no longer count (a gap, a new baseline, a silent phase); its quiet time does."""
        self._running = self._since_spoken = 0
        self._left = not self.praises

    def changed_to(self, rule: Rule) -> "RuleState":
        """Its successor after a change of the settings: unchanged it goes on, changed it keeps its quiet time."""
        if rule == self.rule:
            return self
        successor = RuleState(rule)
        successor._quiet_until_ns = self._quiet_until_ns
        return successor

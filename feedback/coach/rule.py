"""One cue rule: a condition that must hold for several consecutive strides, and a cooldown after each cue."""

from dataclasses import dataclass

from config.sections.cue_rule import CueRule, LegChoice, when_parts
from feedback.coach.guards import SLOW_CADENCE
from feedback.coach.judged_legs import JudgedLegs, Judgement
from feedback.coach.pace import Direction
from wire.clock import s_to_ns
from wire.messages import Band, Cue, Side, Stride
from wire.texts import counted


@dataclass(frozen=True)
class Condition:
    """A rule's `when`, parsed."""

    measure: str
    side: str
    number: float | None

    def holds(self, value: float | None, band: Band | None) -> bool | None:
        """Whether it holds for this value; None if there is no value, or no band yet."""
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
    """Tracks one rule from stride to stride. Time is an argument."""

    def __init__(self, rule: CueRule) -> None:
        self.rule = rule
        self.condition = None if rule.guard is not None else Condition(*when_parts(rule.when))
        self._leg: LegChoice = "both" if self.condition is None and rule.leg == "worse" else rule.leg
        self._consecutive = 0
        self._since_cue = 0
        self._needed = rule.strides
        self._is_judged = False
        """Whether the rule is about the leg of the last stride: a leg that is not seen any more gives no cue."""
        self._judgement = Judgement(None, None)
        """The judgement at the last stride of the rule's leg."""
        self._cooldown_until_ns = 0
        self._armed = not self.is_praise
        """Praise rewards the return to the band: an "in" rule is armed once the runner has been outside."""

    @property
    def is_praise(self) -> bool:
        """Whether its cue is for being in the band."""
        return self.condition is not None and self.condition.side == "in"

    @property
    def guards(self) -> frozenset[str]:
        """The active guards of the rule's legs."""
        return self._judgement.guards

    def is_about(self, side: Side) -> bool:
        """Whether the rule is about this leg."""
        return self._leg not in ("left", "right") or self._leg == side

    @property
    def holds(self) -> bool:
        """Whether its condition has held for its number of strides, during its cooldown too."""
        return self._consecutive >= self._needed

    @property
    def expected_response(self) -> Direction | None:
        """How the cue may change the cadence: asked for more, runners may take longer, slower steps; for less, quicker ones."""
        if self.rule.guard == SLOW_CADENCE:
            return "quicker"
        if self.condition is None or self.condition.side == "in":
            return None
        more = self.condition.side == "below"
        if self.condition.measure == "cadence":
            return "quicker" if more else "slower"
        return "slower" if more else "quicker"

    def add_stride(self, legs: JudgedLegs) -> None:
        """Add a trusted stride. A stride of a leg that the rule is not about is ignored, and gives no cue."""
        rule, condition = self.rule, self.condition
        if condition is None:
            judgement = legs.judge_guards(self._leg)
        else:
            judgement = legs.judge(self._leg, condition.measure, condition.side, condition.number is None, rule.mean_strides)
        self._is_judged = judgement is not None
        if judgement is None:
            return
        self._judgement = judgement
        self._needed = rule.strides * legs.strides_of(self._leg)
        if condition is None:
            holds: bool | None = rule.guard in judgement.guards
        else:
            holds = condition.holds(judgement.value, judgement.band)
        self._consecutive = self._consecutive + 1 if holds else 0
        self._since_cue = self._since_cue + 1 if holds else 0
        if holds is False and self.is_praise:
            self._armed = True

    def is_due(self, at_ns: int) -> bool:
        """Whether a cue is due at the last stride."""
        return self._is_judged and self._armed and self._since_cue >= self._needed and at_ns >= self._cooldown_until_ns

    def mark_given(self, at_ns: int) -> None:
        """Start the cooldown, and count strides from zero."""
        self._cooldown_until_ns = at_ns + s_to_ns(self.rule.every_s)
        self._since_cue = 0
        self._armed = not self.is_praise

    def cue(self, stride: Stride, now_ns: int) -> Cue:
        """The cue at this stride, with its reason."""
        rule, value, band = self.rule, self._judgement.value, self._judgement.band
        by_band = self.condition is not None and self.condition.number is None
        limits = f", band {band.low_deg:.1f} to {band.high_deg:.1f}" if by_band and band is not None else ""
        mean = f" (mean of {rule.mean_strides})" if rule.mean_strides > 1 else ""
        shown = f": {value:.1f}{mean}" if value is not None else ""
        leg = "" if rule.leg == "both" else f"{rule.leg} "
        lasted = counted(rule.strides, f"{leg}stride")
        return Cue(
            rule=rule.name,
            text=rule.text,
            sound="" if rule.sound == "none" else rule.sound,
            reason=f"{rule.when} for {lasted}{shown}{limits}",
            stride_number=stride.number,
            t_peak_ns=stride.t_peak_ns,
            decided_ns=now_ns,
            say=rule.say,
            stamps=stride.stamps,
        )

    def reset(self) -> None:
        """Discard the strides so far (a gap, a new baseline, a silent phase) but not the cooldown."""
        self._consecutive = self._since_cue = 0
        self._armed = not self.is_praise

    def with_rule(self, rule: CueRule) -> "RuleState":
        """The state after a change of settings: the same one for an unchanged rule, else a new one with this cooldown."""
        if rule == self.rule:
            return self
        successor = RuleState(rule)
        successor._cooldown_until_ns = self._cooldown_until_ns
        return successor

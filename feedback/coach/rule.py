"""One cue rule: a condition that must hold for several strides running, and a time to be quiet in between."""

from dataclasses import dataclass

from config.schema import Cue as Rule
from config.schema import when_parts
from feedback.coach.measures import OF_STRIDE
from wire.clock import s_to_ns
from wire.messages import Band, Stride

GAP_S = 3.0
"""Strides further apart than this do not follow one another: the run starts anew."""


@dataclass(frozen=True)
class Condition:
    """A rule's `when`, understood."""

    measure: str
    side: str
    number: float | None

    def holds(self, stride: Stride, target_measure: str, band: Band | None) -> bool | None:
        """Whether it holds in this stride; None: it cannot be told (no value, or no band yet)."""
        value = OF_STRIDE[self.measure](stride)
        if value is None:
            return None
        if self.number is not None:
            return value < self.number if self.side == "below" else value > self.number
        if band is None or self.measure != target_measure:
            return None
        if self.side == "in":
            return band.low_deg <= value <= band.high_deg
        return value < band.low_deg if self.side == "below" else value > band.high_deg


class RuleState:
    """Follows one rule from stride to stride. Time is an argument."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        measure, side, number = when_parts(rule.when)
        self.condition = Condition(measure, side, number)
        self._run = 0
        self._last_stride_ns: int | None = None
        self._quiet_until_ns = 0
        self._left = side != "in"
        """Praise is for coming back into the band: an "in" rule waits until the runner has been outside."""

    def stride(self, stride: Stride, target_measure: str, band: Band | None) -> bool:
        """Take in a trusted stride; True when the rule would speak now."""
        if self._last_stride_ns is not None and stride.t_peak_ns - self._last_stride_ns > s_to_ns(GAP_S):
            self._run = 0
        self._last_stride_ns = stride.t_peak_ns
        holds = self.condition.holds(stride, target_measure, band)
        if holds is None:
            self._run = 0
            return False
        self._run = self._run + 1 if holds else 0
        if not holds and self.condition.side == "in":
            self._left = True
        return self._left and self._run >= self.rule.strides and stride.t_known_ns >= self._quiet_until_ns

    def spoken(self, at_ns: int) -> None:
        """The rule has spoken: be quiet for its time, and let the strides count anew."""
        self._quiet_until_ns = at_ns + s_to_ns(self.rule.every_s)
        self._run = 0
        self._left = self.condition.side != "in"

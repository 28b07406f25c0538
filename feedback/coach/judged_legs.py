"""Which leg's value and band a rule judges after a stride: the near leg's, or with two cameras either leg's."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean

from config.sections.cue_rule import LegChoice
from feedback.coach.stride_window import StrideWindow
from wire.messages import Band, Side


@dataclass(frozen=True)
class JudgedLeg:
    """One leg at this moment."""

    recent: StrideWindow
    band: Band | None
    side: Side | None = None
    """None: it is not known which way the runner faces."""
    guards: frozenset[str] = frozenset()
    """Those that are active."""


@dataclass(frozen=True)
class Judgement:
    """What a rule judges at a stride."""

    value: float | None
    """A mean over strides; None if it was not measured."""
    band: Band | None
    guards: frozenset[str] = frozenset()
    """The active ones."""


class JudgedLegs:
    """The legs that are seen near by a camera; the last stride is that of `last`."""

    def __init__(self, last: JudgedLeg, others: Sequence[JudgedLeg] = ()) -> None:
        self._last = last
        self._legs = (last, *others)

    def strides_of(self, wanted: LegChoice) -> int:
        """Number of strides to count as one: for a rule about both legs, one of each."""
        return len(self._legs) if wanted == "both" else 1

    def judge(self, wanted: LegChoice, measure: str, side: str, of_band: bool, strides: int) -> Judgement | None:
        """What a rule about this measure judges; None: the rule is not about this stride's leg.

        `side` ("below", "above" or "in" the band or, not `of_band`, a number) decides which leg is the worse one.
        """
        last = self._last
        if wanted == "both" and len(self._legs) > 1:
            return self._mean(measure, strides)
        if wanted == "worse" and last is not self._worse(measure, side, of_band, strides):
            return None
        if wanted in ("left", "right") and last.side != wanted:
            return None
        return Judgement(last.recent.mean(measure, strides), last.band, last.guards)

    def judge_guards(self, wanted: LegChoice) -> Judgement | None:
        """What a rule about a guard judges: the guards of this stride's leg; None: the rule is not about it."""
        about = wanted not in ("left", "right") or self._last.side == wanted
        return Judgement(None, None, self._last.guards) if about else None

    @property
    def _guards(self) -> frozenset[str]:
        return frozenset().union(*(leg.guards for leg in self._legs))

    def _mean(self, measure: str, strides: int) -> Judgement:
        values = [value for leg in self._legs if (value := leg.recent.mean(measure, strides)) is not None]
        bands = [leg.band for leg in self._legs if leg.band is not None]
        whole = len(values) == len(self._legs)
        banded = len(bands) == len(self._legs)
        return Judgement(
            fmean(values) if whole else None,
            Band(fmean(band.low_deg for band in bands), fmean(band.high_deg for band in bands)) if banded else None,
            self._guards,
        )

    def _worse(self, measure: str, side: str, of_band: bool, strides: int) -> JudgedLeg:
        """The leg farthest on this side of the middle of its band, or with the most or the least; any if none is known."""

        def excess(leg: JudgedLeg) -> float:
            value = leg.recent.mean(measure, strides)
            if value is None or (of_band and leg.band is None):
                return -inf
            more = value if not of_band or leg.band is None else value - (leg.band.low_deg + leg.band.high_deg) / 2
            return {"above": more, "below": -more}.get(side, abs(more))

        return max(self._legs, key=excess)

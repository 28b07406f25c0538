"""Which leg's value and band a rule judges after a stride: the near leg's, or with two cameras either leg's."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Judgement:
    """What a rule judges at a stride."""

    value: float | None
    """A mean over strides; None if it was not measured."""
    band: Band | None


class JudgedLegs:
    """The legs that are seen near by a camera; the last stride is that of `last`."""

    def __init__(self, last: JudgedLeg, others: Sequence[JudgedLeg] = ()) -> None:
        self._last = last
        self._legs = (last, *others)

    def strides_of(self, wanted: LegChoice) -> int:
        """Number of strides to count as one: for a rule about both legs, one of each."""
        return len(self._legs) if wanted == "both" else 1

    def judge(self, wanted: LegChoice, measure: str, above: bool, strides: int) -> Judgement | None:
        """The value and band for a rule about this measure; None: the rule is not about this stride's leg.

        `above`: the rule is about values above the band, so the worse leg is the one with the larger value.
        """
        last = self._last
        if wanted in ("left", "right"):
            return self._of(last, measure, strides) if last.side == wanted else None
        if len(self._legs) == 1:
            return self._of(last, measure, strides)
        if wanted == "both":
            return self._mean(measure, strides)
        return self._of(last, measure, strides) if last is self._worse(measure, above, strides) else None

    def _of(self, leg: JudgedLeg, measure: str, strides: int) -> Judgement:
        return Judgement(leg.recent.mean(measure, strides), leg.band)

    def _mean(self, measure: str, strides: int) -> Judgement:
        values = [value for leg in self._legs if (value := leg.recent.mean(measure, strides)) is not None]
        bands = [leg.band for leg in self._legs if leg.band is not None]
        whole = len(values) == len(self._legs)
        banded = len(bands) == len(self._legs)
        return Judgement(
            fmean(values) if whole else None,
            Band(fmean(band.low_deg for band in bands), fmean(band.high_deg for band in bands)) if banded else None,
        )

    def _worse(self, measure: str, above: bool, strides: int) -> JudgedLeg:
        """The leg that is farthest on the wrong side of the middle of its band, or of the other one where there is no band."""

        def excess(leg: JudgedLeg) -> float:
            value = leg.recent.mean(measure, strides)
            if value is None:
                return float("-inf")
            middle = 0.0 if leg.band is None else (leg.band.low_deg + leg.band.high_deg) / 2
            return value - middle if above else middle - value

        return max(self._legs, key=excess)

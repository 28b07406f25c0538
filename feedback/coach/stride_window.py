"""The near leg's latest trusted strides, and means over them."""

from collections import deque
from statistics import fmean

from config.measures import MEASURES
from config.sections.cue_rule import MAX_STRIDES
from wire.clock import s_to_ns
from wire.messages import Stride

GAP_S = 3.0
"""Strides further apart than this are not consecutive: the window starts over."""


def value_of(stride: Stride, measure: str) -> float | None:
    """A stride's value of a measure of config/measures.py; None: not measured. Raises KeyError for an unknown measure."""
    return stride.value(MEASURES[measure].column)


class StrideWindow:
    """Consecutive strides: without a gap, and with their angles counted from the same zero."""

    def __init__(self) -> None:
        self._strides: deque[Stride] = deque(maxlen=MAX_STRIDES)

    def has_same_zero(self, stride: Stride) -> bool:
        """Whether the stride's standing zero equals the previous stride's, even across a gap. True for the first stride."""
        return not self._strides or stride.standing_thigh_deg == self._strides[-1].standing_thigh_deg

    def add(self, stride: Stride) -> bool:
        """Add a stride. Returns False if it starts a new window: the first stride, after a gap, or with another zero."""
        in_time = bool(self._strides) and stride.t_peak_ns - self._strides[-1].t_peak_ns <= s_to_ns(GAP_S)
        is_consecutive = in_time and self.has_same_zero(stride)
        if not is_consecutive:
            self._strides.clear()
        self._strides.append(stride)
        return is_consecutive

    def lacks(self, measure: str, strides: int) -> bool:
        """Whether there are at least `strides` strides and none of the last `strides` has the measure."""
        last = list(self._strides)[-strides:]
        return len(last) == strides and all(value_of(stride, measure) is None for stride in last)

    def mean(self, measure: str, strides: int) -> float | None:
        """Mean of a measure over the last `strides` strides; None if there are fewer, or one of them lacks it."""
        if len(self._strides) < strides:
            return None
        values = [value_of(stride, measure) for stride in list(self._strides)[-strides:]]
        taken = [value for value in values if value is not None]
        return fmean(taken) if len(taken) == strides else None

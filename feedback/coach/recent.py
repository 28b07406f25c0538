"""The last trusted strides of the near leg, and means over them."""

from collections import deque
from statistics import fmean

from feedback.coach.measures import value_of
from wire.clock import s_to_ns
from wire.messages import Stride

GAP_S = 3.0
"""Strides further apart than this do not follow one another: the run starts anew."""
_MOST_STRIDES = 50


class RecentStrides:
    """Strides that followed one another without a gap, their angles counted from the same zero."""

    def __init__(self) -> None:
        self._strides: deque[Stride] = deque(maxlen=_MOST_STRIDES)

    def same_zero(self, stride: Stride) -> bool:
        """Whether its zero from quiet standing is that of the stride before, gap or not; of the first it is."""
        return not self._strides or stride.standing_thigh_deg == self._strides[-1].standing_thigh_deg

    def add(self, stride: Stride) -> bool:
        """Take in a stride; False when it follows on none: a gap, another zero, or the first."""
        in_time = bool(self._strides) and stride.t_peak_ns - self._strides[-1].t_peak_ns <= s_to_ns(GAP_S)
        follows = in_time and self.same_zero(stride)
        if not follows:
            self._strides.clear()
        self._strides.append(stride)
        return follows

    def lack(self, measure: str, strides: int) -> bool:
        """Whether there are so many strides, and none of the last so many has the measure."""
        last = list(self._strides)[-strides:]
        return len(last) == strides and all(value_of(stride, measure) is None for stride in last)

    def mean(self, measure: str, strides: int) -> float | None:
        """Mean of a measure over the last so many strides; None: too few yet, or one of them lacks it."""
        if len(self._strides) < strides:
            return None
        values = [value_of(stride, measure) for stride in list(self._strides)[-strides:]]
        taken = [value for value in values if value is not None]
        return fmean(taken) if len(taken) == strides else None

"""Makes two cameras on opposite sides of the runner read alike, by splitting the difference of their readings. Pure.

Both cameras see both legs, so the difference of their readings, averaged over the left and the right leg, comes from the
cameras: a camera reads 0.25° more or less for each degree of yaw (rendered people), and each has its own zero. The difference
between the legs cancels in this average. Each camera corrects its readings by half of it. The near legs, which are the numbers
that count, then differ as the mean of near and far legs does (config/left_minus_right.py).
"""

from collections import deque
from statistics import fmean

from msgspec import structs

from config.reference import FAR_PAIR_APART_DEG
from wire.clock import s_to_ns
from wire.messages import Facing, Side, Stride, opposite

_MEMORY_NS = s_to_ns(30.0)
_MIN_STRIDES = 3
"""Least number of strides of each leg by each camera. Both mostly see the same strides, so their scatter hardly counts."""
_MOST_DEG = FAR_PAIR_APART_DEG / 2
"""A larger difference cannot come from a camera's yaw: one of the legs is seen badly."""


class _Readings:
    """Recent uncorrected readings of both legs by one camera."""

    def __init__(self) -> None:
        self._legs: dict[Side, deque[tuple[int, float]]] = {"left": deque(), "right": deque()}
        self._known: tuple[float | None, Facing | None] | None = None

    def add(self, stride: Stride) -> bool:
        """Add a stride. Returns whether the earlier ones were discarded, because the zero or the runner's direction changed."""
        assert stride.side is not None
        known = stride.standing_thigh_deg, stride.side if stride.leg == "near" else opposite(stride.side)
        is_new, self._known = known != self._known, known
        if is_new:
            for leg in self._legs.values():
                leg.clear()
        leg = self._legs[stride.side]
        leg.append((stride.t_peak_ns, stride.hip_extension_deg + stride.pair_correction_deg))
        while leg[0][0] < stride.t_peak_ns - _MEMORY_NS:
            leg.popleft()
        return is_new

    def mean_deg(self, since_ns: int) -> float | None:
        """Mean of the left and the right leg since a time, each leg counting as much; None: too few strides."""
        legs = [[value_deg for at_ns, value_deg in leg if at_ns >= since_ns] for leg in self._legs.values()]
        return fmean(fmean(leg) for leg in legs) if min(map(len, legs)) >= _MIN_STRIDES else None


class PairCorrection:
    """Corrects one camera's strides by the readings of both. The correction is kept while one of the cameras sees nobody."""

    def __init__(self, min_quality: float) -> None:
        self.min_quality = min_quality
        """Strides of lower quality are not used."""
        self._here, self._there = _Readings(), _Readings()
        self._correction_deg = 0.0

    def add_other(self, stride: Stride) -> None:
        """Add a stride by the other camera, as published."""
        self._add(stride, self._there)

    def corrected(self, stride: Stride) -> Stride:
        """A stride by this camera, corrected."""
        self._add(stride, self._here)
        return structs.replace(
            stride,
            hip_extension_deg=stride.hip_extension_deg - self._correction_deg,
            thigh_min_deg=stride.thigh_min_deg + self._correction_deg,
            pair_correction_deg=self._correction_deg,
        )

    def _add(self, stride: Stride, readings: _Readings) -> None:
        if stride.side is None or stride.quality < self.min_quality:
            return
        if readings.add(stride):
            self._correction_deg = 0.0
        since_ns = stride.t_peak_ns - _MEMORY_NS
        here_deg, there_deg = self._here.mean_deg(since_ns), self._there.mean_deg(since_ns)
        if here_deg is not None and there_deg is not None:
            more_deg = here_deg - there_deg
            self._correction_deg = more_deg / 2 if abs(more_deg) <= _MOST_DEG else 0.0

"""Makes two cameras on opposite sides of the runner read alike, by splitting the difference of their readings. Pure.

Both cameras see both legs, so the difference of their readings, averaged over the left and the right leg, comes from the
cameras: a camera reads 0.25° more or less for each degree of yaw (rendered people), and each has its own zero. The difference
between the legs cancels in this average. Each camera corrects its readings by half of it. The near legs, which are the numbers
that count, then differ as the mean of near and far legs does (config/left_minus_right.py).
"""

from statistics import fmean

from msgspec import structs

from analysis.time_window import TimeWindow
from config.reference import FAR_PAIR_APART_DEG
from wire.clock import NS_PER_S
from wire.messages import Facing, Side, Stride, opposite

_MEMORY_S = 30.0
_MIN_STRIDES = 3
"""Least number of strides of each leg by each camera. Both mostly see the same strides, so their scatter hardly counts."""
_MOST_DEG = FAR_PAIR_APART_DEG / 2
"""A larger difference cannot come from a camera's yaw: one of the legs is seen badly."""


class _Readings:
    """Recent uncorrected readings of both legs by one camera."""

    def __init__(self) -> None:
        self._legs: dict[Side, TimeWindow[float]] = {}
        self._known: tuple[float | None, Facing] | None = None

    def add(self, stride: Stride) -> bool:
        """Add a stride. Returns whether the earlier ones were discarded, because the zero or the runner's direction changed."""
        assert stride.side is not None
        known = stride.standing_thigh_deg, stride.side if stride.leg == "near" else opposite(stride.side)
        is_new, self._known = known != self._known, known
        if is_new:
            self._legs = {"left": TimeWindow(_MEMORY_S), "right": TimeWindow(_MEMORY_S)}
        self._legs[stride.side].add(stride.t_peak_ns / NS_PER_S, stride.hip_extension_deg + stride.pair_correction_deg)
        return is_new

    def mean_deg(self, now_s: float) -> float | None:
        """Mean of the left and the right leg lately, each leg counting as much; None: too few strides."""
        for leg in self._legs.values():
            leg.advance(now_s)
        if min(map(len, self._legs.values()), default=0) < _MIN_STRIDES:
            return None
        return fmean(fmean(leg.values) for leg in self._legs.values())


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
        return structs.replace(stride.lowered(self._correction_deg), pair_correction_deg=self._correction_deg)

    def _add(self, stride: Stride, readings: _Readings) -> None:
        if stride.side is None or stride.quality < self.min_quality:
            return
        if readings.add(stride):
            self._correction_deg = 0.0
        now_s = stride.t_peak_ns / NS_PER_S
        here_deg, there_deg = self._here.mean_deg(now_s), self._there.mean_deg(now_s)
        if here_deg is not None and there_deg is not None:
            more_deg = here_deg - there_deg
            self._correction_deg = more_deg / 2 if abs(more_deg) <= _MOST_DEG else 0.0

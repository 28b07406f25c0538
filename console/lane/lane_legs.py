"""The two legs of a lane with two cameras, each as the camera on its side measures it. Pure: time is an argument."""

from collections import deque
from typing import Any

from config.left_minus_right import COMPARED_STRIDES, left_minus_right, trusted_values
from config.measures import MEASURES
from console.lane.values import rounded, verdict
from wire.clock import s_to_ns
from wire.messages import Phase, Side, Stride

SHOWN_S = 4.0
"""A leg's number disappears when none of its strides has come for this long, as on the screen."""
Json = dict[str, Any]


class LaneLegs:
    """The last strides of either leg, by the camera that sees it near and by the one that sees it far."""

    def __init__(self) -> None:
        self._strides: dict[Side, deque[Stride]] = {side: deque(maxlen=COMPARED_STRIDES) for side in ("left", "right")}
        self._far: dict[Side, deque[Stride]] = {side: deque(maxlen=COMPARED_STRIDES) for side in ("left", "right")}
        self._seen_ns: dict[Side, int] = {}

    def add(self, stride: Stride, now_ns: int) -> None:
        """Add a stride. A far leg's stride only enters the difference."""
        if stride.side is None:
            return
        if stride.leg == "far":
            self._far[stride.side].append(stride)
            return
        self._strides[stride.side].append(stride)
        self._seen_ns[stride.side] = now_ns

    def clear(self) -> None:
        """Forget the runner."""
        for strides in (*self._strides.values(), *self._far.values()):
            strides.clear()

    def state(self, phase: Phase | None, now_ns: int) -> Json | None:
        """Each leg's last value against its own band, and left minus right; None: the lane has one camera."""
        if phase is None or not phase.sides:
            return None
        return {
            "left": self._leg("left", phase, now_ns),
            "right": self._leg("right", phase, now_ns),
            "difference": self._difference(phase),
        }

    def _leg(self, side: Side, phase: Phase, now_ns: int) -> Json:
        target = phase.sides.get(side)
        band = None if target is None else target.band
        strides = self._strides[side]
        shown = bool(strides) and now_ns - self._seen_ns[side] <= s_to_ns(SHOWN_S)
        value = _value(strides[-1], phase.measure) if shown else None
        trusted = shown and strides[-1].quality >= phase.min_quality
        return {
            "value": value,
            "verdict": "unsure" if shown and not trusted else verdict(value, band),
            "band": None if band is None else [band.low_deg, band.high_deg],
            "baseline": None if target is None else rounded(target.baseline_deg, 1),
            "baseline_sd": None if target is None else rounded(target.baseline_sd_deg, 1),
        }

    def _difference(self, phase: Phase) -> Json | None:
        """The difference; None unless it is certain enough and both cameras have a zero."""
        both = [one for strides in self._strides.values() for one in strides]
        if phase.measure != "hip_extension" or any(one.standing_thigh_deg is None for one in both):
            return None
        (left, right), (far_left, far_right) = (
            tuple(trusted_values(strides[side], phase.measure, phase.min_quality) for side in ("left", "right"))
            for strides in (self._strides, self._far)
        )
        found = left_minus_right(left, right, phase.calibration_sd_deg, far_left, far_right)
        return None if found is None else {"value": rounded(found.difference, 1), "ci95": rounded(found.ci95, 1)}


def _value(stride: Stride, measure: str) -> float | None:
    row = MEASURES.get(measure)
    return None if row is None else rounded(stride.value(row.column), 2)

"""Tracks what the lines over the mirror need from frame to frame, and builds the lines of one frame."""

import math
from dataclasses import dataclass

from feedback.display.state.geometry import line_from, wedge
from feedback.display.state.measure_format import finite
from feedback.display.state.view import MirrorLines
from wire.messages import Band, Facing, Point, Sample, Stride

WEDGE_REACH_THIGHS = 2.0
"""Radius of the wedge in lengths of the thigh: it stays visible beyond the knee, where the thigh line does not cover it."""
THIGH_GAIN = 0.05
"""The thigh's length is smoothed heavily: wedge and ghost must not pulsate with every step."""
MAX_POINT_PX = 20_000.0


@dataclass(frozen=True)
class BestStride:
    """The stride of hip extension closest to the middle of its target band, shown as a ghost."""

    band: Band
    off_middle_deg: float
    thigh_min_deg: float
    """Thigh angle against vertical at its peak, negative behind the body."""


def update_best(best: BestStride | None, band: Band, value_deg: float, thigh_min_deg: float) -> BestStride | None:
    """The best stride after one more. A new band discards the previous best; a stride outside the band never counts."""
    kept = best if best is not None and best.band == band else None
    if not band.low_deg <= value_deg <= band.high_deg:
        return kept
    off_middle_deg = abs(value_deg - (band.low_deg + band.high_deg) / 2)
    if kept is not None and kept.off_middle_deg <= off_middle_deg:
        return kept
    return BestStride(band, off_middle_deg, thigh_min_deg)


class LineTracker:
    """Tracks facing, zero, thigh length and the best stride of the present runner."""

    def __init__(self) -> None:
        self.facing: Facing | None = None
        self._standing_thigh_deg: float | None = None
        self.reset()

    def reset(self) -> None:
        """Discard everything about the previous runner."""
        self._thigh_px = 0.0
        self._best: BestStride | None = None
        self._last_near: Stride | None = None

    def add_sample(self, sample: Sample) -> None:
        """Add a sample."""
        self.facing = sample.facing or self.facing
        self._standing_thigh_deg = finite(sample.standing_thigh_deg)
        hip, knee = _drawable(sample.near.hip_px), _drawable(sample.near.knee_px)
        if hip is not None and knee is not None:
            self._thigh_px += (THIGH_GAIN if self._thigh_px else 1.0) * (math.dist(hip, knee) - self._thigh_px)

    def add_near_stride(self, stride: Stride, target: Band | None) -> None:
        """Add a near stride; `target` is the band of hip extension if the stride lies in it, else None."""
        self._last_near = stride
        value_deg, thigh_deg = finite(stride.hip_extension_deg), finite(stride.thigh_min_deg)
        if target is not None and value_deg is not None and thigh_deg is not None:
            self._best = update_best(self._best, target, value_deg, thigh_deg)

    def lines(self, sample: Sample, target: Band | None) -> MirrorLines:
        """The lines of a sample's frame; without wedge and ghost if `target`, the band of hip extension, is None."""
        near, roll_deg = sample.near, finite(sample.camera_roll_deg) or 0.0
        hip, knee, ankle, shoulder = map(_drawable, (near.hip_px, near.knee_px, near.ankle_px, sample.shoulder_px))
        if hip is None or target is None or self.facing is None:
            return MirrorLines(hip, knee, ankle, shoulder, ())
        zero_deg = self.zero_behind_deg
        edges_deg = (target.low_deg + zero_deg, target.high_deg + zero_deg)
        outline = wedge(hip, WEDGE_REACH_THIGHS * self._thigh_px, edges_deg, self.facing, roll_deg)
        ghost = None
        if self._best is not None and self._best.band == target:
            ghost = line_from(hip, self._thigh_px, -self._best.thigh_min_deg, self.facing, roll_deg)
        return MirrorLines(hip, knee, ankle, shoulder, outline, ghost)

    @property
    def zero_behind_deg(self) -> float:
        """Angle of the thigh behind the vertical at zero hip extension; 0 if uncalibrated."""
        if self._standing_thigh_deg is not None:
            return -self._standing_thigh_deg
        if self._last_near is None:
            return 0.0
        return finite(-self._last_near.thigh_min_deg - self._last_near.hip_extension_deg) or 0.0


def scaled(lines: MirrorLines, factor: float) -> MirrorLines:
    """The lines on a picture of another size."""

    def at(point: Point | None) -> Point | None:
        return None if point is None else (factor * point[0], factor * point[1])

    def all_of(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((factor * x, factor * y) for x, y in points)

    ghost = None if lines.ghost_px is None else all_of(lines.ghost_px)
    return MirrorLines(
        hip_px=at(lines.hip_px),
        knee_px=at(lines.knee_px),
        ankle_px=at(lines.ankle_px),
        shoulder_px=at(lines.shoulder_px),
        wedge_px=all_of(lines.wedge_px),
        ghost_px=None if ghost is None else (ghost[0], ghost[1]),
    )


def _drawable(point: Point | None) -> Point | None:
    """The point if it can be drawn: finite and not absurdly far outside the frame."""
    if point is None or not all(math.isfinite(part) and abs(part) <= MAX_POINT_PX for part in point):
        return None
    return point

"""The best stride so far, which the mirror shows as a ghost."""

from dataclasses import dataclass

from feedback.display.geometry import down
from wire.messages import Band, Facing, Point


@dataclass(frozen=True)
class Best:
    """The stride nearest to the middle of the band it was aimed at."""

    band: Band
    off_middle_deg: float
    thigh_min_deg: float
    """Of the thigh against vertical at that stride's peak, negative behind the body."""


def better(best: Best | None, band: Band, value_deg: float, thigh_min_deg: float) -> Best | None:
    """The best stride after one more in hip extension; one for another band is forgotten, one outside the band never counts."""
    kept = best if best is not None and best.band == band else None
    if not band.low_deg <= value_deg <= band.high_deg:
        return kept
    off_middle_deg = abs(value_deg - (band.low_deg + band.high_deg) / 2)
    if kept is not None and kept.off_middle_deg <= off_middle_deg:
        return kept
    return Best(band, off_middle_deg, thigh_min_deg)


def ghost_line(best: Best, hip_px: Point, thigh_px: float, facing: Facing, roll_deg: float) -> tuple[Point, Point]:
    """The best stride's thigh from where the hip is now, `thigh_px` long."""
    x, y = down(-best.thigh_min_deg, facing, roll_deg)
    return hip_px, (hip_px[0] + thigh_px * x, hip_px[1] + thigh_px * y)

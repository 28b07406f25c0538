"""What the screen shows at one moment: frozen, complete, and free of sockets, clocks and pygame."""

import math
from dataclasses import dataclass
from typing import Literal

from wire.frames import Image
from wire.messages import Band, Point, Stride

Verdict = Literal["below", "in", "above", "unsure", "open"]
"""Of a stride: against the band; "unsure" below the quality gate; "open" while there is no band."""

STRIP_STRIDES = 20


@dataclass(frozen=True)
class Lines:
    """What is drawn on one picture, in its pixels. Points are None where nothing was seen."""

    hip_px: Point | None
    knee_px: Point | None
    ankle_px: Point | None
    shoulder_px: Point | None
    wedge_px: tuple[Point, ...]
    """Outline of the target band, the hip first; empty without a band."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A frame and, where they came in time, the lines of that very frame. Compared by identity: it holds pixels."""

    epoch: int
    seq: int
    capture_ns: int
    image: Image
    lines: Lines | None
    measured: bool
    """The runner was measured in this very frame."""
    measured_ns: int = 0
    """When its measurement was sent; 0: there are no lines."""


@dataclass(frozen=True)
class Bar:
    """One stride of the strip."""

    value: float
    verdict: Verdict


@dataclass(frozen=True)
class Board:
    """All that is not the picture. Equal boards look the same, so that an unchanged one need not be painted again."""

    title: str = "Hip extension"
    unit: str = "°"
    value: float | None = None
    """Of the last near stride; None when there is none or it is long past."""
    verdict: Verdict = "open"
    band: Band | None = None
    bars: tuple[Bar, ...] = ()
    """The last strides of the near leg, oldest first, at most `STRIP_STRIDES`."""
    cadence_spm: int | None = None
    near_label: str = "Near"
    far_label: str = "Far"
    near_mean: float | None = None
    far_mean: float | None = None
    """Means of the last strides of each leg; None while the two cannot be told apart to 3°."""
    phase: str = ""
    time_left_s: int | None = None
    hint: str = ""
    """What is asked of the runner while there is no target."""
    message: str = ""
    """Why nothing is measured, for the runner; "" when all is well."""
    cue: str = ""
    camera_lost: bool = False
    notes: tuple[str, ...] = ()
    """Small print for the coach: no sound, muted, not calibrated, reasons of other processes."""


@dataclass(frozen=True)
class View:
    """Everything that the painter needs."""

    picture: Picture | None
    board: Board

    @property
    def shows_measurement(self) -> bool:
        """A measured runner and a stride's value: worth keeping as a screenshot."""
        return self.picture is not None and self.picture.measured and self.board.value is not None


def measure_of(stride: Stride, measure: str) -> float | None:
    """A stride's value of a measure of config.schema.MEASURES; None if it was not taken or the measure is unknown."""
    field = "cadence_spm" if measure == "cadence" else f"{measure}_deg"
    return finite(getattr(stride, field, None))


def finite(value: object) -> float | None:
    """The value if it is a number that can be drawn; infinities and NaN pass through MessagePack unhindered."""
    if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < 1e6:
        return float(value)
    return None


def judged(value: float, quality: float, min_quality: float, band: Band | None) -> Verdict:
    """Where a stride lies. The edges belong to the band; a quality that is not a number counts as none."""
    if not quality >= min_quality:
        return "unsure"
    if band is None:
        return "open"
    if value < band.low_deg:
        return "below"
    return "above" if value > band.high_deg else "in"

"""What the screen shows at one moment: frozen, complete, and free of sockets, clocks and pygame."""

from dataclasses import dataclass
from typing import Literal

from feedback.display.measure import HIP_EXTENSION, MeasureLook
from feedback.display.sides import UNKNOWN_SIDES, Sides
from wire.frames import Image
from wire.messages import Band, Point, Summary

Verdict = Literal["below", "in", "above", "held", "unsure", "open"]
"""Of a stride: against the band; "held" while form comes first; "unsure" below the quality gate; "open" without a band."""
Sign = Literal["none", "camera", "wait", "person", "pause", "warning"]
"""The shape beside a message: what kind of thing it speaks of."""

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
    ghost_px: tuple[Point, Point] | None = None
    """Hip and knee of the best stride, moved to where the hip is now."""


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
class Message:
    """Why nothing is measured or cued: a few words for the runner, a sentence for whoever can mend it."""

    text: str
    detail: str = ""
    sign: Sign = "none"


@dataclass(frozen=True)
class Note:
    """Small print for the coach."""

    text: str
    fault: bool = False
    """Something is amiss, not merely chosen so."""


@dataclass(frozen=True)
class Card:
    """A page laid over the mirror: paragraphs, then a table."""

    title: str
    paragraphs: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Board:
    """All that is not the picture. Equal boards look the same, so that an unchanged one need not be painted again."""

    measure: MeasureLook = HIP_EXTENSION
    value: float | None = None
    """Of the last near stride; None when there is none, it is long past, or it is withheld."""
    verdict: Verdict = "open"
    withheld: str = ""
    """Why the runner's own number is kept from the screen, as in "Measuring your own baseline"; a clock stands in its place."""
    band: Band | None = None
    bars: tuple[Bar, ...] = ()
    """The last strides of the near leg, oldest first, at most `STRIP_STRIDES`."""
    cadence_spm: int | None = None
    belt_kmh: float | None = None
    incline_pct: float | None = None
    near_label: str = "Near"
    far_label: str = "Far"
    sides: Sides = UNKNOWN_SIDES
    phase: str = ""
    time_left_s: int | None = None
    hint: str = ""
    """What the phase asks of the runner; it stands where cues and messages come."""
    message: Message | None = None
    """None when all is well."""
    cue: str = ""
    notes: tuple[Note, ...] = ()
    """Muted, no sound, not calibrated, reasons of other processes."""
    who: str = ""
    """The runner's name and session number."""
    refused: str = ""
    """A sentence on something that was refused, such as a settings file; it lies over the top of the mirror."""
    storing_video: bool = False
    summary: Summary | None = None
    """Shown instead of all the rest."""

    @property
    def camera_lost(self) -> bool:
        """There is no picture to trust."""
        return self.message is not None and self.message.sign == "camera"


@dataclass(frozen=True)
class View:
    """Everything that the painter needs."""

    picture: Picture | None
    board: Board
    card: Card | None = None
    """Help or delays, when a key asked for them."""

    @property
    def shows_measurement(self) -> bool:
        """A measured runner and a stride's value: worth keeping as a screenshot."""
        return self.picture is not None and self.picture.measured and self.board.value is not None


def judged(value: float, quality: float, min_quality: float, band: Band | None) -> Verdict:
    """Where a stride lies. The edges belong to the band; a quality that is not a number counts as none."""
    if not quality >= min_quality:
        return "unsure"
    if band is None:
        return "open"
    if value < band.low_deg:
        return "below"
    return "above" if value > band.high_deg else "in"

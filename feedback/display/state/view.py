"""The content of the screen at one moment: immutable, complete, and independent of how it is painted."""

from dataclasses import dataclass
from typing import Literal

from config.left_minus_right import Difference
from feedback.display.state.measure_format import HIP_EXTENSION, MeasureFormat
from feedback.display.state.sides import UNKNOWN_SIDES, Sides
from wire.frames.frame import Image
from wire.frames.recent_pictures import KeptPicture
from wire.messages import Band, Point, Summary
from wire.texts import Sign

Verdict = Literal["below", "in", "above", "form_first", "unsure", "no_target"]
"""A stride against the band; "unsure": below the quality gate."""
STRIP_STRIDES = 20
LEG_STRIDES = STRIP_STRIDES // 2
"""Bars per leg, where the strip shows both."""


@dataclass(frozen=True)
class MirrorLines:
    """The lines drawn on one frame, in its pixels. Points are None where the joint was not detected."""

    hip_px: Point | None
    knee_px: Point | None
    ankle_px: Point | None
    shoulder_px: Point | None
    wedge_px: tuple[Point, ...]
    """Outline of the target band, starting at the hip; empty without a band."""
    ghost_px: tuple[Point, Point] | None = None
    """The best stride's thigh, from the present hip to where the knee was."""


@dataclass(frozen=True, eq=False)
class MirrorFrame:
    """A frame and its own lines, if they arrived in time. Compared by identity, because it holds pixels."""

    epoch: int
    seq: int
    capture_ns: int
    image: Image
    lines: MirrorLines | None
    measured: bool
    """The runner was measured in this frame."""
    measured_ns: int = 0
    """When its sample was published; 0 without lines."""


@dataclass(frozen=True)
class StrideBar:
    """One stride of the strip."""

    value: float
    verdict: Verdict


@dataclass(frozen=True)
class LegNumber:
    """One leg of a lane with two cameras."""

    label: str
    value: float | None
    """The value of its last stride; None if there is none, or it is outdated or withheld."""
    verdict: Verdict
    band: Band | None
    bars: tuple[StrideBar, ...]
    """Its last strides, oldest first, at most `LEG_STRIDES`."""


@dataclass(frozen=True)
class StatusMessage:
    """Why nothing is measured or cued: a few words for the runner, and a sentence on what to do."""

    text: str
    detail: str = ""
    sign: Sign = "none"


@dataclass(frozen=True)
class StatusNote:
    """A note for the coach, in small print."""

    text: str
    fault: bool = False
    """Whether it reports a fault; False: it states what somebody has chosen."""


@dataclass(frozen=True)
class Card:
    """A page shown in place of the mirror: paragraphs, then a table."""

    title: str
    paragraphs: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    code: str = ""
    """An address, shown as a QR code; "": there is none."""


@dataclass(frozen=True)
class Board:
    """Everything except the frame. Equal boards look the same, so an unchanged board is not painted again."""

    measure: MeasureFormat = HIP_EXTENSION
    value: float | None = None
    """The last near stride's value; None if there is none, or it is outdated or withheld."""
    verdict: Verdict = "no_target"
    withheld: str = ""
    """Why the number is hidden, as in "Measuring your baseline"; a clock takes its place. "": it is shown."""
    band: Band | None = None
    bars: tuple[StrideBar, ...] = ()
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
    """What to do in this phase; shown in the message bar while there is no cue or message."""
    message: StatusMessage | None = None
    """None if nothing is wrong."""
    cue: str = ""
    notes: tuple[StatusNote, ...] = ()
    """Muted, not calibrated, and the faults of other processes."""
    runner: str = ""
    """The runner's name and session number, or that the gym is open to everybody."""
    refused_settings: str = ""
    """Why a saved settings file was rejected, shown over the top of the mirror; "": it was not."""
    storing_video: bool = False
    summary: Summary | None = None
    """Shown in place of everything else."""
    report_address: str = ""
    """Opens this session's report on a phone, shown as a QR code beside the summary; "": there is none."""
    legs: tuple[LegNumber, ...] = ()
    """With two cameras, the left and the right leg: they take the place of the one number and of the near leg's strip."""
    difference: Difference | None = None
    """Left minus right with two cameras, if it is certain enough to be stated."""

    @property
    def camera_lost(self) -> bool:
        """Whether there is no up-to-date frame."""
        return self.message is not None and self.message.sign == "camera"


Curve = tuple[tuple[tuple[float, float], ...], ...]
"""Pieces of a line, with gaps between them: points of (place in time from 0 to 1, degrees)."""


@dataclass(frozen=True)
class ReplayView:
    """One moment of a replay, shown in place of the mirror."""

    picture: KeptPicture
    lines: MirrorLines
    """In pixels of the kept picture."""
    curve: Curve
    """The near thigh's angle behind its zero, of the whole replay."""
    cursor: float
    """The place of this picture in the curve, from 0 to 1."""
    band: Band | None
    """The target on the curve; None: the target is no angle of the thigh."""


@dataclass(frozen=True)
class View:
    """Everything the painter needs."""

    frame: MirrorFrame | None
    """None: no frame has arrived, or the replay is shown in its place."""
    board: Board
    card: Card | None = None
    """Help or delays, if a key was pressed for them."""
    replay: ReplayView | None = None

    @property
    def shows_measurement(self) -> bool:
        """Whether it shows a measured runner and a stride's value, as a screenshot should."""
        values = [self.board.value, *(leg.value for leg in self.board.legs)]
        return self.frame is not None and self.frame.measured and any(value is not None for value in values)


def judge_value(value: float, quality: float, min_quality: float, band: Band | None) -> Verdict:
    """The verdict on a value. The band includes its edges; a quality of NaN is below the gate."""
    if not quality >= min_quality:
        return "unsure"
    if band is None:
        return "no_target"
    if value < band.low_deg:
        return "below"
    return "above" if value > band.high_deg else "in"

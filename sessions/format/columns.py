"""A session's tables, column by column: the contract that spreadsheets and scoring tools rely on (docs/measures.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from config.measures import MEASURES
from wire.clock import NS_PER_S
from wire.messages import CameraName, Cue, Leg, Phase, Point, Sample, Side, SideTarget, Stride

RowT = TypeVar("RowT")
Cell = str | int | float | None


@dataclass(frozen=True)
class Column(Generic[RowT]):
    """A column's name and how to fill it from a message; `t0_ns` is the start of the session."""

    name: str
    cell: Callable[[RowT, int], Cell]


def seconds(at_ns: int, t0_ns: int) -> float:
    """Seconds since the start, to the microsecond."""
    return round((at_ns - t0_ns) / NS_PER_S, 6)


SAMPLE_COLUMNS: tuple[Column[Sample], ...] = (
    Column("frame", lambda s, _: s.frame_index),
    Column("t_s", lambda s, t0: seconds(s.stamps.capture_ns, t0)),
    Column("near_thigh_deg", lambda s, _: s.near.thigh_deg),
    Column("far_thigh_deg", lambda s, _: s.far.thigh_deg),
    Column("near_knee_deg", lambda s, _: s.near.knee_deg),
    Column("far_knee_deg", lambda s, _: s.far.knee_deg),
    Column("near_ankle_deg", lambda s, _: s.near.ankle_deg),
    Column("far_ankle_deg", lambda s, _: s.far.ankle_deg),
    Column("trunk_lean_deg", lambda s, _: s.trunk_lean_deg),
    Column("quality", lambda s, _: s.quality),
    Column("state", lambda s, _: s.state.value),
)
SETTLED_COLUMNS = ("near_thigh_settled_deg", "far_thigh_settled_deg")
"""After the sample's own columns: the values of the same frame as they were known a few frames later."""

_BEHIND: dict[str, tuple[Column[Stride], ...]] = {
    "hip_extension_deg": (Column("thigh_min_deg", lambda s, _: s.thigh_min_deg),),
    "vertical_oscillation_leg": (Column("standing_thigh_deg", lambda s, _: s.standing_thigh_deg),),
    "flight_ms": (
        Column("belt_speed_mps", lambda s, _: s.belt_speed_mps),
        Column("incline_pct", lambda s, _: s.incline_pct),
        Column("predicted_off_ms", lambda s, _: s.predicted_off_ms),
        Column("side", lambda s, _: s.side),
        Column("camera", lambda s, _: s.camera),
        Column("zero_correction_deg", lambda s, _: s.zero_correction_deg),
        Column("pair_correction_deg", lambda s, _: s.pair_correction_deg),
    ),
}
"""Columns that are not measures, by the measure that they follow: a new measure comes last, and no column moves."""


def _measured(column: str) -> Column[Stride]:
    return Column(column, lambda s, _: s.value(column))


STRIDE_COLUMNS: tuple[Column[Stride], ...] = (
    Column("stride", lambda s, _: s.number),
    Column("leg", lambda s, _: s.leg),
    Column("t_peak_s", lambda s, t0: seconds(s.t_peak_ns, t0)),
    Column("t_known_s", lambda s, t0: seconds(s.t_known_ns, t0)),
    *(column for measure in MEASURES.values() for column in (_measured(measure.column), *_BEHIND.get(measure.column, ()))),
)

CUE_COLUMNS: tuple[Column[Cue], ...] = (
    Column("t_s", lambda c, t0: seconds(c.decided_ns, t0)),
    Column("rule", lambda c, _: c.rule),
    Column("text", lambda c, _: c.text),
    Column("sound", lambda c, _: c.sound),
    Column("stride", lambda c, _: c.stride_number),
    Column("reason", lambda c, _: c.reason),
)


@dataclass(frozen=True)
class PhaseChange:
    """A phase of the session, and when it was first received."""

    at_ns: int
    phase: Phase


BAND_COLUMNS = ("band_low_deg", "band_high_deg", "baseline_deg")


def _of_side(side: Side) -> tuple[Column[PhaseChange], ...]:
    """The BAND_COLUMNS of one leg; empty with one camera."""

    def target(p: PhaseChange) -> SideTarget:
        return p.phase.sides.get(side, SideTarget(None, None))

    low, high, baseline = (f"{side}_{name}" for name in BAND_COLUMNS)
    return (
        Column(low, lambda p, _: band.low_deg if (band := target(p).band) else None),
        Column(high, lambda p, _: band.high_deg if (band := target(p).band) else None),
        Column(baseline, lambda p, _: target(p).baseline_deg),
    )


PHASE_COLUMNS: tuple[Column[PhaseChange], ...] = (
    Column("t_s", lambda p, t0: seconds(p.at_ns, t0)),
    Column("phase", lambda p, _: p.phase.name),
    Column("measure", lambda p, _: p.phase.measure),
    Column("band_low_deg", lambda p, _: p.phase.band.low_deg if p.phase.band else None),
    Column("band_high_deg", lambda p, _: p.phase.band.high_deg if p.phase.band else None),
    Column("baseline_deg", lambda p, _: p.phase.baseline_deg),
    Column("cueing", lambda p, _: int(p.phase.cueing)),
    *_of_side("left"),
    *_of_side("right"),
)
"""There is a row whenever one of these, except the time, changes."""

CAMERA_SUFFIXES: Mapping[CameraName, str] = {"main": "", "other_side": "_other_side"}
"""Suffixes, by camera, of the tables of samples and landmarks: each camera has its own frames."""

LANDMARKS = ("hip", "knee", "ankle", "heel", "toe")
"""Landmarks of each leg."""


def _point(of: Callable[[Sample], Point | None], axis: int) -> Callable[[Sample, int], Cell]:
    def cell(sample: Sample, _: int) -> Cell:
        point = of(sample)
        return None if point is None else round(point[axis], 2)

    return cell


def _joint(leg: str, joint: str) -> Callable[[Sample], Point | None]:
    def point(sample: Sample) -> Point | None:
        side: Leg = sample.near if leg == "near" else sample.far
        found: Point | None = getattr(side, f"{joint}_px")
        return found

    return point


LANDMARK_COLUMNS: tuple[Column[Sample], ...] = (
    Column("frame", lambda s, _: s.frame_index),
    Column("t_s", lambda s, t0: seconds(s.stamps.capture_ns, t0)),
    *(
        Column(f"{leg}_{joint}_{axis}_px", _point(_joint(leg, joint), index))
        for leg in ("near", "far")
        for joint in LANDMARKS
        for index, axis in enumerate("xy")
    ),
    Column("shoulder_x_px", _point(lambda s: s.shoulder_px, 0)),
    Column("shoulder_y_px", _point(lambda s: s.shoulder_px, 1)),
)
"""Positions of the joints in the measured picture: pixels, x right, y down."""

DEFINITIONS = {
    "thigh": "hip to knee against vertical (gravity, camera roll taken out), deg, + in front of the body, − behind",
    **{
        measure.name: ", ".join(part for part in (measure.definition, measure.unit.name, measure.sign) if part)
        for measure in MEASURES.values()
    },
    "near": "the side of the body nearest the camera",
    "side": "of the body; with two cameras, the side's numbers are those of the camera that sees it near",
    "limits": "a side camera cannot see the pelvis: hip_extension contains pelvic tilt and lumbar extension",
}
"""What the columns mean, for session.json."""

HEADLINE = "HipCue; thigh against vertical, degrees, + in front of the body; hip_extension + behind it; times in seconds"


def format_cell(value: Cell) -> str:
    """A cell as text: empty where there is no measurement, six decimals at most."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)

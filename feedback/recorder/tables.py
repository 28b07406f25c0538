"""The files of a session, column by column: the contract that spreadsheets and scoring tools read (docs/measures.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from wire.clock import NS_PER_S
from wire.messages import Cue, Leg, Phase, Point, Sample, Stride

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
    Column("state", lambda s, _: s.state),
)
SETTLED_COLUMNS = ("near_thigh_settled_deg", "far_thigh_settled_deg")
"""Behind the sample's own columns: what a few frames later was known of the same frame."""

STRIDE_COLUMNS: tuple[Column[Stride], ...] = (
    Column("stride", lambda s, _: s.number),
    Column("leg", lambda s, _: s.leg),
    Column("t_peak_s", lambda s, t0: seconds(s.t_peak_ns, t0)),
    Column("t_known_s", lambda s, t0: seconds(s.t_known_ns, t0)),
    Column("hip_extension_deg", lambda s, _: s.hip_extension_deg),
    Column("thigh_min_deg", lambda s, _: s.thigh_min_deg),
    Column("thigh_excursion_deg", lambda s, _: s.thigh_excursion_deg),
    Column("knee_deg", lambda s, _: s.knee_deg),
    Column("ankle_deg", lambda s, _: s.ankle_deg),
    Column("trunk_lean_deg", lambda s, _: s.trunk_lean_deg),
    Column("cadence_spm", lambda s, _: s.cadence_spm),
    Column("quality", lambda s, _: s.quality),
    Column("stride_time_s", lambda s, _: s.stride_time_s),
    Column("knee_drive_deg", lambda s, _: s.knee_drive_deg),
    Column("hip_extension_trunk_deg", lambda s, _: s.hip_extension_trunk_deg),
    Column("rebound_ms", lambda s, _: s.rebound_ms),
    Column("swing_velocity_dps", lambda s, _: s.swing_velocity_dps),
    Column("knee_straightest_ms", lambda s, _: s.knee_straightest_ms),
    Column("ankle_peak_ms", lambda s, _: s.ankle_peak_ms),
    Column("triple_spread_ms", lambda s, _: s.triple_spread_ms),
    Column("vertical_oscillation_leg", lambda s, _: s.vertical_oscillation_leg),
    Column("standing_thigh_deg", lambda s, _: s.standing_thigh_deg),
    Column("step_length_m", lambda s, _: s.step_length_m),
    Column("overstride_leg", lambda s, _: s.overstride_leg),
    Column("contact_ms", lambda s, _: s.contact_ms),
    Column("flight_ms", lambda s, _: s.flight_ms),
    Column("belt_speed_mps", lambda s, _: s.belt_speed_mps),
    Column("incline_pct", lambda s, _: s.incline_pct),
    Column("predicted_off_ms", lambda s, _: s.predicted_off_ms),
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
    """A phase of the session, and when it was first heard of."""

    at_ns: int
    phase: Phase


PHASE_COLUMNS: tuple[Column[PhaseChange], ...] = (
    Column("t_s", lambda p, t0: seconds(p.at_ns, t0)),
    Column("phase", lambda p, _: p.phase.name),
    Column("measure", lambda p, _: p.phase.measure),
    Column("band_low_deg", lambda p, _: p.phase.band.low_deg if p.phase.band else None),
    Column("band_high_deg", lambda p, _: p.phase.band.high_deg if p.phase.band else None),
    Column("baseline_deg", lambda p, _: p.phase.baseline_deg),
    Column("cueing", lambda p, _: int(p.phase.cueing)),
)
"""A row whenever one of these, the time aside, has changed."""

LANDMARKS = ("hip", "knee", "ankle", "heel", "toe")
"""Of each leg."""


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
"""Where the picture showed the joints: pixels of the measured picture, x right, y down."""

DEFINITIONS = {
    "thigh": "hip to knee against vertical (gravity, camera roll taken out), degrees, + in front of the body, - behind",
    "hip_extension": "-(thigh - thigh in quiet standing) at its peak, degrees, + extension; uncalibrated: the zero is vertical",
    "hip_extension_trunk": "thigh against the trunk line (mid hip to mid shoulder), degrees, + extension; zeroed alike",
    "knee": "thigh against shank, degrees, 0 straight, + flexed",
    "ankle": "shank against foot (heel to toe), degrees, + dorsiflexion, - plantarflexion; 0: a right angle",
    "trunk_lean": "trunk line against vertical, degrees, + forward",
    "overstride": "ankle ahead of the hip at initial contact, leg lengths, + ahead",
    "contact, flight": "estimates from the leg's own motion, ms; near leg, from 60 frames per second on",
    "near": "the side of the body nearest the camera",
    "limits": "a side camera cannot see the pelvis: hip_extension contains pelvic tilt and lumbar extension",
}

HEADLINE = "HipCue; thigh against vertical, degrees, + in front of the body; hip_extension + behind it; times in seconds"


def format_cell(value: Cell) -> str:
    """A cell as text: empty where there is no measurement, six decimals at most."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)

"""All measures of a stride, read around its peak of hip extension (docs/measures.md)."""

import numpy as np
from msgspec import structs

from analysis.frame_facts import FrameFacts
from analysis.gait.mirror_difference import median_of_views
from analysis.gait.peaks import BEFORE_S
from analysis.gait.strides import Turn
from analysis.measures.ground_contact import read_ground_times, read_initial_contact
from analysis.measures.history import FrameHistory, MeasuredFrame, legs
from analysis.measures.leg_angles import NOT_CALIBRATED, StandingAngles
from analysis.measures.quality import stride_quality
from analysis.measures.triple_extension import read_triple_extension
from config.measures import MEASURES
from wire.clock import s_to_ns
from wire.messages import Belt, LegName, Stride

_AT_PEAK_S = 0.05
"""Angles at the peak are the median of the frames this close to it."""
_DELIVERED = 55 / 60
"""A camera set to 60 frames per second may deliver this share of them."""
_MIN_FPS = {measure.column: _DELIVERED * measure.min_fps for measure in MEASURES.values()}


def read_stride(
    number: int,
    leg: LegName,
    turn: Turn,
    stride_time_s: float | None,
    cadence_spm: float | None,
    history: FrameHistory,
    standing: StandingAngles | None,
    facts: FrameFacts,
) -> Stride:
    """The stride that ended with `turn`; `facts` belong to the frame that settled it. Values that were not seen are None."""
    peak, swing, zero = turn.peak, turn.swing, standing or NOT_CALIBRATED
    around = history.around(peak.t_s, _AT_PEAK_S)
    at_peak = [(frame.body.mirrored, own_leg) for frame in around if (own_leg := frame.leg(leg)) is not None]
    own = legs(history.frames, leg)
    triple = read_triple_extension(
        [t_s for t_s, _ in own], [one.knee_deg for _, one in own], [one.ankle_deg for _, one in own], peak.t_s
    )
    contact = times = oscillation_leg = None
    if stride_time_s is not None:
        oscillation_leg = _vertical_oscillation_leg(history.last(stride_time_s))
        leg_px = history.leg_px
        ahead_leg = [one.ankle_ahead_px / leg_px for _, one in own]
        contact = read_initial_contact([t_s for t_s, _ in own], ahead_leg, peak.t_s, stride_time_s)
    # The far knee is too often hidden around toe-off: its contact time varied between 110 and 250 ms from stride to stride.
    if leg == "near" and contact is not None and stride_time_s is not None and triple.knee_s is not None:
        times = read_ground_times(contact.t_s, peak.t_s + triple.knee_s, stride_time_s)
    values = {
        "hip_extension_trunk_deg": median_of_views((view, zero.hip_trunk_deg - one.hip_trunk_deg) for view, one in at_peak),
        "thigh_excursion_deg": None if swing is None else swing.knee_drive_deg - peak.thigh_deg,
        "knee_drive_deg": None if swing is None else swing.knee_drive_deg,
        "rebound_ms": None if swing is None else _ms(swing.rebound_s),
        "swing_velocity_dps": None if swing is None else swing.velocity_dps,
        "knee_deg": median_of_views((view, one.knee_deg) for view, one in at_peak),
        "ankle_deg": median_of_views((view, one.ankle_deg - zero.ankle_deg) for view, one in at_peak),
        "trunk_lean_deg": median_of_views((frame.body.mirrored, frame.body.trunk_lean_deg) for frame in around),
        "knee_straightest_ms": _ms(triple.knee_s),
        "ankle_peak_ms": _ms(triple.ankle_s),
        "triple_spread_ms": _ms(triple.spread_s),
        "vertical_oscillation_leg": oscillation_leg,
        "overstride_leg": None if contact is None else contact.overstride_leg,
        "contact_ms": None if times is None else _ms(times.contact_s),
        "flight_ms": None if times is None else _ms(times.flight_s),
    }
    fps = history.fps
    return Stride(
        number=number,
        leg=leg,
        t_peak_ns=s_to_ns(peak.t_s),
        t_known_ns=facts.stamps.capture_ns,
        hip_extension_deg=zero.thigh_deg - peak.thigh_deg,
        thigh_min_deg=peak.thigh_deg,
        standing_thigh_deg=None if standing is None else standing.thigh_deg,
        stamps=facts.stamps,
        stride_time_s=stride_time_s,
        cadence_spm=cadence_spm,
        quality=stride_quality(
            peak, float(np.mean([frame.quality for frame in history.frames if frame.t_s >= peak.t_s - BEFORE_S]))
        ),
        zero_correction_deg=None if standing is None else standing.bias_deg,
        measures={column: value if fps >= _MIN_FPS[column] else None for column, value in values.items()},
    )


def with_belt(stride: Stride, belt: Belt | None) -> Stride:
    """The stride with the belt's speed and incline. A runner who stays in place steps as far as the belt moves."""
    if belt is None:
        return stride
    step_s = None if stride.stride_time_s is None else stride.stride_time_s / 2
    step_length_m = None if belt.speed_mps is None or step_s is None else belt.speed_mps * step_s
    return structs.replace(
        stride,
        belt_speed_mps=belt.speed_mps,
        incline_pct=belt.incline_pct,
        measures={**stride.measures, "step_length_m": step_length_m},
    )


def _vertical_oscillation_leg(frames: list[MeasuredFrame]) -> float:
    """Height between the highest and the lowest point of the hips over these frames, in leg lengths.

    Measured between the 5th and 95th percentile, so that a single outlier does not count.
    """
    hips_px = [float(sum(leg.points.hip_px[1] for leg in frame.body.legs) / 2) for frame in frames]
    legs_px = [leg.points.length_px for frame in frames for leg in frame.body.legs]
    low_px, high_px = np.percentile(hips_px, (5, 95))
    return float((high_px - low_px) / np.median(legs_px))


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000.0 * seconds

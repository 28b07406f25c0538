"""All measures of one stride, read around its peak of hip extension (docs/measures.md)."""

import numpy as np

from analysis.frame_facts import FrameFacts
from analysis.ground_contact import read_ground_times, read_initial_contact
from analysis.history import History, legs, vertical_oscillation_leg
from analysis.mirror_difference import middle
from analysis.peak import BEFORE_S
from analysis.quality import stride_quality
from analysis.standing import NOT_CALIBRATED, Standing
from analysis.strides import Turn
from analysis.triple_extension import read_triple_extension
from wire.clock import s_to_ns
from wire.messages import LegName, Stride

_AT_PEAK_S = 0.05
"""Angles at the peak are the middle of the frames this close to it."""


def read_stride(
    number: int,
    leg: LegName,
    turn: Turn,
    stride_time_s: float | None,
    cadence_spm: float | None,
    history: History,
    standing: Standing | None,
    facts: FrameFacts,
) -> Stride:
    """The stride that `turn` ended; `facts` are those of the frame that decided it. What was not seen is None."""
    peak, swing, zero = turn.peak, turn.swing, standing or NOT_CALIBRATED
    around = history.around(peak.t_s, _AT_PEAK_S)
    at_peak = [(seen.body.mirrored, own_leg) for seen in around if (own_leg := seen.leg(leg)) is not None]
    own = legs(history.frames, leg)
    triple = read_triple_extension(
        [t_s for t_s, _ in own], [one.knee_deg for _, one in own], [one.ankle_deg for _, one in own], peak.t_s
    )
    contact = times = None
    if stride_time_s is not None:
        leg_px = history.leg_px
        ahead_leg = [one.ankle_ahead_px / leg_px for _, one in own]
        contact = read_initial_contact([t_s for t_s, _ in own], ahead_leg, peak.t_s, stride_time_s)
    # The far knee is hidden too often around toe-off: its contact came out between 110 and 250 ms from stride to stride.
    if leg == "near" and contact is not None and stride_time_s is not None and triple.knee_s is not None:
        times = read_ground_times(contact.t_s, peak.t_s + triple.knee_s, stride_time_s, history.fps)
    return Stride(
        number=number,
        leg=leg,
        t_peak_ns=s_to_ns(peak.t_s),
        t_known_ns=facts.stamps.capture_ns,
        hip_extension_deg=zero.thigh_deg - peak.thigh_deg,
        thigh_min_deg=peak.thigh_deg,
        standing_thigh_deg=None if standing is None else standing.thigh_deg,
        stamps=facts.stamps,
        hip_extension_trunk_deg=middle((look, zero.hip_trunk_deg - one.hip_trunk_deg) for look, one in at_peak),
        thigh_excursion_deg=None if swing is None else swing.knee_drive_deg - peak.thigh_deg,
        knee_drive_deg=None if swing is None else swing.knee_drive_deg,
        rebound_ms=None if swing is None else _ms(swing.rebound_s),
        swing_velocity_dps=None if swing is None else swing.velocity_dps,
        knee_deg=middle((look, one.knee_deg) for look, one in at_peak),
        ankle_deg=middle((look, one.ankle_deg - zero.ankle_deg) for look, one in at_peak),
        trunk_lean_deg=middle((seen.body.mirrored, seen.body.trunk_lean_deg) for seen in around),
        knee_straightest_ms=_ms(triple.knee_s),
        ankle_peak_ms=_ms(triple.ankle_s),
        triple_spread_ms=_ms(triple.spread_s),
        vertical_oscillation_leg=None if stride_time_s is None else vertical_oscillation_leg(history.last(stride_time_s)),
        stride_time_s=stride_time_s,
        cadence_spm=cadence_spm,
        overstride_leg=None if contact is None else contact.overstride_leg,
        contact_ms=None if times is None else _ms(times.contact_s),
        flight_ms=None if times is None else _ms(times.flight_s),
        quality=stride_quality(
            peak, float(np.mean([seen.quality for seen in history.frames if seen.t_s >= peak.t_s - BEFORE_S]))
        ),
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000.0 * seconds

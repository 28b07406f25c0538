"""Recorded sessions made of numbers: baseline, drill and retention with the values that a test wants, without a runner."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from tests.support.recorded_sessions import header

STRIDE_S = 0.7
BAND_DEG = (16.0, 20.0)
SCATTER_DEG = 0.8


def stride_row(number: int, t_s: float, extension_deg: float, leg: str = "near", **more: Any) -> Row:
    """One stride of a runner whose zero is vertical."""
    return {
        "stride": number,
        "leg": leg,
        "t_peak_s": t_s,
        "t_known_s": t_s + 0.1,
        "hip_extension_deg": extension_deg,
        "thigh_min_deg": -extension_deg,
        "thigh_excursion_deg": 50.0 + extension_deg,
        "knee_deg": 16.0,
        "ankle_deg": -14.0,
        "trunk_lean_deg": 6.0,
        "cadence_spm": 171.0,
        "quality": 0.95,
        "knee_straightest_ms": -28.0,
        "ankle_peak_ms": 14.0,
        "standing_thigh_deg": None,
        "belt_speed_mps": 3.0,
        **more,
    }


def phase_row(t_s: float, phase: str, band: tuple[float, float] | None = None, **more: Any) -> Row:
    """The beginning of a phase."""
    low, high = band or (None, None)
    return {
        "t_s": t_s,
        "phase": phase,
        "measure": "hip_extension",
        "band_low_deg": low,
        "band_high_deg": high,
        "baseline_deg": None if band is None else 15.0,
        "cueing": int(phase == "drill"),
        **more,
    }


def cue_row(t_s: float, text: str = "Push the belt behind you", rule: str = "push") -> Row:
    """A cue."""
    return {"t_s": t_s, "rule": rule, "text": text, "sound": "push", "stride": 1, "reason": "push: below the band"}


def coached_session(
    baseline_deg: float = 15.0,
    drill_deg: float | None = 18.0,
    retention_deg: float | None = 17.0,
    strides: int = 40,
    practise: Sequence[str] | None = ("glute_activation_kept",),
    cues: Sequence[Row] = (),
    retention_more: dict[str, Any] | None = None,
    day: int = 2,
    **head: Any,
) -> RecordedSession:
    """Ada's session with as many strides in each phase, scattering by 0.8° around these means; None: the phase is left out."""
    random = np.random.default_rng(7 + day)
    rows: list[Row] = []
    phases: list[Row] = []
    parts = (("baseline", baseline_deg, None), ("drill", drill_deg, BAND_DEG), ("retention", retention_deg, BAND_DEG))
    for phase, mean_deg, band in parts:
        if mean_deg is None:
            continue
        phases.append(phase_row(len(rows) * STRIDE_S, phase, band))
        scatter = random.normal(0.0, SCATTER_DEG, strides)
        more = (retention_more or {}) if phase == "retention" else {}
        for off_deg in scatter - scatter.mean():
            number = len(rows) + 1
            rows.append(stride_row(number, (number - 0.5) * STRIDE_S, mean_deg + float(off_deg), **more))
    summary = {} if practise is None else {"summary": {"practise": list(practise), "best_streak": 9}}
    default = cues or [cue_row((1.3 * strides + 0.5) * STRIDE_S)]
    return RecordedSession(header(day, "Ada", fps=30.0, **summary, **head), rows, list(default), phases)


def by_two_cameras(left_more_deg: float, **given: Any) -> RecordedSession:
    """A coached session whose left leg extends this much further, half a stride later.

    The main camera sees the right leg near, the other one the left leg.
    """
    session = coached_session(**given)
    right = [{**row, "side": "right", "standing_thigh_deg": 0.0} for row in session.strides]
    left = [
        {
            **row,
            "side": "left",
            "t_peak_s": float(row["t_peak_s"] or 0) + STRIDE_S / 2,
            "hip_extension_deg": float(row["hip_extension_deg"] or 0) + left_more_deg,
        }
        for row in right
    ]
    facing = {"facing": "right", "other_side": {"facing": "left"}}
    return replace(session, header={**session.header, **facing}, strides=right, other_strides=left)

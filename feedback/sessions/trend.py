"""Sessions beside each other. Pure.

What may be compared between days: the change within each session, and the excursion, which needs no zero. An absolute hip
extension carries its between-day interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.training import KMH_PER_MPS
from feedback.sessions.changes import CADENCE_PCT, SPEED_MPS, Change, changes
from feedback.sessions.recorded import Recorded
from feedback.sessions.statistics import BETWEEN_DAYS_DEG, CAMERA_CHANGE_RMS, Z95, Mean, by_phase, overall

HEADINGS = (
    "session",
    "started",
    "no.",
    "retained °",
    "drill change °",
    "excursion °",
    "hip extension °",
    "cadence",
    "km/h",
    "strides",
)


@dataclass(frozen=True)
class Entry:
    """One session of a trend. None where it was not measured."""

    name: str
    started: str
    number: int | None
    """Of a named runner."""
    strides: int
    drill: Change | None
    """Hip extension of the drill against the session's own baseline."""
    retained: Change | None
    """The same of the retention: what stayed without cues."""
    excursion: Mean | None
    """Of the thigh, in the baseline where there was one, else over all."""
    extension: Mean | None
    """Hip extension in the same strides."""
    cadence: Mean | None
    """Steps per minute, and …"""
    speed_mps: Mean | None
    """… the belt's speed, in the same strides."""


def entry(session: Recorded) -> Entry:
    """A session's place in a trend."""
    found = changes(session, "hip_extension_deg")
    return Entry(
        name=session.name,
        started=f"{session.started:%Y-%m-%d %H:%M}",
        number=session.header.get("session_number"),
        strides=len(session.trusted()),
        drill=found.get("drill"),
        retained=found.get("retention"),
        excursion=_at_rest(session, "thigh_excursion_deg"),
        extension=_at_rest(session, "hip_extension_deg"),
        cadence=_at_rest(session, "cadence_spm"),
        speed_mps=_at_rest(session, "belt_speed_mps"),
    )


def cells(one: Entry) -> tuple[str, ...]:
    """An entry as the row of a table under HEADINGS; ± is the 95 % interval of the change or of the mean."""
    return (
        one.name,
        one.started,
        "" if one.number is None else str(one.number),
        _change(one.retained),
        _change(one.drill),
        "" if one.excursion is None else f"{one.excursion.mean:.1f} ± {one.excursion.ci95:.1f}",
        "" if one.extension is None else f"{one.extension.mean:.1f} ± {BETWEEN_DAYS_DEG:.0f}",
        "" if one.cadence is None else f"{one.cadence.mean:.0f}",
        "" if one.speed_mps is None else f"{KMH_PER_MPS * one.speed_mps.mean:.1f}",
        str(one.strides),
    )


def slope(entries: Sequence[Entry]) -> tuple[float, float] | None:
    """Change of the excursion from session to session: degrees per session and half its 95 % interval; None of fewer than 3."""
    values = np.array([one.excursion.mean for one in entries if one.excursion is not None])
    count = len(values)
    if count < 3:
        return None
    order = np.arange(count) - (count - 1) / 2
    per_session = float(order @ values / (order @ order))
    off = values - values.mean() - per_session * order
    sd = float(np.sqrt(off @ off / (count - 2) / (order @ order)))
    return per_session, math.hypot(_t95(count - 2) * sd, Z95 * CAMERA_CHANGE_RMS * per_session)


def trend_sentence(entries: Sequence[Entry]) -> str:
    """Where the excursion goes; "" of too few sessions. At different paces there is no verdict: it grows with the speed."""
    found = slope(entries)
    if found is None:
        return ""
    paces = _paces(entries)
    verdict = f"no verdict, as {paces}" if paces else "more than chance" if abs(found[0]) > found[1] else "could be chance"
    return f"Excursion: {found[0]:+.2f} ± {found[1]:.2f}° from session to session (95 %); {verdict}"


def _paces(entries: Sequence[Entry]) -> str:
    """How the sessions' paces differ; "": they do not."""
    speeds_mps = [one.speed_mps.mean for one in entries if one.speed_mps is not None]
    if speeds_mps and max(speeds_mps) - min(speeds_mps) > SPEED_MPS:
        return f"the belt ran at {KMH_PER_MPS * min(speeds_mps):.1f} to {KMH_PER_MPS * max(speeds_mps):.1f} km/h"
    cadences = [one.cadence.mean for one in entries if one.cadence is not None]
    if cadences and 100 * (max(cadences) / min(cadences) - 1) > CADENCE_PCT:
        return f"the cadence was {min(cadences):.0f} to {max(cadences):.0f}"
    return ""


def _at_rest(session: Recorded, measure: str) -> Mean | None:
    return by_phase(session, measure).get("baseline") or overall(session, measure)


def _change(change: Change | None) -> str:
    if change is None:
        return ""
    doubt = "" if change.real else " (chance?)" if change.cadence_pct is None else " (other cadence)"
    return f"{change.change:+.1f} ± {change.ci95:.1f}{doubt}"


def _t95(freedom: int) -> float:
    """Student's t, 95 % on both sides; beyond the table by the first terms of its expansion (Fisher and Cornish 1960)."""
    more = (Z95**3 + Z95) / (4 * freedom) + (5 * Z95**5 + 16 * Z95**3 + 3 * Z95) / (96 * freedom**2)
    return _T95.get(freedom, Z95 + more)


_T95 = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26, 10: 2.23}
"""Student's t by degrees of freedom, 95 % on both sides."""

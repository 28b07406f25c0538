"""Several sessions side by side, and their trend. Pure.

Between days, the change within each session can be compared, and the excursion, which needs no zero. An absolute hip extension
carries its between-day interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from config.reference import PACE_CADENCE_PCT, PACE_SPEED_MPS, Z95
from config.sections.capture import KMH_PER_MPS
from sessions.format.recorded import CountedStrides, RecordedSession
from sessions.format.rows import Floats
from sessions.report.changes import MeanChange, changes
from sessions.report.left_right import LeftRight, left_right
from sessions.report.statistics import BETWEEN_DAYS_DEG, CAMERA_CHANGE_RMS, Mean, mean_of
from wire.texts import counted, digits

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
SIDE_HEADINGS = ("left °", "right °", "left − right °")
"""With two cameras."""


@dataclass(frozen=True)
class TrendEntry:
    """One session of a trend; values that were not measured are None."""

    name: str
    started: str
    number: int | None
    """Number of this session for a named runner."""
    strides: int
    drill: MeanChange | None
    """Hip extension of the drill against the session's own baseline."""
    retained: MeanChange | None
    """The same for the retention: what stayed without cues."""
    excursion: Mean | None
    """Thigh excursion in the baseline, or over all strides if there was none."""
    extension: Mean | None
    """Hip extension in the same strides."""
    cadence: Mean | None
    """Steps per minute in the same strides."""
    speed_mps: Mean | None
    """Belt speed in the same strides."""
    zero_correction_deg: float
    """What the zero of hip extension was lowered by for the pose model; 0: not corrected."""
    left_right: LeftRight | None = None
    """Hip extension of both legs over the session; None with one camera."""


def entry(session: CountedStrides) -> TrendEntry:
    """A session as an entry of a trend."""
    found = changes(session, "hip_extension_deg")
    in_baseline = session.phase_names() == "baseline"
    return TrendEntry(
        name=session.name,
        started=f"{session.started:%Y-%m-%d %H:%M}",
        number=session.header.get("session_number"),
        strides=len(session.values("t_peak_s")),
        drill=found.get("drill"),
        retained=found.get("retention"),
        excursion=_at_rest(session.values("thigh_excursion_deg"), in_baseline),
        extension=_at_rest(session.values("hip_extension_deg"), in_baseline),
        cadence=_at_rest(session.values("cadence_spm"), in_baseline),
        speed_mps=_at_rest(session.values("belt_speed_mps"), in_baseline),
        zero_correction_deg=session.zero_correction_deg,
        left_right=left_right(session) if isinstance(session, RecordedSession) else None,
    )


def table(entries: Sequence[TrendEntry]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows; the columns of left and right only if a session had two cameras."""
    if not any(one.left_right for one in entries):
        return HEADINGS, [cells(one) for one in entries]
    return (*HEADINGS, *SIDE_HEADINGS), [(*cells(one), *_side_cells(one.left_right)) for one in entries]


def cells(one: TrendEntry) -> tuple[str, ...]:
    """An entry as the row of a table under HEADINGS; ± is the 95 % interval of the change or of the mean."""
    return (
        one.name,
        one.started,
        "" if one.number is None else str(one.number),
        _change(one.retained),
        _change(one.drill),
        "" if one.excursion is None else one.excursion.text,
        "" if one.extension is None else f"{digits(one.extension.mean, '.1f')} ± {BETWEEN_DAYS_DEG:.0f}",
        "" if one.cadence is None else f"{one.cadence.mean:.0f}",
        "" if one.speed_mps is None else f"{KMH_PER_MPS * one.speed_mps.mean:.1f}",
        str(one.strides),
    )


def _side_cells(found: LeftRight | None) -> tuple[str, ...]:
    if found is None:
        return "", "", ""
    difference = f"{digits(found.difference_deg, '+.1f')} ± {found.ci95_deg:.1f}" if found.stated else "not stated"
    return found.left.text, found.right.text, difference


def sides_sentence(entries: Sequence[TrendEntry]) -> str:
    """How left minus right changed from the first session in which it is known to the last; "": fewer than two."""
    stated = [one.left_right for one in entries if one.left_right is not None and one.left_right.stated]
    if len(stated) < 2:
        return ""
    first, last = stated[0], stated[-1]
    change_deg = last.difference_deg - first.difference_deg
    ci95_deg = math.hypot(first.ci95_deg, last.ci95_deg)
    from_to = " to ".join(f"{digits(one.difference_deg, '+.1f')} ± {one.ci95_deg:.1f}°" for one in (first, last))
    verdict = "more than chance" if abs(change_deg) > ci95_deg else "could be chance"
    return f"Left minus right: from {from_to}, a change of {digits(change_deg, '+.1f')} ± {ci95_deg:.1f}° (95 %); {verdict}."


def slope(entries: Sequence[TrendEntry]) -> tuple[float, float] | None:
    """Slope of the excursion in degrees per session, and half its 95 % interval; None for fewer than 3 sessions."""
    values = np.array([one.excursion.mean for one in entries if one.excursion is not None])
    count = len(values)
    if count < 3:
        return None
    order = np.arange(count) - (count - 1) / 2
    per_session = float(order @ values / (order @ order))
    off = values - values.mean() - per_session * order
    sd = float(np.sqrt(off @ off / (count - 2) / (order @ order)))
    students_t = float(stdtrit(count - 2, 0.975))
    return per_session, math.hypot(students_t * sd, Z95 * CAMERA_CHANGE_RMS * per_session)


def trend_sentence(entries: Sequence[TrendEntry]) -> str:
    """The trend of the excursion; "" for too few sessions. At different paces there is no verdict: it grows with speed."""
    found = slope(entries)
    if found is None:
        return ""
    paces = _paces(entries)
    verdict = f"no verdict, as {paces}" if paces else "more than chance" if abs(found[0]) > found[1] else "could be chance"
    return f"Excursion: {digits(found[0], '+.2f')} ± {found[1]:.2f}° from session to session (95 %); {verdict}"


def trend_verdict(entries: Sequence[TrendEntry]) -> str:
    """Whether it is getting better and whether that is more than chance, in one sentence for the runner."""
    found = slope(entries)
    known = sum(one.excursion is not None for one in entries)
    if found is None:
        few = f"{counted(known, 'session')} with enough strides"
        return f"Too early to say whether it is getting better: {few}, and a trend needs three."
    if paces := _paces(entries):
        return f"It is unclear whether it is getting better: {paces}, and that alone changes the stride."
    change = f"your stride {'grows' if found[0] > 0 else 'shrinks'} by {abs(found[0]):.1f}° from session to session"
    if abs(found[0]) <= found[1]:
        return f"It is not clear yet whether it is getting better: {change}, which could be chance."
    if found[0] > 0:
        return f"Yes, it is getting better: {change}, and that is more than chance."
    return f"No, it is not getting better: {change}, and that is more than chance."


def zero_sentence(entries: Sequence[TrendEntry]) -> str:
    """Which sessions' hip extension cannot be compared with the others', as only some have a corrected zero; "": all can."""
    measured = [one for one in entries if one.extension is not None]
    corrected_deg = [one.zero_correction_deg for one in measured if one.zero_correction_deg]
    if len(corrected_deg) in (0, len(measured)):
        return ""
    others = counted(len(measured) - len(corrected_deg), "session")
    return (
        f"In {others} of {len(measured)}, the zero of hip extension is not corrected for the pose model: this alone may make "
        f"it {np.mean(corrected_deg):.1f}° larger than in the others. Excursion and changes within a session are not affected."
    )


def _paces(entries: Sequence[TrendEntry]) -> str:
    """How the paces of the sessions differ; "": they do not."""
    speeds_mps = [one.speed_mps.mean for one in entries if one.speed_mps is not None]
    if speeds_mps and max(speeds_mps) - min(speeds_mps) > PACE_SPEED_MPS:
        return f"the belt ran at {KMH_PER_MPS * min(speeds_mps):.1f} to {KMH_PER_MPS * max(speeds_mps):.1f} km/h"
    cadences = [one.cadence.mean for one in entries if one.cadence is not None]
    if cadences and 100 * (max(cadences) / min(cadences) - 1) > PACE_CADENCE_PCT:
        return f"the cadence was {min(cadences):.0f} to {max(cadences):.0f}"
    return ""


def _at_rest(values: Floats, in_baseline: NDArray[np.bool_]) -> Mean | None:
    return mean_of(values[in_baseline]) or mean_of(values)


def _change(change: MeanChange | None) -> str:
    if change is None:
        return ""
    doubt = "" if change.real else " (chance?)" if change.cadence_pct is None else " (other cadence)"
    return f"{digits(change.change, '+.1f')} ± {change.ci95:.1f}{doubt}"

"""A session in figures and words: what `show` prints and what heads a report. Each with definition and uncertainty."""

from dataclasses import dataclass

from feedback.sessions.changes import Change, changes
from feedback.sessions.recorded import Recorded
from feedback.sessions.statistics import (
    ABSOLUTE_DEG,
    BETWEEN_DAYS_DEG,
    CAMERA_CHANGE_RMS,
    Mean,
    by_phase,
    overall,
    sides,
    tracking,
)

PHASE_NAMES = {"warm_up": "warm-up"}


@dataclass(frozen=True)
class Line:
    """One figure."""

    what: str
    value: str
    meaning: str
    """Its definition, and what its uncertainty is."""


def key_figures(session: Recorded) -> list[Line]:
    """The figures a coach asks for first."""
    lines = []
    means = by_phase(session, "hip_extension_deg")
    for phase, mean in means.items():
        lines.append(Line(f"hip extension, {PHASE_NAMES.get(phase, phase)}", _degrees(mean), _ZERO[_calibrated(session)]))
    found = changes(session, "hip_extension_deg")
    for phase in ("drill", "retention") if "baseline" in means else ():
        if phase in found:
            lines.append(Line(f"{phase} against baseline", _change(found[phase]), _MDC))
        elif phase in means:
            lines.append(Line(f"{phase} against baseline", "not compared: the belt ran at another speed", _MDC))
    for phase, mean in by_phase(session, "thigh_excursion_deg").items():
        lines.append(Line(f"thigh excursion, {PHASE_NAMES.get(phase, phase)}", _degrees(mean), _EXCURSION))
    cadence = overall(session, "cadence_spm")
    if cadence is not None:
        lines.append(Line("cadence", f"{cadence.mean:.0f} ± {cadence.sd:.1f} steps/min (SD)", "near leg, over 6 strides each"))
    spread = overall(session, "triple_spread_ms")
    if spread is not None:
        meaning = "from the first to the last of knee straightest, hip peak, ankle peak; limited by the frame rate"
        lines.append(Line("triple extension, spread", f"{spread.mean:.0f} ± {spread.sd:.0f} ms (SD)", meaning))
    return [*lines, *_sides(session), *tracking_lines(session)]


def headline(session: Recorded) -> str:
    """What a runner takes home, in one sentence."""
    found = changes(session, "hip_extension_deg")
    words = {"retention": "without cues, after the drill", "drill": "in the drill, with cues"}
    for phase in ("retention", "drill"):
        if (change := found.get(phase)) is not None:
            way = "more" if change.change > 0 else "less"
            by = f"{abs(change.change):.1f} ± {change.ci95:.1f}° {way} hip extension than at baseline"
            return f"{words[phase].capitalize()}: {by}; {change.verdict}."
    mean = overall(session, "hip_extension_deg")
    if mean is not None:
        return f"Hip extension {mean.mean:.1f} ± {mean.ci95:.1f}° over {mean.strides} strides of the near leg."
    near = len(session.trusted())
    return f"{near} strides of the near leg are too few for a mean." if near else "No stride of the near leg was measured."


def tracking_lines(session: Recorded) -> list[Line]:
    """How well the runner was followed, and what was left out."""
    found = tracking(session)
    lines = []
    if found.frames and session.samples:
        reasons = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(found.not_measured.items()))
        share = 100 * found.measured / found.frames
        lines.append(Line("frames measured", f"{share:.0f} % of {found.frames}", f"the others: {reasons or 'none'}"))
    near, far = (len(session.trusted(leg)) for leg in ("near", "far"))
    left_out = ", ".join(f"{count} {leg}" for leg, count in found.low_quality.items() if count) or "none"
    lines.append(
        Line("strides counted", f"{near} near, {far} far", f"left out, quality below {session.min_quality:g}: {left_out}")
    )
    if found.interruptions_s or found.rows_lost or found.missed:
        lost = f"{found.interruptions_s:.1f} s, {found.rows_lost} rows, {found.missed} messages"
        lines.append(Line("not recorded", lost, "while the recorder was away, the disk was full, or the machine too busy"))
    return lines


def _sides(session: Recorded) -> list[Line]:
    found = sides(session)
    if found is None:
        return []
    meaning = "hip extension; healthy runners within ± 3°; uncertainty: strides and camera, 95 %"
    if not found.stated:
        value = f"not stated: its uncertainty of ± {found.uncertainty_deg:.1f}° is not below 3°"
        return [Line("near minus far", value, meaning)]
    verdict = "beyond what healthy runners show" if found.beyond else "no difference to act on"
    return [Line("near minus far", f"{found.difference_deg:+.1f} ± {found.uncertainty_deg:.1f}°: {verdict}", meaning)]


def _degrees(mean: Mean) -> str:
    return f"{mean.mean:.1f} ± {mean.ci95:.1f}° (95 %), SD {mean.sd:.1f}°, {mean.strides} strides"


def _change(change: Change) -> str:
    size = f"{change.change:+.1f} ± {change.ci95:.1f}° (95 %)"
    return f"{size}, minimal detectable change {change.mdc95:.1f}°: {change.verdict}"


def _calibrated(session: Recorded) -> bool:
    return str(session.header.get("calibration", "")).startswith("standing")


_ABSOLUTE = f"± is the strides'; camera, clothing and model shift all alike, within ± {ABSOLUTE_DEG:.0f}° on a drawn runner"
_BETWEEN_DAYS = f"; between days ± {BETWEEN_DAYS_DEG:.0f}°"
_ZERO = {
    True: "thigh behind its angle in quiet standing, at its peak, near leg; contains pelvic tilt; " + _ABSOLUTE + _BETWEEN_DAYS,
    False: "thigh behind the vertical at its peak, near leg, uncalibrated; contains pelvic tilt; " + _ABSOLUTE + _BETWEEN_DAYS,
}
_MDC = (
    "within this session, at the baseline's belt speed; "
    "MDC95 = 1.96 √(SEM₁² + SEM₂²), SEM = SD / √strides, lowered for strides being alike; "
    f"± holds MDC95 and the camera, some {100 * CAMERA_CHANGE_RMS:.0f} % (root mean square) of the change itself"
)
_EXCURSION = "from the thigh's peak in front to its peak behind, near leg; needs no zero; " + _ABSOLUTE

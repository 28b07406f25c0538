"""A session's figures, each with definition and uncertainty: `show` prints them, and a report begins with them."""

from dataclasses import dataclass

from config.measures import MEASURES, Measure
from config.reference import SIDE_LIMIT_DEG
from sessions.format.recorded import RecordedSession
from sessions.report.changes import MeanChange, changes
from sessions.report.frame_figures import FrameFigures
from sessions.report.left_right import LeftRight, left_right
from sessions.report.side_times import side_times
from sessions.report.statistics import (
    BETWEEN_DAYS_DEG,
    CAMERA_CHANGE_RMS,
    EXCURSION_DEG,
    VERTICAL_DEG,
    ZEROED_DEG,
    Mean,
    by_phase,
    overall,
    sides,
    tracking,
)
from sessions.report.target import HIP, PHASE_NAMES
from wire.messages import opposite
from wire.texts import digits

EXCURSION, CADENCE, SPREAD = (MEASURES[name] for name in ("thigh_excursion", "cadence", "triple_spread"))


@dataclass(frozen=True)
class KeyFigure:
    """One row."""

    what: str
    value: str
    meaning: str
    """Its definition, and what its uncertainty covers."""


def key_figures(session: RecordedSession, frames: FrameFigures) -> list[KeyFigure]:
    """The figures that a coach asks for first."""
    lines = []
    legs = legs_of(session)
    for leg, camera in legs:
        lines += _extension(camera, "" if len(legs) == 1 else f", {leg}")
    for phase, mean in by_phase(session, EXCURSION.column).items():
        lines.append(KeyFigure(f"{EXCURSION.label.lower()}, {PHASE_NAMES.get(phase, phase)}", _degrees(mean), _EXCURSION))
    cadence = overall(session, CADENCE.column)
    if cadence is not None:
        value = f"{cadence.mean:.0f} ± {cadence.sd:.1f} {CADENCE.unit.name} (SD)"
        lines.append(KeyFigure(CADENCE.label.lower(), value, f"near leg: {CADENCE.definition}"))
    spread = overall(session, SPREAD.column)
    if spread is not None:
        value = f"{spread.mean:.0f} ± {spread.sd:.0f} {SPREAD.unit.name} (SD)"
        lines.append(KeyFigure(f"{SPREAD.label.lower()}, spread", value, f"{SPREAD.definition}; limited by the frame rate"))
    return [*lines, *_sides(session), *tracking_lines(session, frames)]


def legs_of(session: RecordedSession) -> list[tuple[str, RecordedSession]]:
    """With two cameras, "left leg" and "right leg" and what the camera that sees it near has recorded; with one, "near leg"."""
    other = session.of_other_side()
    side = other.header.get("facing") if session.has_both_sides else None
    if side not in ("left", "right"):
        return [("near leg", session)]
    return sorted(((f"{opposite(side)} leg", session), (f"{side} leg", other)), key=lambda leg: leg[0])


def _extension(session: RecordedSession, leg: str) -> list[KeyFigure]:
    """Hip extension by phase, and what changed; `leg` follows the names of the figures."""
    means, found = by_phase(session, HIP.column), changes(session, HIP.column)
    lines = [
        KeyFigure(f"{HIP.label.lower()}, {PHASE_NAMES.get(phase, phase)}{leg}", _degrees(mean), _ZERO[_calibrated(session)])
        for phase, mean in means.items()
    ]
    for phase in ("drill", "retention") if "baseline" in means else ():
        if phase in found:
            lines.append(KeyFigure(f"{phase} against baseline{leg}", _change(found[phase]), _MDC))
        elif belt_differs(session, HIP, phase):
            lines.append(KeyFigure(f"{phase} against baseline{leg}", "not compared: the belt ran at a different speed", _MDC))
    return lines


def belt_differs(session: RecordedSession, measure: Measure, phase: str) -> bool:
    """Whether a phase has enough strides, but at a belt speed different from the baseline's."""
    means = by_phase(session, measure.column)
    return "baseline" in means and phase in means and phase not in changes(session, measure.column)


def headline(session: RecordedSession) -> str:
    """The most important result, in one sentence; with two cameras, one for each leg."""
    legs = legs_of(session)
    return " ".join(_headline(camera, leg, named=len(legs) > 1) for leg, camera in legs)


def _headline(session: RecordedSession, leg: str, named: bool) -> str:
    found = changes(session, HIP.column)
    words = {"retention": "without cues, after the drill", "drill": "in the drill, with cues"}
    for phase in ("retention", "drill"):
        if (change := found.get(phase)) is not None:
            way = "more" if change.change > 0 else "less"
            by = f"{abs(change.change):.1f} ± {change.ci95:.1f}° {way} hip extension than at baseline"
            where = f"{leg}, {words[phase]}" if named else words[phase]
            return f"{where.capitalize()}: {by}; {change.verdict}."
    mean = overall(session, HIP.column)
    if mean is not None:
        return f"Hip extension {mean.text}° over {mean.strides} strides of the {leg}."
    return without_mean(session, leg)


def without_mean(session: RecordedSession, leg: str = "near leg") -> str:
    """Why a session has no mean, in one sentence."""
    near = len(session.trusted())
    if not near:
        return f"No stride of the {leg} was measured."
    return (
        f"{near} strides of the {leg} are too few for a mean."
        if near > 1
        else f"One stride of the {leg} is too few for a mean."
    )


def tracking_lines(session: RecordedSession, frames: FrameFigures) -> list[KeyFigure]:
    """How well the runner was tracked, and what was left out."""
    found = tracking(session, frames)
    lines = []
    if frames.all.frames:
        reasons = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(found.not_measured.items()))
        share = 100 * found.measured / found.frames
        lines.append(KeyFigure("frames measured", f"{share:.0f} % of {found.frames}", f"the others: {reasons or 'none'}"))
    near, far = (len(session.trusted(leg)) for leg in ("near", "far"))
    left_out = ", ".join(f"{count} {leg}" for leg, count in found.low_quality.items() if count) or "none"
    lines.append(
        KeyFigure("strides counted", f"{near} near, {far} far", f"left out, quality below {session.min_quality:g}: {left_out}")
    )
    if found.interruptions_s or found.rows_lost or found.missed:
        lost = f"{found.interruptions_s:.1f} s, {found.rows_lost} rows, {found.missed} messages"
        lines.append(
            KeyFigure("not recorded", lost, "the recorder was not running, the disk was full, or the machine too busy")
        )
    return lines


def _sides(session: RecordedSession) -> list[KeyFigure]:
    if session.has_both_sides:
        return _left_right(session)
    found = sides(session)
    if found is None:
        return []
    meaning = "hip extension; healthy runners within ± 3°; uncertainty: strides and camera, 95 %"
    if not found.stated:
        value = f"not stated: its uncertainty of ± {found.uncertainty_deg:.1f}° is not below {SIDE_LIMIT_DEG:g}°"
        return [KeyFigure("near minus far", value, meaning)]
    verdict = "beyond what healthy runners show" if found.beyond else "no difference to act on"
    return [
        KeyFigure(
            "near minus far", f"{digits(found.difference_deg, '+.1f')} ± {found.uncertainty_deg:.1f}°: {verdict}", meaning
        )
    ]


def _left_right(session: RecordedSession) -> list[KeyFigure]:
    """The figures of both legs in a session with two cameras."""
    found = left_right(session)
    if found is None:
        return []
    near = "hip extension by the camera that sees the leg near; ± covers the strides of both legs at the same time"
    legs = [KeyFigure(f"{name} leg", _degrees(mean), near) for name, mean in (("left", found.left), ("right", found.right))]
    meaning = "hip extension by two cameras; healthy runners within ± 3°; uncertainty: strides and cameras, 95 %"
    if session.calibration_sd_deg:
        meaning += "; corrected for the difference between the cameras that calibrate-sides measured"
    timing = "by the camera that sees the leg near; an estimate; ±: strides and cameras, 95 %"
    return [
        *legs,
        KeyFigure("left minus right", left_right_words(found), meaning),
        *(
            KeyFigure(
                f"{times.what.lower()}, left minus right",
                times.words,
                f"left {times.left.mean:.0f}, right {times.right.mean:.0f} ms, {timing}",
            )
            for times in side_times(session)
        ),
    ]


def left_right_words(found: LeftRight) -> str:
    """The difference, and what it means."""
    if not found.stated:
        return f"not stated: its uncertainty of ± {found.ci95_deg:.1f}° is not below {SIDE_LIMIT_DEG:g}°"
    verdict = (
        "beyond what healthy runners show" if found.beyond else "a real difference" if found.differs else "could be chance"
    )
    return f"{digits(found.difference_deg, '+.1f')} ± {found.ci95_deg:.1f}°: {verdict}"


def _degrees(mean: Mean) -> str:
    return f"{mean.text}° (95 %), SD {mean.sd:.1f}°, {mean.strides} strides"


def _change(change: MeanChange) -> str:
    size = f"{digits(change.change, '+.1f')} ± {change.ci95:.1f}° (95 %)"
    return f"{size}, minimal detectable change {change.mdc95:.1f}°: {change.verdict}"


def _calibrated(session: RecordedSession) -> bool:
    return any(stride.get("standing_thigh_deg") is not None for stride in session.strides)


_SHARED = "± covers the strides; camera, clothing and model shift all of them alike, within"
_BETWEEN_DAYS = f"; between days ± {BETWEEN_DAYS_DEG:.0f}°"
_ZERO = {
    True: "peak of the thigh behind its angle in quiet standing, near leg; contains pelvic tilt; "
    f"{_SHARED} ± {ZEROED_DEG:.0f}° on rendered people{_BETWEEN_DAYS}",
    False: "peak of the thigh behind the vertical, near leg, uncalibrated; contains pelvic tilt; "
    f"{_SHARED} ± {VERTICAL_DEG:.0f}° on rendered people{_BETWEEN_DAYS}",
}
_MDC = (
    "within this session, at the baseline's belt speed; "
    "MDC95 = 1.96 √(SEM₁² + SEM₂²), SEM = SD / √strides, with fewer strides counted where successive ones are alike; "
    f"± covers MDC95 and the camera, about {100 * CAMERA_CHANGE_RMS:.0f} % (root mean square) of the change itself"
)
_EXCURSION = f"near leg: {EXCURSION.definition}; {_SHARED} ± {EXCURSION_DEG:.0f}° on a drawn runner"

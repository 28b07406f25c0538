"""Describes a measured clip in a few sentences: the result, or why there is none and what to do. Pure."""

from dataclasses import dataclass

from capture.sources.slow_motion import StepRhythm
from config.measures import MEASURES
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import column, known, number
from sessions.report.frame_figures import frame_figures
from sessions.report.statistics import LEAST_STRIDES, Tracking, overall, tracking
from wire.faults import SampleState
from wire.texts import STATES, StateText, counted

_READ_WHOLE = 0.95
"""A clip of which less than this share of the promised pictures could be read was cut off."""

_GREY_READS_LOW_DEG = 3.0
"""How much too low a clip without colours may read in dim light (docs/inputs.md)."""

_LEAST_BITS_PER_PIXEL = 0.02
"""Clips stored again with fewer bits are up to 1.9° off, or lose strides (docs/inputs.md)."""

_SHARPER = "A sharper, brighter picture helps."

HIP, CADENCE = MEASURES["hip_extension"], MEASURES["cadence"]


@dataclass(frozen=True)
class Answer:
    """A clip's result."""

    sentences: tuple[str, ...]
    """The first one is the most important."""
    means: dict[str, str]
    """Means by the measure's column, for a table; empty where they would mislead."""
    remark: str
    """What is wrong with the clip, for a table; "": nothing."""
    tracked: Tracking
    """How well the clip's frames could be measured."""
    misleading: bool = False
    """The numbers in the session's files are wrong."""


def answer(session: RecordedSession, alone: bool = True) -> Answer:
    """The result of a clip, from the files that `hipcue analyse` wrote. Raises SessionsError, OSError.

    `alone`: the clip is not one of a pair, whose comparison reports a missing zero itself.
    """
    tracked = tracking(session, frame_figures(session))
    doubt = _contradiction(session) or _slow_motion(session)
    if doubt:
        return Answer((doubt,), {}, doubt, tracked, misleading=True)
    near = session.trusted()
    notes = (
        _share_measured(tracked),
        *(_without_zero(near) if alone else ()),
        *_cut_off(session, tracked.frames),
        *_without_colours(session),
        *_compressed(session),
    )
    if not near:
        why = _why_none(session, tracked)
        return Answer((why, *notes), {}, why, tracked)
    means = {measure.column: _mean(session, measure.column) for measure in (HIP, CADENCE)}
    strides = f"{counted(len(near), 'stride')} of the near leg"
    result = f"Hip extension {means[HIP.column]}°, cadence {means[CADENCE.column] or 'unknown'}, over {strides}."
    few = f"{strides} are too few for a reliable mean: film at least {LEAST_STRIDES}" if len(near) < LEAST_STRIDES else ""
    return Answer((result, *([f"{few}."] if few else []), *notes), means, few, tracked)


def _mean(session: RecordedSession, name: str) -> str:
    """The mean over the near leg's trusted strides, with its 95 % interval where there are enough."""
    mean = overall(session, name)
    values = known(column(session.trusted(), name))
    if not len(values):
        return ""
    if name == CADENCE.column:
        return f"{values.mean():.0f}"
    return f"{values.mean():.1f}" if mean is None else mean.text


def _slow_motion(session: RecordedSession) -> str:
    """A sentence if the cadence is too low for running; otherwise ""."""
    rhythm = StepRhythm()
    slowed = []
    for leg, at_s in _peaks(session):
        rhythm.add(leg, at_s)
        if (spm := rhythm.slowed_spm) is not None:
            slowed.append((at_s, spm))
    if rhythm.looks_slow:
        pace = f"at {rhythm.cadence_spm:.0f} steps a minute"
        return f"This looks like slow motion, {pace}: add the filming rate, such as --filmed-at 240."
    if not slowed:
        return ""
    at_s, spm = slowed[0]
    return f"Part of it looks like slow motion, at {spm:.0f} steps a minute around {at_s:.0f} s: cut it out and try again."


def _sped_up(session: RecordedSession) -> str:
    """A sentence if the steps follow each other too fast for running; otherwise ""."""
    rhythm = StepRhythm()
    for leg, at_s in _peaks(session):
        rhythm.add(leg, at_s)
    if not rhythm.looks_sped_up:
        return ""
    pace = f"at {rhythm.cadence_spm:.0f} steps a minute"
    return f"The clip seems sped up, {pace}: add the filming rate, such as --filmed-at 30, or use the original."


def _peaks(session: RecordedSession) -> list[tuple[str, float]]:
    """Leg and time, s, of each peak, in the order of time."""
    return sorted(((str(row["leg"]), number(row["t_peak_s"])) for row in session.strides), key=lambda peak: peak[1])


def _contradiction(session: RecordedSession) -> str:
    """A sentence if the runner does not face the way given in the settings."""
    told = session.header.get("config", {}).get("analysis", {}).get("facing")
    seen = session.header.get("facing_seen")
    if told not in ("left", "right") or seen not in ("left", "right") or seen == told:
        return ""
    return f"The runner faces {seen}, not {told}: leave out --facing, or use --facing {seen}."


def _why_none(session: RecordedSession, found: Tracking) -> str:
    if low := found.low_quality["near"]:
        quality = f"quality below {session.min_quality:g}"
        return f"No stride was measured well enough: {low} of the near leg had a {quality}. {_sped_up(session) or _SHARPER}"
    state = max(found.not_measured, key=lambda name: found.not_measured[name], default="")
    if state == "" or found.measured > sum(found.not_measured.values()):
        return "No stride was measured: the clip is too short for one. Film at least ten seconds."
    return f"No stride was measured: {_reason(state)}. {_rotation(session, state) or _advice(state)}".strip()


def _rotation(session: RecordedSession, state: str) -> str:
    """What to do about a clip that is not upright; "": it is, or the angle is not known."""
    rotate_deg = session.header.get("upright_rotate_deg")
    if state != SampleState.NOT_UPRIGHT or rotate_deg not in (0, 90, 180, 270):
        return ""
    return f"Rotate it with --rotate {rotate_deg}." if rotate_deg else "Leave out --rotate."


def _reason(state: str) -> str:
    words = _words(state)
    return state.replace("_", " ") if words is None else words.clip


def _advice(state: str) -> str:
    words = _words(state)
    return "" if words is None else words.film


def _words(state: str) -> StateText | None:
    """A state's texts; None for a state that this program does not know."""
    return next((words for name, words in STATES.items() if name == state), None)


def _share_measured(found: Tracking) -> str:
    if not found.frames:
        return "No picture could be read."
    sentence = f"Measured in {100 * found.measured / found.frames:.0f} % of {found.frames} frames"
    if not found.not_measured:
        return f"{sentence}."
    state = max(found.not_measured, key=lambda name: found.not_measured[name])
    others = "the others" if len(found.not_measured) == 1 else "most others" if found.measured else "most of them"
    return f"{sentence}; in {others}, {_reason(state)}."


def _without_zero(near: list[Row]) -> tuple[str, ...]:
    if not near or any(row.get("standing_thigh_deg") is not None for row in near):
        return ()
    return ("No zero was set, so 0° is vertical: start the clip with a few seconds of quiet standing.",)


def _without_colours(session: RecordedSession) -> tuple[str, ...]:
    if session.header.get("has_colours", True):
        return ()
    return (f"The clip has no colours: hip extension may read up to {_GREY_READS_LOW_DEG:.0f}° low.",)


def _compressed(session: RecordedSession) -> tuple[str, ...]:
    bits = session.header.get("bits_per_pixel")
    if not isinstance(bits, float) or not 0 < bits < _LEAST_BITS_PER_PIXEL:
        return ()
    return (
        "The clip is compressed so strongly that strides may be missing and hip extension a degree or more off: "
        "use the original file.",
    )


def _cut_off(session: RecordedSession, frames: int) -> tuple[str, ...]:
    promised = session.header.get("frames_promised")
    if isinstance(promised, int) and frames < _READ_WHOLE * promised:
        return (f"The file is damaged or cut off: {frames} of its {promised} pictures could be read.",)
    if session.header.get("end_missing") is True:
        return ("The file is damaged or cut off at its end: if the clip was longer, copy it again from where it was filmed.",)
    return ()

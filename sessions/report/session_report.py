"""The report of one session: one page for the runner, the coach and the researcher."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from config.measures import Measure
from sessions.charts.plot import clock
from sessions.format.recorded import RecordedSession
from sessions.report.changes import changes
from sessions.report.cue_effects import STRIDES, RuleEffect, cue_effects
from sessions.report.document import Answer, Document, Number, Part, Point, Section, Table
from sessions.report.frame_figures import FrameFigures, frame_figures
from sessions.report.guard_times import GuardTimes, guard_times
from sessions.report.html_page import html_page
from sessions.report.key_figures import KeyFigure, headline, key_figures, legs_of
from sessions.report.session_figures import (
    cadence_figure,
    changes_figure,
    cue_effects_figure,
    curve_figure,
    drawn,
    left_right_figure,
    push_off_figure,
    sides_figure,
    timeline_figure,
    tracking_figure,
    triple_extension_figure,
)
from sessions.report.statistics import Mean
from sessions.report.target import HIP, target_measure
from sessions.report.verdict import amount, verdict
from sessions.report.written import write_document
from wire.texts import digits

LIMITS = (
    "A side camera cannot see the pelvis: hip extension contains pelvic tilt and lumbar extension. "
    "Trust changes within a session. This is training advice, not medical advice."
)
_MOST_CUES = 60
"""Rows of the table of cues: a session of an hour has some hundred."""


def write_report(session: RecordedSession, out: Path) -> None:
    """Write the report: a PDF if the name ends in .pdf, otherwise HTML. Raises OSError, SessionsError."""
    write_document(session_document(session), out)


def html_report(session: RecordedSession) -> str:
    """The report as HTML that contains its drawings and refers to nothing outside. Raises OSError, SessionsError."""
    return html_page(session_document(session))


@dataclass(frozen=True)
class _Leg:
    """What the report draws of one leg, from the camera that sees it near."""

    suffix: str
    """Follows the titles: ", left leg" with two cameras."""
    session: RecordedSession
    frames: FrameFigures
    guards: Sequence[GuardTimes]
    cues: Sequence[RuleEffect]


def session_document(session: RecordedSession) -> Document:
    """The report's content. Raises OSError, SessionsError if the frames cannot be read."""
    frames = frame_figures(session)
    measure = target_measure(session)
    legs = _legs(session, frames)
    coach: list[Part] = [
        *_of_each(legs, lambda leg: [timeline_figure(leg.session, leg.guards, [one.session for one in legs])]),
        *drawn((partial(changes_figure, session),)),
        *_of_each(legs, lambda leg: [cue_effects_figure(leg.cues, measure)]),
        *drawn((partial(left_right_figure, session),)),
        *_of_each(legs, lambda leg: [triple_extension_figure(leg.session)]),
        *_of_each(legs, lambda leg: [curve_figure(leg.session, leg.frames)]),
        *_of_each(legs, lambda leg: _cue_tables(leg.cues, measure)),
        *_of_each(legs, lambda leg: _guard_table(leg.guards)),
    ]
    research: list[Part] = [
        _definitions(key_figures(session, frames)),
        *_of_each(legs, lambda leg: [tracking_figure(leg.session, leg.frames)]),
        *drawn((partial(sides_figure, session),)),
        *_of_each(legs, lambda leg: [cadence_figure(leg.session)]),
        *_of_each(legs, lambda leg: _single_cues(leg.cues)),
    ]
    sections = [
        Section("For the coach", "What happened from stride to stride, and what effect the cues had.", coach),
        Section("For the researcher", "Definitions, uncertainties, tracking.", research, folded=True),
    ]
    return Document(
        title=_title(session),
        about=_about(session),
        answer=_answer(session, frames),
        sections=[section for section in sections if section.parts],
        footer=LIMITS,
    )


def _legs(session: RecordedSession, frames: FrameFigures) -> list[_Leg]:
    found = legs_of(session)
    return [
        _Leg(
            f", {name}" if len(found) > 1 else "",
            camera,
            frames if camera is session else frame_figures(camera),
            guard_times(camera),
            cue_effects(camera),
        )
        for name, camera in found
    ]


def _of_each(legs: Iterable[_Leg], make: Callable[[_Leg], Iterable[Part | None]]) -> Iterator[Part]:
    """What was made of each leg; with two cameras, its title names the leg."""
    for leg in legs:
        for part in make(leg):
            if part is not None:
                yield replace(part, title=f"{part.title}{leg.suffix}")


def _title(session: RecordedSession) -> str:
    clip = Path(session.header["source"]).name if session.header.get("kind") == "clip" else ""
    return f"{clip or session.runner or 'HipCue session'}, {session.started.day} {session.started:%B %Y, %H:%M}"


def _about(session: RecordedSession) -> str:
    number = session.header.get("session_number")
    about = (
        f"session {session.name}" if number is None else f"session {session.name}, number {number} of this runner",
        f"camera or clip: {session.header['source']}",
        str(session.header["software"]),
        str(session.header.get("calibration", "")).replace("_", " "),
    )
    return " · ".join(part for part in about if part)


def _answer(session: RecordedSession, frames: FrameFigures) -> Answer:
    found = verdict(session, frames)
    leg = f", {found.leg}" if found.leg else ""
    numbers = [Number(found.before, f"before{leg}")] if found.before else []
    numbers += [Number(found.after, f"{found.after_name}{leg}")] if found.after else []
    figure = push_off_figure(session, frames)
    return Answer(
        sentence=found.sentence,
        numbers=numbers,
        detail=_detail(session),
        points=[
            Point("What to practise", found.practise),
            Point("Next time", found.next_time),
            Point("The camera", found.camera),
        ],
        figure=None if figure is None else replace(figure, title=f"{figure.title}{leg}"),
    )


def _detail(session: RecordedSession) -> str:
    """The result with its uncertainty."""
    measure = target_measure(session)
    if measure is HIP:
        return headline(session)
    for phase, change in reversed(changes(session, measure.column).items()):
        size = f"{digits(change.change, '+.1f')} ± {change.ci95:.1f}"
        return f"{measure.label}, {phase} against baseline: {size} {measure.unit.name} (95 %); {change.verdict}."
    return ""


def _cue_tables(found: Sequence[RuleEffect], measure: Measure) -> Iterable[Table]:
    """Rules about a measure other than the target's, which cannot share an axis with the others."""
    rows = [
        (one.words, one.measure.label.lower(), str(len(one.effects)), _effect(one))
        for one in found
        if one.measure is not measure
    ]
    if rows:
        yield Table(
            "Effect of the guards' cues",
            f"Mean of the {STRIDES} strides after the cue minus the {STRIDES} before it, with its 95 % interval.",
            ("cue", "measure", "cues", "change"),
            rows,
            numbers=True,
        )


def _effect(one: RuleEffect) -> str:
    size = digits(one.mean, "+.1f")
    return (
        f"{size}{one.measure.unit.mark}, too few cues"
        if one.half is None
        else f"{size} ± {one.half:.1f}{one.measure.unit.mark}"
    )


def _guard_table(guards: Sequence[GuardTimes]) -> Iterable[Table]:
    rows = [
        (
            one.name,
            one.condition,
            _in_words(one.measure, one.baseline),
            _in_words(one.measure, one.drill),
            f"{one.held} of {one.strides}" if one.held else "never",
        )
        for one in guards
    ]
    if rows:
        yield Table(
            "Guards",
            "When asking for more would have been wrong: no cue for more was given while a guard was active.",
            ("guard", "active when", "baseline", "drill", "strides active"),
            rows,
            numbers=True,
        )


def _in_words(measure: Measure, mean: Mean | None) -> str:
    if mean is None:
        return "–"
    return f"{mean.mean:.2f}" if measure.name == "quality" else amount(measure, mean.mean).removesuffix(" steps a minute")


def _single_cues(found: Sequence[RuleEffect]) -> Iterable[Table]:
    cues = sorted(((effect, one) for one in found for effect in one.effects), key=lambda cue: cue[0].t_s)
    if not cues:
        return
    left_out = f" The first {_MOST_CUES} of {len(cues)}." if len(cues) > _MOST_CUES else ""
    yield Table(
        "Every cue",
        f"Means of the {STRIDES} strides before and after, and the change with its 95 % interval (Student's t).{left_out}",
        ("time", "cue", "measure", "before", "after", "change"),
        [
            (
                clock(effect.t_s),
                one.words,
                one.measure.label.lower(),
                f"{digits(effect.before, '.1f')}{one.measure.unit.mark}",
                f"{digits(effect.after, '.1f')}{one.measure.unit.mark}",
                f"{digits(effect.change, '+.1f')} ± {effect.half:.1f}",
            )
            for effect, one in cues[:_MOST_CUES]
        ],
        numbers=True,
        long=True,
    )


def _definitions(figures: Sequence[KeyFigure]) -> Table:
    """Figures with their meaning; a meaning shared by several figures is beside the first of them."""
    rows = []
    for meaning, together in itertools.groupby(figures, lambda figure: figure.meaning):
        rows += [(figure.what, figure.value, meaning if index == 0 else "") for index, figure in enumerate(together)]
    return Table("Figures and their uncertainty", "", ("figure", "value", "definition, and what ± covers"), rows)

"""The report of several sessions: is it getting better, is that more than chance, and what did each session change."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sessions.charts.intervals import History, Point, Series, interval_columns
from sessions.charts.svg import COLUMN, NARROW, WIDE
from sessions.report import document
from sessions.report.changes import MeanChange
from sessions.report.document import Answer, Document, Figure, Number, Section, Table
from sessions.report.key_figures import left_right_words
from sessions.report.session_figures import drawn
from sessions.report.session_report import LIMITS
from sessions.report.statistics import BETWEEN_DAYS_DEG, CAMERA_CHANGE_RMS, Mean
from sessions.report.trend import TrendEntry, sides_sentence, slope, table, trend_sentence, trend_verdict, zero_sentence
from sessions.report.written import write_document
from wire.texts import digits

_MOST_LINES = 30
"""Only the newest sessions have a line in the table: the charts show all of them."""


def write_trend(title: str, entries: Sequence[TrendEntry], out: Path) -> None:
    """Write the page: a PDF if the name ends in .pdf, otherwise HTML. Raises OSError."""
    write_document(trend_document(title, entries), out)


def trend_document(title: str, entries: Sequence[TrendEntry]) -> Document:
    """The report's content, for at least one session."""
    figures = drawn((partial(_changes, entries), partial(_left_right, entries), partial(_extension, entries)))
    headings, rows = table(entries)
    left_out = f" The newest {_MOST_LINES} of {len(entries)}." if len(entries) > _MOST_LINES else ""
    sessions = Table(
        "Session by session",
        f"{_COLUMNS}{left_out}",
        headings[1:],
        [row[1:] for row in reversed(rows[-_MOST_LINES:])],
        numbers=True,
    )
    meaning = Table("What the figures mean", "", ("figure", "value", "definition, and what ± covers"), _MEANINGS)
    return Document(
        title=title,
        about=f"Sessions: {len(entries)}, from {entries[0].started} to {entries[-1].started}",
        answer=_answer(entries),
        sections=[
            Section("For the coach", "What each session changed, and how the stride grew.", [*figures, sessions]),
            Section("For the researcher", "Definitions and uncertainties.", [meaning], folded=True),
        ],
        footer=LIMITS,
    )


def _answer(entries: Sequence[TrendEntry]) -> Answer:
    excursions = [one.excursion for one in entries if one.excursion is not None]
    numbers = []
    if len(excursions) > 1:
        numbers = [Number(f"{excursions[0].mean:.1f}°", "first session"), Number(f"{excursions[-1].mean:.1f}°", "last session")]
    kept = [one.retained for one in entries if one.retained is not None]
    points = [document.Point("What stays after a session", _kept(kept))] if kept else []
    points.append(
        document.Point(
            "What is compared",
            "Thigh excursion, from the thigh's peak in front to its peak behind, in each session's baseline, before any cue. "
            "It needs no zero, so it can be compared between days if the camera stands in the same place.",
        )
    )
    if sides := sides_sentence(entries):
        points.append(document.Point("Left and right", sides))
    if zero := zero_sentence(entries):
        points.append(document.Point("What cannot be compared", zero))
    return Answer(trend_verdict(entries), numbers, trend_sentence(entries), points, _excursion(entries))


def _kept(kept: Sequence[MeanChange]) -> str:
    real = sum(change.real and change.change > 0 for change in kept)
    last = kept[-1]
    size = f"{digits(last.change, '+.1f')} ± {last.ci95:.1f}°"
    return f"In {real} of {len(kept)} sessions, more than chance was left without cues; in the last one {size}, {last.verdict}."


def _changes(entries: Sequence[TrendEntry]) -> Figure | None:
    """Retained and drill of each session, with their intervals."""
    series = [
        Series("without cues, after the drill", _points(entries, [one.retained for one in entries]), "good", 0.12),
        Series("with cues, in the drill", _points(entries, [one.drill for one in entries]), "change", -0.12),
    ]
    if not any(one.points for one in series):
        return None
    title = "What each session changed"
    data = History(title, "hip extension against the baseline, °", _names(entries), series, zero=True)
    return _figure(title, data, _CHANGES)


def _excursion(entries: Sequence[TrendEntry]) -> Figure | None:
    """The excursion of each session, and the line through them."""
    points = _mean_points(entries, [one.excursion for one in entries], None)
    if not points:
        return None
    found = slope(entries)
    line: list[tuple[float, float]] = []
    words = ""
    if found is not None:
        middle, half = sum(point.value for point in points) / len(points), found[0] * (len(points) - 1) / 2
        line = [(points[0].at, middle - half), (points[-1].at, middle + half)]
        words = f"{digits(found[0], '+.2f')} ± {found[1]:.2f}° from session to session"
    title = "Thigh excursion"
    series = [Series("mean of the baseline", points)]
    data = History(title, "thigh excursion, °", _names(entries), series, line, words)
    return Figure(title, _EXCURSION, interval_columns(data, COLUMN))


def _extension(entries: Sequence[TrendEntry]) -> Figure | None:
    """Hip extension of each session, with its between-day interval."""
    points = _mean_points(entries, [one.extension for one in entries], BETWEEN_DAYS_DEG)
    if not points:
        return None
    title = "Hip extension"
    data = History(title, "hip extension, °", _names(entries), [Series("the same strides", points, "before")])
    return _figure(title, data, _EXTENSION)


def _left_right(entries: Sequence[TrendEntry]) -> Figure | None:
    """Left minus right of each session with two cameras, where it is certain enough to be stated."""
    found = [(at, one.left_right) for at, one in enumerate(entries) if one.left_right is not None and one.left_right.stated]
    points = [Point(at, one.difference_deg, one.ci95_deg, one.differs, left_right_words(one)) for at, one in found]
    if not points:
        return None
    title = "Left and right"
    data = History(title, "left minus right, °", _names(entries), [Series("both legs", points)], zero=True)
    return _figure(title, data, _LEFT_RIGHT)


def _figure(title: str, data: History, caption: str) -> Figure:
    return Figure(title, caption, interval_columns(data, WIDE), interval_columns(data, NARROW), across=True)


def _points(entries: Sequence[TrendEntry], found: Sequence[MeanChange | None]) -> list[Point]:
    return [
        Point(
            at,
            one.change,
            one.ci95,
            one.real,
            f"{entry.started}: {digits(one.change, '+.1f')} ± {one.ci95:.1f}°, {one.verdict}",
        )
        for at, (entry, one) in enumerate(zip(entries, found, strict=True))
        if one is not None
    ]


def _mean_points(entries: Sequence[TrendEntry], means: Sequence[Mean | None], interval: float | None) -> list[Point]:
    return [
        Point(
            at,
            mean.mean,
            interval or mean.ci95,
            True,
            f"{entry.started}: {digits(mean.mean, '.1f')} ± {interval or mean.ci95:.1f}°",
        )
        for at, (entry, mean) in enumerate(zip(entries, means, strict=True))
        if mean is not None
    ]


def _names(entries: Sequence[TrendEntry]) -> list[str]:
    """Labels of the sessions: day and, for a named runner, number."""
    return [one.started[5:10] if one.number is None else f"{one.started[5:10]} ({one.number})" for one in entries]


_COLUMNS = (
    "Degrees. Retained: without cues, after the drill, against the session's own baseline, ± 95 % (chance?: below what can be "
    "detected). Excursion: in the baseline, ± 95 % of its mean. Hip extension: ± how much it differs between days by chance."
)
_CHANGES = (
    "Mean hip extension of the retention and of the drill minus that of the session's own baseline, near leg; bars: 95 % "
    f"interval, from the strides' scatter and from the camera (about {100 * CAMERA_CHANGE_RMS:.0f} %, root mean square, of the "
    "change itself). This can be compared between days. Hollow: could be chance."
)
_EXCURSION = (
    "Near leg, in the baseline, or over all strides where there is none. Bars: 95 % interval of the mean. Dashed: the line "
    "through the sessions, with its 95 % interval (Student's t)."
)
_LEFT_RIGHT = (
    "Hip extension of the left leg minus that of the right one, by two cameras, over the session; bars: 95 % interval, from "
    "the strides' scatter and the cameras. Hollow: could be chance."
)
_EXTENSION = (
    f"Absolute hip extension in the same strides. Bars: ± {BETWEEN_DAYS_DEG:.0f}°, by which two-dimensional hip angles of the "
    "same runner differ between days (95 %; Damsted, Nielsen & Larsen 2014). Rises and falls within the bars mean nothing."
)
_MEANINGS = (
    (
        "retained, drill",
        "± 95 %",
        "difference of two phases' means at one belt speed; ± covers MDC95 = 1.96 √(SEM₁² + SEM₂²) and the camera, about "
        f"{100 * CAMERA_CHANGE_RMS:.0f} % (root mean square) of the change itself; no verdict with another cadence",
    ),
    (
        "trend of the excursion",
        "degrees from session to session, ± 95 %",
        "slope of the straight line through the sessions in their order; ± covers what the line leaves (Student's t) and the "
        "camera's part",
    ),
    (
        "hip extension",
        f"± {BETWEEN_DAYS_DEG:.0f}°",
        "95 % interval of the difference between two days in two-dimensional video (9 to 11°)",
    ),
)

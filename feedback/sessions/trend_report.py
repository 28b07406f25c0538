"""Sessions beside each other as a page with drawings: where a runner goes."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from feedback.sessions.page import Drawing, Page, write_page
from feedback.sessions.plots import FAR, GREY, NEAR, legend_below, name_axes
from feedback.sessions.sentences import Line
from feedback.sessions.statistics import BETWEEN_DAYS_DEG, CAMERA_CHANGE_RMS, Mean
from feedback.sessions.trend import HEADINGS, Entry, cells, slope, trend_sentence

_MOST_TICKS = 12
_MOST_LINES = 30
"""The newest; a sheet of paper has room for no more. The drawings show all."""
_TOLD = {"retained": "retained °", "excursion": "excursion °"}
_MEANING = (
    "degrees; retained: hip extension without cues, after the drill, against the session's own baseline, ± 95 % (chance?: "
    "below what can be detected); excursion: of the baseline, ± 95 % of its mean"
)


def write_trend(title: str, entries: Sequence[Entry], out: Path) -> None:
    """Write the page; a name that ends in .pdf makes a PDF, any other HTML. Raises OSError."""
    draws: dict[str, tuple[Callable[[Sequence[Entry], Axes], bool], str]] = {
        "What each session changed": (_changes, _CHANGES),
        "Thigh excursion": (_excursion, _EXCURSION),
        "Hip extension": (_extension, _EXTENSION),
    }
    page = Page(
        title=title,
        heading=f"Sessions: {len(entries)}, from {entries[0].started} to {entries[-1].started}",
        headline=trend_sentence(entries),
        lines=[_line(one) for one in entries[-_MOST_LINES:]],
        drawings=[Drawing(name, caption, partial(draw, entries)) for name, (draw, caption) in draws.items()],
    )
    write_page(page, out)


def _line(one: Entry) -> Line:
    told = dict(zip(HEADINGS, cells(one), strict=True))
    parts = [f"{what} {told[heading]}" for what, heading in _TOLD.items() if told[heading]]
    return Line(f"{one.started} ({one.name})", ", ".join(parts) or "too few strides", _MEANING)


def _changes(entries: Sequence[Entry], axes: Axes) -> bool:
    """Retained and drill of each session, with their intervals."""
    name_axes(axes, "", "against the baseline, °")
    drawn = False
    for place, colour, mark, name in ((0.1, NEAR, "D", "retained, without cues"), (-0.1, FAR, "o", "drill, with cues")):
        changes = [one.retained if mark == "D" else one.drill for one in entries]
        known = [(at, change) for at, change in enumerate(changes) if change is not None]
        if known:
            at, values, intervals = zip(*((at + place, one.change, one.ci95) for at, one in known), strict=True)
            axes.errorbar(at, values, yerr=intervals, fmt=mark, color=colour, capsize=4, label=name)
            drawn = True
    axes.axhline(0, color=GREY, linewidth=1)
    _sessions_below(axes, entries)
    legend_below(axes, 2)
    return drawn


def _excursion(entries: Sequence[Entry], axes: Axes) -> bool:
    """Of each session, and the line through them."""
    drawn = _means(axes, [one.excursion for one in entries], None, "mean of the baseline, or of all where there is none")
    found = slope(entries)
    known = [(at, one.excursion.mean) for at, one in enumerate(entries) if one.excursion is not None]
    if found is not None:
        at, values = np.array(known).T
        line = values.mean() + found[0] * (np.arange(len(values)) - (len(values) - 1) / 2)
        axes.plot(at, line, "--", color=GREY, label=f"{found[0]:+.2f} ± {found[1]:.2f}° from session to session")
    name_axes(axes, "", "thigh excursion, °")
    _sessions_below(axes, entries)
    legend_below(axes, 2)
    return drawn


def _extension(entries: Sequence[Entry], axes: Axes) -> bool:
    """Of each session, with what it may differ between days."""
    drawn = _means(axes, [one.extension for one in entries], BETWEEN_DAYS_DEG, "the same strides")
    name_axes(axes, "", "hip extension, °")
    _sessions_below(axes, entries)
    legend_below(axes, 1)
    return drawn


def _means(axes: Axes, means: Sequence[Mean | None], interval: float | None, name: str) -> bool:
    known = [(at, mean) for at, mean in enumerate(means) if mean is not None]
    if known:
        at, values, intervals = zip(*((at, mean.mean, interval or mean.ci95) for at, mean in known), strict=True)
        axes.errorbar(at, values, yerr=intervals, fmt="D", color=NEAR, capsize=4, label=name)
    return bool(known)


def _sessions_below(axes: Axes, entries: Sequence[Entry]) -> None:
    """Day and, of a named runner, number of each session, as many as there is room for."""
    every = -(-len(entries) // _MOST_TICKS)
    shown = range(0, len(entries), every)
    numbers = [entries[at].number for at in shown]
    days = [entries[at].started[5:10] for at in shown]
    axes.set_xticks(
        list(shown),
        [day if number is None else f"{day} ({number})" for day, number in zip(days, numbers, strict=True)],
        fontsize=8,
    )
    axes.set_xlim(-0.5, len(entries) - 0.5)


_CHANGES = (
    "Mean hip extension of the retention and of the drill minus that of the session's own baseline, near leg; bars: 95 % "
    f"interval, from the strides' scatter and from the camera (some {100 * CAMERA_CHANGE_RMS:.0f} %, root mean square, of the "
    "change itself). This is what may be compared between days."
)
_EXCURSION = (
    "From the thigh's peak in front to its peak behind, near leg; it needs no zero. Bars: 95 % interval of the mean. Dashed: "
    "the line through the sessions, with its 95 % interval (Student's t)."
)
_EXTENSION = (
    f"Absolute hip extension in the same strides. Bars: ± {BETWEEN_DAYS_DEG:.0f}°, by which two-dimensional hip angles of the "
    "same runner differ between days (95 %; Damsted, Nielsen & Larsen 2014). Rises and falls within the bars mean nothing."
)

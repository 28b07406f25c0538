"""Strides over time against the band, with phases, cues and guards: the chart that a coach reads first."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from sessions.charts.plot import Key, Plot, Scale, clock, legend, legend_height, spanning, triangle
from sessions.charts.svg import Size, circle, drawing, group, line, polygon, rectangle, text, text_width
from wire.texts import digits

Kind = Literal["inside", "outside", "free", "left_out"]
"""In the band or outside; free: there was no band; left_out: too poorly seen to be counted."""


@dataclass(frozen=True)
class StrideMark:
    """One stride."""

    number: int
    t_s: float
    value: float
    kind: Kind
    phase: str
    """The phase's name, for people."""


@dataclass(frozen=True)
class PhaseSpan:
    """A phase from start to end, seconds; the mean of its strides, if there are enough."""

    name: str
    start_s: float
    end_s: float
    mean: float | None = None


@dataclass(frozen=True)
class BandSpan:
    """The target from start to end, seconds."""

    start_s: float
    end_s: float
    low: float
    high: float
    cueing: bool = True
    """Whether cues might sound."""


@dataclass(frozen=True)
class Event:
    """A cue at `start_s`; or a guard that was active from start to end."""

    start_s: float
    end_s: float
    words: str


@dataclass(frozen=True)
class StrideTimeline:
    """What the chart shows. Values are in `mark`'s unit, times in seconds since the start."""

    label: str
    """Name of the measure."""
    mark: str
    """Its unit as it follows a number."""
    strides: Sequence[StrideMark]
    phases: Sequence[PhaseSpan] = ()
    bands: Sequence[BandSpan] = ()
    cues: Sequence[Event] = ()
    guards: Sequence[Event] = ()
    least_span: float = 8.0
    """The y axis spans at least this much."""
    also_spans: Sequence[float] = ()
    """Values that the y axis spans too, such as those of the other leg beside it."""


_MOST_MARKS_PER_PX = 0.95
_MOST_EVENTS = 300
_CSS: dict[Kind, str] = {
    "inside": "fill-good half",
    "outside": "line-change hollow",
    "free": "fill-before half",
    "left_out": "line-before hollow see-through",
}
_KEYS: dict[Kind, tuple[Key, str, str]] = {
    "inside": ("dot", "fill-good", "in the band"),
    "outside": ("ring", "line-change", "outside it"),
    "free": ("dot", "fill-before half", "no band shown"),
    "left_out": ("ring", "line-before see-through", "left out: poorly seen"),
}
_LANE_PX = 17
_LEAST_SPAN_PX = 2.0
_MOST_MEANS = 8


def stride_timeline(data: StrideTimeline, size: Size) -> str:
    """The chart. If there are too many strides for the width, several share one mark at their mean."""
    marks, together = _thinned(data.strides, int(size.width * _MOST_MARKS_PER_PX))
    keys = _legend(data, together)
    lanes = [lane for lane in (("cues", data.cues), ("guards", data.guards)) if lane[1]]
    bottom_px = 44 + legend_height(keys, size.width, 8)
    span = spanning(
        [
            *(mark.value for mark in marks),
            *(end for band in data.bands for end in (band.low, band.high)),
            *data.also_spans,
        ],
        data.least_span,
    )
    end_s = max(
        [*(mark.t_s for mark in marks), *(phase.end_s for phase in data.phases), *(band.end_s for band in data.bands), 1.0]
    )
    plot = Plot.framing(size, (0.0, end_s), span, top_px=54, bottom_px=bottom_px + _LANE_PX * len(lanes))
    floor_px = size.height - bottom_px
    axis = Plot(size, plot.x, Scale(plot.y.low, plot.y.high, floor_px, plot.y.end_px))
    legend_parts, _ = legend(keys, size.width, 8, floor_px + 58)
    parts = [
        *(_band(plot, band) for band in data.bands if _seen(plot, band.start_s, band.end_s)),
        plot.y_axis(f"{data.label}{f', {data.mark.strip()}' if data.mark.strip() else ''}", label_px=36),
        *(_phase(plot, phase, floor_px) for phase in data.phases if _seen(plot, phase.start_s, phase.end_s)),
        axis.time_axis(end_s),
        *(_lane(plot, name, events, plot.y.start_px + _LANE_PX * index) for index, (name, events) in enumerate(lanes)),
        _marks(plot, marks, data.mark, together),
        *(_mean(plot, phase, data.mark) for phase in data.phases if _seen(plot, phase.start_s, phase.end_s)),
        legend_parts,
    ]
    return drawing(size, _sentence(data), parts, "timeline")


def _seen(plot: Plot, start_s: float, end_s: float) -> bool:
    """Whether a span is wide enough to be seen."""
    return plot.x(end_s) - plot.x(start_s) >= _LEAST_SPAN_PX


def _thinned(strides: Sequence[StrideMark], most: int) -> tuple[list[StrideMark], int]:
    """At most about `most` marks, and the number of strides per mark; a mark never mixes phases or kinds."""
    ordered = sorted(strides, key=lambda mark: mark.t_s)
    together = -(-len(ordered) // most) if most else 1
    if together <= 1:
        return ordered, 1
    found = []
    for start in range(0, len(ordered), together):
        chunk = ordered[start : start + together]
        by_kind = groupby(sorted(chunk, key=lambda mark: (mark.phase, mark.kind)), key=lambda mark: (mark.phase, mark.kind))
        # One mark a chunk, of the kind that most of its strides have: a page of a day's strides must stay small.
        alike = max((list(marks) for _, marks in by_kind), key=len)
        middle, count = alike[len(alike) // 2], len(alike)
        mean = sum(mark.value for mark in alike) / count
        found.append(StrideMark(chunk[0].number, middle.t_s, mean, middle.kind, middle.phase))
    return found, together


def _marks(plot: Plot, marks: Sequence[StrideMark], unit: str, together: int) -> str:
    words = {"inside": ", in the band", "outside": ", outside the band", "free": "", "left_out": ", left out: poorly seen"}
    radius = 3.2 if plot.size.width > 500 else 2.6

    def one(mark: StrideMark) -> str:
        which = f"Stride {mark.number}" if together == 1 else f"{together} strides from {mark.number}"
        title = f"{which} at {clock(mark.t_s)}, {mark.phase}: {_number(mark.value)}{unit}{words[mark.kind]}"
        return circle(plot.x(mark.t_s), plot.y(mark.value), radius, title=title)

    groups = (group(css, (one(mark) for mark in marks if mark.kind == kind)) for kind, css in reversed(_CSS.items()))
    return group("marks", groups)


def _band(plot: Plot, band: BandSpan) -> str:
    left, right, top, bottom = plot.x(band.start_s), plot.x(band.end_s), plot.y(band.high), plot.y(band.low)
    shade = rectangle(left, top, right - left, bottom - top, f"fill-band {'soft' if band.cueing else 'faint'}")
    return shade + "".join(line(left, edge, right, edge, "line-good thin see-through") for edge in (top, bottom))


def _phase(plot: Plot, phase: PhaseSpan, floor_px: float) -> str:
    left, right = plot.x(phase.start_s), plot.x(phase.end_s)
    start = line(left, plot.y.end_px - 22, left, floor_px, "line-axis thin see-through") if left > plot.x.start_px + 1 else ""
    room = right - left - 6
    name = phase.name if 1.12 * text_width(phase.name) <= room else ""
    return start + (text(left + 5, plot.y.end_px - 8, name, "fill-ink", bold=True) if name else "")


def _mean(plot: Plot, phase: PhaseSpan, unit: str) -> str:
    if phase.mean is None:
        return ""
    left, right, y = plot.x(phase.start_s), plot.x(phase.end_s), plot.y(phase.mean)
    value = f"{_number(phase.mean)}{unit}"
    wide = text_width(value) + 10
    label = ""
    if right - left > wide:
        plate = rectangle(right - wide, y - 21, wide, 18, "fill-ground most", 4)
        label = plate + text(right - 5, y - 7, value, "fill-ink", "end", bold=True)
    return line(left + 2, y, right - 2, y, "line-ink line") + label


def _lane(plot: Plot, name: str, events: Sequence[Event], top_px: float) -> str:
    """A row below the strides: a triangle for a moment, a bar for a span."""
    shown = events[:: -(-len(events) // _MOST_EVENTS)]
    label = text(plot.x.start_px - 6, top_px + 13, name, anchor="end", size_px=11)
    parts = []
    for event in shown:
        left, title = plot.x(event.start_s), f"{clock(event.start_s)}: {event.words}"
        if event.end_s > event.start_s:
            right, above, below = max(plot.x(event.end_s), left + 3), top_px + 6, top_px + 12
            parts.append(polygon([(left, above), (right, above), (right, below), (left, below)], "fill-change", title))
        else:
            parts.append(triangle(left, top_px + 4, "fill-change", title))
    return label + group("events", parts)


def _legend(data: StrideTimeline, together: int) -> list[tuple[Key, str, str]]:
    kinds = {mark.kind for mark in data.strides}
    keys = [key for kind, key in _KEYS.items() if kind in kinds]
    if data.bands:
        keys.append(("area", "fill-band soft", "target band"))
    if any(phase.mean is not None for phase in data.phases):
        keys.append(("line", "line-ink line", "mean of a phase"))
    if data.cues:
        keys.append(("triangle", "fill-change", "cue"))
    if data.guards:
        keys.append(("bar", "fill-change", "guard active"))
    if together > 1:
        keys.append(("dot", "fill-before half", f"each mark: {together} strides"))
    return keys


def _sentence(data: StrideTimeline) -> str:
    means = [f"{phase.name} {_number(phase.mean)}{data.mark}" for phase in data.phases if phase.mean is not None]
    means = means[:_MOST_MEANS]
    about = f"; means: {', '.join(means)}" if means else ""
    return f"{data.label} of {len(data.strides)} strides over time, {len(data.cues)} cues{about}"


def _number(value: float) -> str:
    return digits(value, ".1f")

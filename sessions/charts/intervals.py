"""Values with their 95 % intervals: rows below each other for a few, columns along an axis for a history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions.charts.plot import Key, Plot, diamond, legend, legend_height, spanning
from sessions.charts.svg import Size, circle, drawing, group, line, polyline, rectangle, text


@dataclass(frozen=True)
class Row:
    """One value, with its words beside it."""

    name: str
    words: str
    """The value as text, such as "+2.1 ± 0.5°"."""
    value: float
    half: float
    """Half the 95 % interval."""
    sure: bool = True
    """Whether it is more than chance; drawn hollow if not."""
    chance: float | None = None
    """Changes up to this one, to either side of 0, could be chance."""
    each: Sequence[float] = ()
    """The individual values behind the mean."""


@dataclass(frozen=True)
class Rows:
    """Content of the chart; 0 means no change."""

    label: str
    x_label: str
    rows: Sequence[Row]
    each_words: str = ""
    """Meaning of the small dots, for the legend."""
    sure_words: str = "more than chance, with its 95 % interval"
    """Meaning of a filled mark, for the legend."""
    chance_words: str = "too small to detect"
    """Meaning of the grey area, for the legend."""


_ROW_PX = 58
_MOST_EACH = 200


def interval_rows(data: Rows, width: float) -> str:
    """The chart; its height follows from the number of rows."""
    keys = _row_keys(data)
    legend_px = legend_height(keys, width, 8)
    size = Size(width, 10 + _ROW_PX * len(data.rows) + 46 + legend_px)
    ends = [0.0]
    for row in data.rows:
        ends += [row.value - row.half, row.value + row.half, *row.each]
        ends += [] if row.chance is None else [-row.chance, row.chance]
    plot = Plot.framing(size, spanning(ends, 2.0), (0.0, 1.0), top_px=10, bottom_px=46 + legend_px, left_px=14)
    parts = [plot.x_axis(data.x_label)]
    for index, row in enumerate(data.rows):
        parts.append(_row(plot, row, 10 + _ROW_PX * index))
    parts.append(legend(keys, width, 8, size.height - legend_px + 10)[0])
    return drawing(size, _sentence(data.label, [(row.name, row.words) for row in data.rows]), parts)


def _row(plot: Plot, row: Row, top_px: float) -> str:
    y = top_px + 38
    low, high = plot.x(row.value - row.half), plot.x(row.value + row.half)
    parts = [
        text(plot.x.start_px, top_px + 16, row.name, "fill-ink", bold=True),
        text(plot.x.end_px, top_px + 16, row.words, "fill-ink", "end"),
    ]
    zero = plot.x(0.0)
    parts.append(line(zero, y - 13, zero, y + 13, "line-axis thin"))
    if row.chance is not None:
        left, right = plot.x(-row.chance), plot.x(row.chance)
        parts.append(rectangle(left, y - 10, right - left, 20, "fill-before faint", 3))
    every = -(-len(row.each) // _MOST_EACH) or 1
    parts.append(group("fill-before soft", (circle(plot.x(value), y, 3.4) for value in row.each[::every])))
    css = "line-good" if row.sure else "line-before"
    parts += [line(low, y, high, y, f"{css} line"), *(line(end, y - 5, end, y + 5, f"{css} line") for end in (low, high))]
    parts.append(diamond(plot.x(row.value), y, "fill-good line-good" if row.sure else "fill-ground line-before line"))
    return "".join(parts)


def _row_keys(data: Rows) -> list[tuple[Key, str, str]]:
    keys: list[tuple[Key, str, str]] = []
    if any(row.sure for row in data.rows):
        keys.append(("diamond", "fill-good", data.sure_words))
    if any(not row.sure for row in data.rows):
        keys.append(("diamond", "fill-ground line-before line", "could be chance"))
    if any(row.chance is not None for row in data.rows):
        keys.append(("area", "fill-before faint", data.chance_words))
    if data.each_words and any(len(row.each) > 0 for row in data.rows):
        keys.append(("dot", "fill-before soft", data.each_words))
    return keys


@dataclass(frozen=True)
class Point:
    """One value at a place on the x axis, counted from 0."""

    at: int
    value: float
    half: float
    sure: bool = True
    words: str = ""
    """The text shown when it is pointed at."""


@dataclass(frozen=True)
class Series:
    """Points of one kind."""

    words: str
    points: Sequence[Point]
    css: str = "good"
    """The colour's name."""
    shift: float = 0.0
    """Horizontal offset, in places, so that two series do not hide each other."""


@dataclass(frozen=True)
class History:
    """Content of the chart: places are sessions, named below."""

    label: str
    y_label: str
    names: Sequence[str]
    series: Sequence[Series]
    line: Sequence[tuple[float, float]] = ()
    """(place, value) of the two ends of a straight line."""
    line_words: str = ""
    zero: bool = False
    """Whether a line for "no change" is drawn at 0."""
    least_span: float = 6.0


def interval_columns(data: History, size: Size) -> str:
    """The chart."""
    keys: list[tuple[Key, str, str]] = [("dot", f"fill-{one.css}", one.words) for one in data.series if one.points]
    keys += [("dashes", "line-ink", data.line_words)] if data.line else []
    legend_px = legend_height(keys, size.width, 8)
    values = [
        end for one in data.series for point in one.points for end in (point.value - point.half, point.value + point.half)
    ]
    values += [value for _, value in data.line]
    values += [0.0] if data.zero else []
    count = len(data.names)
    plot = Plot.framing(
        size, (-0.5, max(count - 0.5, 0.5)), spanning(values, data.least_span), top_px=30, bottom_px=44 + legend_px
    )
    widest = max((len(name) for name in data.names), default=1)
    most = max(1, int((plot.x.end_px - plot.x.start_px) / (8.0 * widest + 14)))
    every = -(-count // most) or 1
    ticks = [float(at) for at in range(0, count, every)]
    parts = [
        plot.y_axis(data.y_label),
        plot.x_axis("", ticks, lambda at: data.names[round(at)]),
        plot.across(0.0, "line-axis thin") if data.zero else "",
        polyline([(plot.x(at), plot.y(value)) for at, value in data.line], "line-ink thin dashed"),
        *(_column(plot, one, point) for one in data.series for point in one.points),
        legend(keys, size.width, 8, size.height - legend_px + 10)[0],
    ]
    return drawing(size, _sentence(data.label, [(one.words, f"{len(one.points)} sessions") for one in data.series]), parts)


def _column(plot: Plot, one: Series, point: Point) -> str:
    x, y = plot.x(point.at + one.shift), plot.y(point.value)
    low, high = plot.y(point.value - point.half), plot.y(point.value + point.half)
    css = f"line-{one.css} thin"
    bars = line(x, low, x, high, css) + "".join(line(x - 3, end, x + 3, end, css) for end in (low, high))
    mark = circle(x, y, 4.5, f"fill-{one.css}" if point.sure else f"fill-ground line-{one.css} hollow", point.words)
    return bars + group("marks", [mark]) if point.words else bars + mark


def _sentence(label: str, parts: Sequence[tuple[str, str]]) -> str:
    return f"{label}: {'; '.join(f'{name} {words}' for name, words in parts)}"

"""Lines over time or over the stride, with areas for uncertain or missing values."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions.charts.plot import Key, Plot, cross, legend, legend_height, spanning
from sessions.charts.svg import Size, circle, drawing, group, polygon, polyline, rectangle

Values = Sequence[float]
_MOST_POINTS = 500


@dataclass(frozen=True)
class Line:
    """A line through points; with `half`, an area of that half-width around it."""

    words: str
    """Its text in the legend."""
    xs: Values
    ys: Values
    css: str = "line-good line"
    half: Values = ()
    half_words: str = ""
    half_css: str = "fill-band soft"


@dataclass(frozen=True)
class Dots:
    """Points, as dots or as crosses."""

    words: str
    xs: Values
    ys: Values
    css: str
    crosses: bool = False


@dataclass(frozen=True)
class Level:
    """A level line at a value."""

    words: str
    value: float
    css: str = "line-axis thin dashed"


@dataclass(frozen=True)
class Columns:
    """Upright bars of equal width from the left end on, each a share (0 to 1) of the height."""

    words: str
    width: float
    """Width of a column in units of x."""
    shares: Values
    css: str = "fill-before soft"


@dataclass(frozen=True)
class LineChart:
    """What the chart shows."""

    label: str
    """A sentence for readers who cannot see it."""
    x_label: str
    y_label: str
    lines: Sequence[Line] = ()
    dots: Sequence[Dots] = ()
    levels: Sequence[Level] = ()
    columns: Columns | None = None
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    least_span: float = 8.0
    time: bool = False
    """Whether x is in seconds, shown as minutes and seconds."""

    @property
    def drawn(self) -> "list[Line | Dots]":
        """The lines and dots that have points."""
        return [*self.lines, *self.dots]


def line_chart(data: LineChart, size: Size) -> str:
    """The chart."""
    keys = _legend(data)
    x_range = data.x_range or spanning([x for part in data.drawn for x in part.xs], 0.0, 0.0)
    plot = Plot.framing(
        size, x_range, data.y_range or _y_range(data), top_px=30, bottom_px=44 + legend_height(keys, size.width, 8)
    )
    parts = [
        "" if data.columns is None else _columns(plot, data.columns),
        plot.y_axis(data.y_label),
        plot.time_axis(x_range[1]) if data.time else plot.x_axis(data.x_label),
        *(_area(plot, one) for one in data.lines if len(one.half)),
        *(plot.across(level.value, level.css) for level in data.levels),
        *(_dots(plot, one) for one in data.dots),
        *(polyline(plot.at(*_thinned(one.xs, one.ys)), one.css) for one in data.lines),
        legend(keys, size.width, 8, size.height - legend_height(keys, size.width, 8) + 10)[0],
    ]
    return drawing(size, data.label, parts)


def _y_range(data: LineChart) -> tuple[float, float]:
    values = [y for part in data.drawn for y in part.ys]
    values += [level.value for level in data.levels]
    for one in data.lines:
        values += [y + side * half for y, half in zip(one.ys, one.half, strict=False) for side in (-1, 1)]
    return spanning(values, data.least_span)


def _area(plot: Plot, one: Line) -> str:
    upper = plot.at(*_thinned(one.xs, [y + half for y, half in zip(one.ys, one.half, strict=True)]))
    lower = plot.at(*_thinned(one.xs, [y - half for y, half in zip(one.ys, one.half, strict=True)]))
    return polygon([*upper, *reversed(lower)], one.half_css)


def _dots(plot: Plot, one: Dots) -> str:
    places = plot.at(*_thinned(one.xs, one.ys))
    if one.crosses:
        return "".join(cross(x, y, one.css) for x, y in places)
    return group(one.css, (circle(x, y, 2.4) for x, y in places))


def _columns(plot: Plot, columns: Columns) -> str:
    full = plot.y.start_px - plot.y.end_px
    parts = []
    for index, share in enumerate(columns.shares):
        if share > 0:
            left, right = plot.x(index * columns.width), plot.x((index + 1) * columns.width)
            parts.append(rectangle(left, plot.y.start_px - share * full, right - left, share * full, columns.css))
    return "".join(parts)


def _legend(data: LineChart) -> list[tuple[Key, str, str]]:
    keys: list[tuple[Key, str, str]] = []
    for one in data.lines:
        keys.append(("line", one.css, one.words))
        if len(one.half) and one.half_words:
            keys.append(("area", one.half_css, one.half_words))
    keys += [("cross" if one.crosses else "dot", one.css, one.words) for one in data.dots if len(one.xs)]
    keys += [("line", level.css, level.words) for level in data.levels if level.words]
    if data.columns is not None and any(data.columns.shares):
        keys.append(("area", data.columns.css, data.columns.words))
    return keys


def _thinned(xs: Values, ys: Values) -> tuple[Values, Values]:
    """Every n-th point, so that the page of a day-long session stays small."""
    every = -(-len(xs) // _MOST_POINTS) or 1
    return xs[::every], ys[::every]

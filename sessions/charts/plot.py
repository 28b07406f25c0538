"""The frame of a chart: scales, round ticks, grid, labels and legend."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sessions.charts.svg import Size, circle, line, polygon, rectangle, text, text_width
from wire.texts import digits

Key = Literal["dot", "ring", "cross", "line", "dashes", "dots", "area", "triangle", "bar", "diamond"]
_STEPS = (1.0, 2.0, 5.0, 10.0)
_TIMES_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800)
_TICK_PX, _TICK_HIGH_PX = 58, 34
"""Room for a tick on the x axis and on the y axis."""
LEGEND_PX = 20
"""Height of a line of the legend."""


@dataclass(frozen=True)
class Scale:
    """Maps values to pixels."""

    low: float
    high: float
    start_px: float
    end_px: float

    def __call__(self, value: float) -> float:
        """The pixel of a value; values beyond the ends stay at them."""
        share = (value - self.low) / (self.high - self.low)
        return self.start_px + min(max(share, 0.0), 1.0) * (self.end_px - self.start_px)


def spanning(values: Iterable[float], least: float, margin: float = 0.06) -> tuple[float, float]:
    """Lowest and highest of the values with a margin, at least `least` apart: mere scatter must not look large."""
    known = [value for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    room = max(margin * (high - low), (least - (high - low)) / 2)
    return low - room, high + room


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Round values from low to high, at most `most` of them.

    >>> round_ticks(11.2, 20.9, 6)
    [12.0, 14.0, 16.0, 18.0, 20.0]
    """
    raw = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step * power for step in _STEPS if step * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, min(last, first + most) + 1)]


def time_ticks(end_s: float, most: int) -> list[float]:
    """Times from 0 to `end_s`, in whole seconds, minutes or hours."""
    most = max(most, 2)
    step = next((step for step in _TIMES_S if end_s / step <= most), None)
    return round_ticks(0.0, end_s, most) if step is None else [float(t) for t in range(0, int(end_s) + 1, step)]


def clock(t_s: float) -> str:
    """A time as minutes and seconds.

    >>> clock(75.4), clock(3725)
    ('1:15', '1:02:05')
    """
    whole = round(t_s)
    hours = f"{whole // 3600}:{whole // 60 % 60:02d}" if whole >= 3600 else f"{whole // 60}"
    return f"{hours}:{whole % 60:02d}"


@dataclass(frozen=True)
class Plot:
    """A frame with two scales, into which a chart draws."""

    size: Size
    x: Scale
    y: Scale

    @classmethod
    def framing(
        cls,
        size: Size,
        x: tuple[float, float],
        y: tuple[float, float],
        top_px: float = 30,
        bottom_px: float = 44,
        left_px: float = 42,
    ) -> "Plot":
        """With these ranges, and this room around the drawing."""
        return cls(
            size,
            Scale(*_apart(x), left_px, size.width - 12),
            Scale(*_apart(y), size.height - bottom_px, top_px),
        )

    def at(self, xs: Iterable[float], ys: Iterable[float]) -> list[tuple[float, float]]:
        """Pixels of the points that have finite coordinates."""
        return [(self.x(x), self.y(y)) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y)]

    def y_axis(self, label: str, label_px: float = 12) -> str:
        """Grid lines with their values, and the label at this distance above them."""
        most = max(3, int(abs(self.y.start_px - self.y.end_px) / _TICK_HIGH_PX))
        found = round_ticks(self.y.low, self.y.high, most)
        show = _plain(found)
        rows = [
            line(self.x.start_px, self.y(at), self.x.end_px, self.y(at), "line-grid thin")
            + text(self.x.start_px - 7, self.y(at) + 4.5, show(at), anchor="end")
            for at in found
        ]
        return "".join(rows) + text(max(self.x.start_px - 30, 4), self.y.end_px - label_px, label)

    def x_axis(self, label: str, ticks: Sequence[float] | None = None, words: Callable[[float], str] | None = None) -> str:
        """A line below, with values and the label."""
        most = max(2, int((self.x.end_px - self.x.start_px) / _TICK_PX))
        found = round_ticks(self.x.low, self.x.high, most) if ticks is None else ticks
        show = words or _plain(found)
        base = self.y.start_px
        marks = [
            line(self.x(at), base, self.x(at), base + 4, "line-axis thin")
            + text(self.x(at), base + 18, show(at), anchor="middle")
            for at in found
        ]
        below = text((self.x.start_px + self.x.end_px) / 2, base + 35, label, anchor="middle")
        return line(self.x.start_px, base, self.x.end_px, base, "line-axis thin") + "".join(marks) + below

    def time_axis(self, end_s: float) -> str:
        """The x axis of a chart whose x is seconds, shown as minutes and seconds."""
        most = max(2, int((self.x.end_px - self.x.start_px) / _TICK_PX))
        return self.x_axis("minutes:seconds", time_ticks(end_s, most), clock)

    def across(self, value: float, css: str) -> str:
        """A level line."""
        return line(self.x.start_px, self.y(value), self.x.end_px, self.y(value), css)

    def upright(self, value: float, css: str) -> str:
        """A line from bottom to top."""
        return line(self.x(value), self.y.start_px, self.x(value), self.y.end_px, css)


def legend(entries: Sequence[tuple[Key, str, str]], width_px: float, x: float, y: float) -> tuple[str, float]:
    """Keys with their words, (key, class, words) each, in as many lines as they need. Returns the drawing and its height."""
    parts, at, row = [], x, 0
    for key, css, words in entries:
        needed = 24 + text_width(words) + 16
        if at > x and at + needed > width_px:
            at, row = x, row + 1
        parts.append(_key(key, at, y + LEGEND_PX * row, css) + text(at + 23, y + LEGEND_PX * row + 4.5, words))
        at += needed
    return "".join(parts), LEGEND_PX * (row + 1) if entries else 0.0


def legend_height(entries: Sequence[tuple[Key, str, str]], width_px: float, x: float) -> float:
    """Height of that legend with its margins."""
    height = legend(entries, width_px, x, 0)[1]
    return height + 6 if height else 0.0


def triangle(x: float, y: float, css: str, title: str = "") -> str:
    """A triangle that points up, its tip at y; `title` is shown when it is pointed at."""
    return polygon([(x, y), (x - 5, y + 9), (x + 5, y + 9)], css, title)


def diamond(x: float, y: float, css: str, size_px: float = 6.5) -> str:
    """A square on its tip."""
    return polygon([(x, y - size_px), (x + size_px, y), (x, y + size_px), (x - size_px, y)], css)


def cross(x: float, y: float, css: str, size_px: float = 3.2) -> str:
    """A small x."""
    return line(x - size_px, y - size_px, x + size_px, y + size_px, css) + line(
        x - size_px, y + size_px, x + size_px, y - size_px, css
    )


def _key(key: Key, x: float, y: float, css: str) -> str:
    middle = x + 9
    shapes: dict[Key, Callable[[], str]] = {
        "dot": lambda: circle(middle, y, 4, css),
        "ring": lambda: circle(middle, y, 4, f"{css} hollow"),
        "cross": lambda: cross(middle, y, css),
        "line": lambda: line(x, y, x + 18, y, css),
        "dashes": lambda: line(x, y, x + 18, y, f"{css} dashed"),
        "dots": lambda: line(x, y, x + 18, y, f"{css} dotted"),
        "area": lambda: rectangle(x, y - 6, 18, 12, css),
        "triangle": lambda: triangle(middle, y - 4.5, css),
        "bar": lambda: rectangle(x, y - 2.5, 18, 5, css),
        "diamond": lambda: diamond(middle, y, css, 5.5),
    }
    return shapes[key]()


def _apart(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _plain(ticks: Sequence[float]) -> Callable[[float], str]:
    step = min((abs(b - a) for a, b in itertools.pairwise(ticks)), default=1.0)
    decimals = max(0, min(3, -math.floor(math.log10(step) + 1e-9))) if step > 0 else 0
    return lambda value: digits(value, f".{decimals}f")

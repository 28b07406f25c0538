"""Elements of a drawing, as text: every number is rounded, every word escaped, so that no name can become markup.

Colours are classes, not values (palette.py): a page shows the same drawing in its light and in its dark colours.
"""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from wire.visible_text import one_line

Anchor = Literal["start", "middle", "end"]
TEXT_PX = 13.0
"""Size of the letters in every drawing."""
_LETTER_PX = 0.58
"""Average width of a letter in font sizes, used to measure text, because only the reader's machine has the font."""
_MOST_LETTERS = 500
"""Most letters of a label; a longer one is forged."""


@dataclass(frozen=True)
class Size:
    """Size of a drawing in its own pixels. A page scales it to its column."""

    width: float
    height: float


WIDE, NARROW = Size(940, 340), Size(370, 320)
"""Across a page, and across a phone: there the same letters need a drawing of fewer pixels."""
COLUMN, SMALL = Size(420, 290), Size(330, 245)
"""Half and a third of a page, or a phone."""


def escaped(text: str) -> str:
    """A text as content or attribute."""
    return html.escape(one_line(text[:_MOST_LETTERS]))


def rounded(value: float) -> str:
    """A coordinate to a tenth of a pixel.

    >>> rounded(12.04), rounded(-3.5)
    ('12', '-3.5')
    """
    return f"{value:.1f}".removesuffix(".0")


def text_width(text: str, size_px: float = TEXT_PX) -> float:
    """About how wide a text is, in pixels."""
    return _LETTER_PX * size_px * len(text)


def drawing(size: Size, label: str, parts: Iterable[str], kind: str = "") -> str:
    """The whole drawing; `label` describes it in a sentence for readers who cannot see it."""
    box = f"0 0 {rounded(size.width)} {rounded(size.height)}"
    css = f"chart {kind}".strip()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{css}" viewBox="{box}" role="img" aria-label="{escaped(label)}">'
        f"{''.join(parts)}</svg>"
    )


def group(css: str, parts: Iterable[str]) -> str:
    """Elements that share a class; "" if there are none."""
    content = "".join(parts)
    return f'<g class="{css}">{content}</g>' if content else ""


def text(
    x: float,
    y: float,
    words: str,
    css: str = "fill-quiet",
    anchor: Anchor = "start",
    bold: bool = False,
    size_px: float = TEXT_PX,
) -> str:
    """A line of text whose baseline begins, is centred or ends at x."""
    more = "" if anchor == "start" else f' text-anchor="{anchor}"'
    more += ' font-weight="600"' if bold else ""
    more += "" if size_px == TEXT_PX else f' font-size="{rounded(size_px)}"'
    return f'<text x="{rounded(x)}" y="{rounded(y)}" class="{css}"{more}>{escaped(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight line."""
    return f'<path class="{css}" d="M{rounded(x1)} {rounded(y1)}L{rounded(x2)} {rounded(y2)}"/>'


def polyline(points: Sequence[tuple[float, float]], css: str, width_px: float | None = None) -> str:
    """A line through the points; "" for fewer than two."""
    if len(points) < 2:
        return ""
    more = "" if width_px is None else f' stroke-width="{rounded(width_px)}"'
    return f'<path class="{css}"{more} d="{_through(points)}"/>'


def polygon(points: Sequence[tuple[float, float]], css: str, title: str = "") -> str:
    """A filled shape; `title` is shown when it is pointed at. "" for fewer than three points."""
    if len(points) < 3:
        return ""
    shape = f'<path class="{css}" d="{_through(points)}Z"'
    return f"{shape}><title>{escaped(title)}</title></path>" if title else f"{shape}/>"


def rectangle(x: float, y: float, width: float, height: float, css: str, radius: float = 0) -> str:
    """An upright rectangle."""
    more = f' rx="{rounded(radius)}"' if radius else ""
    sides = f'x="{rounded(x)}" y="{rounded(y)}" width="{rounded(max(width, 0))}" height="{rounded(max(height, 0))}"'
    return f'<rect class="{css}" {sides}{more}/>'


def circle(x: float, y: float, radius: float, css: str = "", title: str = "") -> str:
    """A circle; `title` is shown when it is pointed at."""
    about = f' class="{css}"' if css else ""
    place = f'cx="{rounded(x)}" cy="{rounded(y)}" r="{rounded(radius)}"'
    return f"<circle{about} {place}><title>{escaped(title)}</title></circle>" if title else f"<circle{about} {place}/>"


def _through(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{rounded(x)} {rounded(y)}" for x, y in points)

"""A page to look at, print and take along: headline, figures with their meaning, drawings; HTML or PDF."""

import html
import io
import itertools
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from feedback.sessions.sentences import Line

_A4_IN = (8.27, 11.69)
_A_PAGE = 3
"""Drawings."""
_DRAWING_IN = (8.0, 3.2)
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; }
td { padding: .3rem .8rem .3rem 0; border-top: 1px solid #ddd; vertical-align: top; }
td:nth-child(1) { width: 24%; } td:nth-child(2) { font-weight: 600; width: 44%; }
td:nth-child(3), p.caption, footer { color: #555; font-size: .85rem; }
p.headline { font-size: 1.3rem; font-weight: 600; margin: 1.2rem 0; padding: .6rem 1rem; }
p.headline { background: #eef4f9; border-left: 6px solid #0072B2; }
p.headline:empty { display: none; }
svg { width: 100%; height: auto; } @media print { section { break-inside: avoid; } }
"""
_LIMITS = (
    "A side camera cannot see the pelvis: hip extension contains pelvic tilt and lumbar extension. "
    "Trust changes within a session. Training advice, not medicine."
)


@dataclass(frozen=True)
class Drawing:
    """Title, what it shows, and what draws it: on axes, saying whether there was anything to draw."""

    title: str
    caption: str
    draw: Callable[[Axes], bool]


@dataclass(frozen=True)
class Page:
    """What stands on it, from top to bottom."""

    title: str
    heading: str
    headline: str
    lines: Sequence[Line]
    drawings: Sequence[Drawing]


def write_page(page: Page, out: Path) -> None:
    """Write it; a name that ends in .pdf makes a PDF, any other HTML. Raises OSError."""
    if out.suffix.lower() == ".pdf":
        _write_pdf(page, out)
    else:
        out.write_text(html_page(page), encoding="utf-8")


def html_page(page: Page) -> str:
    """As HTML, drawings within it; it refers to nothing outside."""
    rows = "".join(_rows(page.lines))
    sections = "".join(
        f"<section><h2>{html.escape(one.title)}</h2>{_svg(figure)}<p class='caption'>{html.escape(one.caption)}</p></section>"
        for one, figure in _drawn(page)
    )
    title, heading, first, limits = map(html.escape, (page.title, page.heading, page.headline, _LIMITS))
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p class='caption'>{heading}</p><p class='headline'>{first}</p>"
        f"<table>{rows}</table>{sections}<footer><p>{limits}</p></footer></body></html>\n"
    )


def _drawn(page: Page) -> list[tuple[Drawing, Figure]]:
    found = []
    for drawing in page.drawings:
        figure = Figure(figsize=_DRAWING_IN, layout="constrained")
        if drawing.draw(figure.subplots()):
            found.append((drawing, figure))
    return found


def _write_pdf(page: Page, out: Path) -> None:
    with PdfPages(out) as pages:
        first = Figure(figsize=_A4_IN)
        first.text(0.08, 0.95, page.title, fontsize=16, weight="bold")
        first.text(0.08, 0.94, _wrapped(page.heading, 125), fontsize=8, va="top", color="#555555")
        first.text(0.08, 0.895, _wrapped(page.headline, 72), fontsize=12, weight="bold", va="top", color="#0072B2")
        y = 0.84
        for meaning, together in itertools.groupby(page.lines, lambda line: line.meaning):
            for line in together:
                first.text(0.08, y, line.what, fontsize=9)
                first.text(0.34, y, line.value, fontsize=9, weight="bold")
                y -= 0.02
            told = _wrapped(meaning, 88)
            first.text(0.34, y + 0.014, told, fontsize=7, color="#555555", va="top")
            y -= 0.012 * (1 + told.count("\n")) + 0.008
        first.text(0.08, 0.03, _wrapped(_LIMITS, 130), fontsize=7, color="#555555")
        pages.savefig(first)
        shown = [drawing for drawing, _ in _drawn(page)]
        for start in range(0, len(shown), _A_PAGE):
            sheet = Figure(figsize=_A4_IN)
            for place, drawing in enumerate(shown[start : start + _A_PAGE]):
                top = 0.96 - 0.31 * place
                sheet.text(0.08, top, drawing.title, fontsize=12, weight="bold")
                drawing.draw(sheet.add_axes((0.12, top - 0.18, 0.82, 0.155)))
                sheet.text(0.08, top - 0.245, _wrapped(drawing.caption, 125), fontsize=7, color="#555555", va="top")
            pages.savefig(sheet)


def _wrapped(text: str, letters: int) -> str:
    """In lines of at most so many letters: a PDF's page does not break them."""
    return textwrap.fill(text, letters)


def _rows(lines: Iterable[Line]) -> Iterator[str]:
    """Rows of a table; a definition that several figures share stands once beside them all."""
    for meaning, together in itertools.groupby(lines, lambda line: line.meaning):
        found = list(together)
        for index, line in enumerate(found):
            shared = "" if index else f"<td rowspan='{len(found)}'>{_unbroken(meaning)}</td>"
            yield f"<tr><td>{html.escape(line.what)}</td><td>{_unbroken(line.value)}</td>{shared}</tr>"


def _unbroken(text: str) -> str:
    """No line ends between a figure and its sign or unit."""
    return html.escape(text).replace("± ", "±\u00a0").replace(" %", "\u00a0%")


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    # Letters stay letters: small, and readable aloud. Without a date, the same session gives the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "hipcue"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawing = text.getvalue()
    return drawing[drawing.index("<svg") :]

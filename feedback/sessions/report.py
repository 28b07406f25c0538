"""The report of one session: one HTML file that needs nothing else, or a PDF."""

import html
import io
import itertools
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from feedback.sessions.plots import CAPTIONS, PLOTS, drawings
from feedback.sessions.recorded import Recorded
from feedback.sessions.sentences import Line, headline, key_figures

_A4_IN = (8.27, 11.69)
_A_PAGE = 3
"""Drawings."""
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


def write_report(session: Recorded, out: Path) -> None:
    """Write the report; a name that ends in .pdf makes a PDF, any other HTML. Raises OSError."""
    if out.suffix.lower() == ".pdf":
        _write_pdf(session, out)
    else:
        out.write_text(html_report(session), encoding="utf-8")


def html_report(session: Recorded) -> str:
    """The report as HTML, drawings within it; it refers to nothing outside."""
    rows = "".join(_rows(key_figures(session)))
    sections = "".join(
        f"<section><h2>{html.escape(title)}</h2>{_svg(figure)}<p class='caption'>{html.escape(CAPTIONS[title])}</p></section>"
        for title, figure in drawings(session)
    )
    who, heading, first, limits = (html.escape(text) for text in (_who(session), _heading(session), headline(session), _LIMITS))
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(session.title)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{who}</h1><p class='caption'>{heading}</p><p class='headline'>{first}</p>"
        f"<table>{rows}</table>{sections}<footer><p>{limits}</p></footer></body></html>\n"
    )


def _write_pdf(session: Recorded, out: Path) -> None:
    with PdfPages(out) as pages:
        page = Figure(figsize=_A4_IN)
        page.text(0.08, 0.95, _who(session), fontsize=16, weight="bold")
        page.text(0.08, 0.94, _wrapped(_heading(session), 125), fontsize=8, va="top", color="#555555")
        page.text(0.08, 0.895, _wrapped(headline(session), 72), fontsize=12, weight="bold", va="top", color="#0072B2")
        y = 0.84
        for meaning, together in itertools.groupby(key_figures(session), lambda line: line.meaning):
            for line in together:
                page.text(0.08, y, line.what, fontsize=9)
                page.text(0.34, y, line.value, fontsize=9, weight="bold")
                y -= 0.02
            told = _wrapped(meaning, 88)
            page.text(0.34, y + 0.014, told, fontsize=7, color="#555555", va="top")
            y -= 0.012 * (1 + told.count("\n")) + 0.008
        page.text(0.08, 0.03, _wrapped(_LIMITS, 130), fontsize=7, color="#555555")
        pages.savefig(page)
        shown = [title for title, _ in drawings(session)]
        for first in range(0, len(shown), _A_PAGE):
            page = Figure(figsize=_A4_IN)
            for place, title in enumerate(shown[first : first + _A_PAGE]):
                top = 0.96 - 0.31 * place
                page.text(0.08, top, title, fontsize=12, weight="bold")
                PLOTS[title](session, page.add_axes((0.12, top - 0.18, 0.82, 0.155)))
                page.text(0.08, top - 0.245, _wrapped(CAPTIONS[title], 125), fontsize=7, color="#555555", va="top")
            pages.savefig(page)


def _wrapped(text: str, letters: int) -> str:
    """In lines of at most so many letters: a PDF's page does not break them."""
    return textwrap.fill(text, letters)


def _who(session: Recorded) -> str:
    clip = Path(session.header["source"]).name if session.header.get("kind") == "clip" else ""
    return f"{clip or session.runner or 'HipCue session'}, {session.started:%d %B %Y, %H:%M}"


def _heading(session: Recorded) -> str:
    number = session.header.get("session_number")
    parts = (
        f"session {session.name}" if number is None else f"session {session.name}, the runner's number {number}",
        f"camera or clip: {session.header['source']}",
        str(session.header["software"]),
        str(session.header.get("calibration", "")),
    )
    return " · ".join(part for part in parts if part)


def _rows(lines: Iterable[Line]) -> Iterator[str]:
    """Rows of a table; a definition that several figures share stands once beside them all."""
    for meaning, together in itertools.groupby(lines, lambda line: line.meaning):
        found = list(together)
        for index, line in enumerate(found):
            shared = "" if index else f"<td rowspan='{len(found)}'>{_unbroken(meaning)}</td>"
            yield f"<tr><td>{html.escape(line.what)}</td><td>{_unbroken(line.value)}</td>{shared}</tr>"


def _unbroken(text: str) -> str:
    """For a page: no line ends between a figure and its sign or unit."""
    return html.escape(text).replace("± ", "±\u00a0").replace(" %", "\u00a0%")


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    # Letters stay letters: small, and readable aloud. Without a date, the same session gives the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "hipcue"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawing = text.getvalue()
    return drawing[drawing.index("<svg") :]

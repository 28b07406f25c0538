"""The report of one session: one HTML file that needs nothing else, or a PDF."""

import html
import io
import textwrap
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from feedback.sessions.plots import CAPTIONS, PLOTS
from feedback.sessions.recorded import Recorded
from feedback.sessions.sentences import Line, key_figures

_A4_IN = (8.27, 11.69)
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; }
td { padding: .3rem .6rem .3rem 0; border-top: 1px solid #ddd; vertical-align: top; }
td:nth-child(2) { font-weight: 600; } td:nth-child(3), p.caption, footer { color: #555; font-size: .85rem; }
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
    rows = "".join(_row(line) for line in key_figures(session))
    sections = "".join(
        f"<section><h2>{html.escape(title)}</h2>{_svg(figure)}<p class='caption'>{html.escape(CAPTIONS[title])}</p></section>"
        for title, figure in _drawings(session)
    )
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(session.title)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>HipCue session</h1><p>{html.escape(_heading(session))}</p>"
        f"<table>{rows}</table>{sections}<footer><p>{html.escape(_LIMITS)}</p></footer></body></html>\n"
    )


def _write_pdf(session: Recorded, out: Path) -> None:
    with PdfPages(out) as pages:
        page = Figure(figsize=_A4_IN)
        page.text(0.08, 0.95, "HipCue session", fontsize=16, weight="bold")
        page.text(0.08, 0.94, _wrapped(_heading(session), 95), fontsize=10, va="top")
        y = 0.89
        for line in key_figures(session):
            page.text(0.08, y, line.what, fontsize=10)
            page.text(0.36, y, line.value, fontsize=10, weight="bold")
            page.text(0.36, y - 0.004, _wrapped(line.meaning, 85), fontsize=7, color="#555555", va="top")
            y -= 0.04
        page.text(0.08, 0.03, _wrapped(_LIMITS, 130), fontsize=7, color="#555555")
        pages.savefig(page)
        for title, figure in _drawings(session):
            figure.suptitle(title, fontsize=12, x=0.02, ha="left")
            figure.supxlabel(_wrapped(CAPTIONS[title], 125), fontsize=7, color="#555555", x=0.02, ha="left")
            figure.set_size_inches(8.0, 4.2)
            pages.savefig(figure)


def _wrapped(text: str, letters: int) -> str:
    """In lines of at most so many letters: a PDF's page does not break them."""
    return textwrap.fill(text, letters)


def _drawings(session: Recorded) -> list[tuple[str, Figure]]:
    drawn = [(title, draw(session)) for title, draw in PLOTS.items()]
    return [(title, figure) for title, figure in drawn if figure is not None]


def _heading(session: Recorded) -> str:
    return f"{session.title}, {session.header['software']}, {session.header['source']}, {session.header.get('calibration', '')}"


def _row(line: Line) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in (line.what, line.value, line.meaning))}</tr>"


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    # Letters stay letters: small, and readable aloud. Without a date, the same session gives the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "hipcue"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawing = text.getvalue()
    return drawing[drawing.index("<svg") :]

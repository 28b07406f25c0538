"""The report of one session, as a page."""

from functools import partial
from pathlib import Path

from feedback.sessions.page import Drawing, Page, html_page, write_page
from feedback.sessions.plots import CAPTIONS, PLOTS
from feedback.sessions.recorded import Recorded
from feedback.sessions.sentences import headline, key_figures


def write_report(session: Recorded, out: Path) -> None:
    """Write the report; a name that ends in .pdf makes a PDF, any other HTML. Raises OSError."""
    write_page(_page(session), out)


def html_report(session: Recorded) -> str:
    """The report as HTML, drawings within it; it refers to nothing outside."""
    return html_page(_page(session))


def _page(session: Recorded) -> Page:
    clip = Path(session.header["source"]).name if session.header.get("kind") == "clip" else ""
    number = session.header.get("session_number")
    about = (
        f"session {session.name}" if number is None else f"session {session.name}, the runner's number {number}",
        f"camera or clip: {session.header['source']}",
        str(session.header["software"]),
        str(session.header.get("calibration", "")),
    )
    return Page(
        title=f"{clip or session.runner or 'HipCue session'}, {session.started:%d %B %Y, %H:%M}",
        heading=" · ".join(part for part in about if part),
        headline=headline(session),
        lines=key_figures(session),
        drawings=[Drawing(title, CAPTIONS[title], partial(draw, session)) for title, draw in PLOTS.items()],
    )

"""A report as a PDF, set by Typst from the same content as the page.

Typst comes as one wheel for each system, with its own fonts as a last resort. It needs neither a browser nor a library of the
system, unlike WeasyPrint, which needs Pango. The content is passed as data (JSON), not as markup: no name can be a command.
"""

import json
from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import font_roboto
import typst

from sessions.charts.palette import LIGHT, standalone
from sessions.report.document import Document, Figure, Part, Table
from sessions.report.html_page import MOST_LETTERS
from wire.visible_text import one_line

_TEMPLATE = files("sessions.report").joinpath("page.typ")
_FONT = "Roboto"
_FONT_FOLDER = Path(font_roboto.__file__).with_name("files")
"""Pages break at the same places on every machine, so the font comes with the program. Other scripts use the system's fonts."""


def pdf(document: Document) -> bytes:
    """The whole file."""
    made: bytes = _typeset(document, format="pdf")
    return made


def paper_pictures(document: Document, dots_per_inch: float) -> list[bytes]:
    """Its pages as pictures (PNG), for docs and tests."""
    made = _typeset(document, format="png", ppi=dots_per_inch)
    return [made] if isinstance(made, bytes) else list(made)


def _typeset(document: Document, **options: Any) -> Any:
    with as_file(_TEMPLATE) as template:
        return typst.compile(str(template), sys_inputs=_inputs(document), font_paths=[_FONT_FOLDER], **options)


def _inputs(document: Document) -> dict[str, str]:
    content = {
        **_shown(asdict(document)),
        "figure": None if document.answer.figure is None else _part(document.answer.figure),
        "sections": [
            {
                "title": section.title,
                "lead": section.lead,
                "folded": section.folded,
                "parts": [_part(part) for part in section.parts if not (isinstance(part, Table) and part.long)],
            }
            for section in document.sections
        ],
        "colours": dict(LIGHT),
        "fonts": [_FONT],
    }
    return {"document": json.dumps(content)}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Figure):
        words = _shown({"title": part.title, "caption": part.caption})
        return {**words, "kind": "figure", "svg": standalone(part.wide), "across": part.across}
    return {**_shown(asdict(part)), "kind": "table", "across": True}


def _shown(value: Any) -> Any:
    """The content with every text on one line and without control characters."""
    if isinstance(value, str):
        return one_line(value[:MOST_LETTERS])
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    return value

"""A report as a PDF, set by Typst from the same content as the page.

Typst comes as one wheel for each system, with its own fonts as a last resort. It needs neither a browser nor a library of the
system, unlike WeasyPrint, which needs Pango. The content reaches it as data (JSON), never as markup: no name can be a command.
"""

import json
from dataclasses import asdict
from importlib.resources import as_file, files
from typing import Any

import typst

from sessions.charts.palette import FONTS, LIGHT, standalone
from sessions.report.document import Document, Figure, Part, Table
from sessions.report.html_page import MOST_LETTERS
from wire.visible_text import one_line

_TEMPLATE = files("sessions.report").joinpath("page.typ")


def pdf(document: Document) -> bytes:
    """The whole file."""
    with as_file(_TEMPLATE) as template:
        made: bytes = typst.compile(str(template), format="pdf", sys_inputs=_inputs(document))
    return made


def paper_pictures(document: Document, dots_per_inch: float) -> list[bytes]:
    """Its pages as pictures (PNG), for docs and tests."""
    with as_file(_TEMPLATE) as template:
        made = typst.compile(str(template), format="png", ppi=dots_per_inch, sys_inputs=_inputs(document))
    return [made] if isinstance(made, bytes) else list(made)


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
        "fonts": [font for font in FONTS if font not in ("system-ui", "sans-serif")],
    }
    return {"document": json.dumps(content)}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Figure):
        words = _shown({"title": part.title, "caption": part.caption})
        return {**words, "kind": "figure", "svg": standalone(part.wide), "across": part.across}
    return {**_shown(asdict(part)), "kind": "table", "across": True}


def _shown(value: Any) -> Any:
    """The same with every text on one line and without characters that act instead of being shown."""
    if isinstance(value, str):
        return one_line(value[:MOST_LETTERS])
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    return value

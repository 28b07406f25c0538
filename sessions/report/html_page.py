"""A report as one self-contained HTML page: readable without scripts, and only its own script can run."""

import base64
import hashlib
import html
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import takewhile

from sessions.charts.palette import chart_css, page_variables
from sessions.report.document import Answer, Document, Figure, Number, Part, Section, Table
from wire.visible_text import one_line

MOST_LETTERS = 2000
"""Most characters of one text; a longer one is forged."""


def html_page(document: Document) -> str:
    """The whole page."""
    script, style = _file("page.js"), page_css()
    # A meta element applies to everything after it: nothing from outside, no other style, no other script.
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    title = _text(document.title)
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{style}</style></head><body><main>"
        f"{_answer(document.answer, title, _text(document.about))}"
        f"{''.join(map(_section, document.sections))}"
        f"</main><footer><p>{_text(document.footer)}</p></footer><script>{script}</script></body></html>\n"
    )


@cache
def page_css() -> str:
    """The style sheet of a page of reports, with the colours of the charts."""
    return page_variables() + chart_css() + _file("page.css")


def _answer(answer: Answer, title: str, about: str) -> str:
    numbers = '<span class="arrow" aria-hidden="true">→</span>'.join(map(_number, answer.numbers))
    shown = f'<div class="numbers">{numbers}</div>' if numbers else ""
    detail = f'<p class="detail">{_kept_together(answer.detail)}</p>' if answer.detail else ""
    points = "".join(f"<dt>{_text(point.heading)}</dt><dd>{_kept_together(point.text)}</dd>" for point in answer.points)
    figure = "" if answer.figure is None else _figure(answer.figure, "h2")
    listed = f"<dl>{points}</dl>" if points else ""
    return (
        f'<section class="answer"><div class="words"><p class="title">{title}</p><h1>{_text(answer.sentence)}</h1>'
        f'{shown}{detail}{listed}<p class="about">{about}</p></div>{figure}</section>'
    )


def _number(number: Number) -> str:
    value, space, unit = number.value.partition(" ")
    shown = f"{_text(value)}{f' <small>{_text(unit)}</small>' if space else ''}"
    return f'<p class="number"><strong>{shown}</strong><span>{_text(number.name)}</span></p>'


def _section(section: Section) -> str:
    head = f"<h2>{_text(section.title)}</h2>"
    lead = f'<span class="lead">{_text(section.lead)}</span>'
    parts = "".join(map(_part, section.parts))
    if section.folded:
        return f'<details><summary>{head}{lead}</summary><div class="parts">{parts}</div></details>'
    return f'<section>{head}{lead}<div class="parts">{parts}</div></section>'


def _part(part: Part) -> str:
    return _figure(part) if isinstance(part, Figure) else _table(part)


def _figure(figure: Figure, heading: str = "h3") -> str:
    css = ' class="across"' if figure.across else ""
    drawings = figure.wide
    if figure.narrow:
        drawings = f'<div class="wide">{figure.wide}</div><div class="narrow">{figure.narrow}</div>'
    words = f"<figcaption>{_kept_together(figure.caption)}</figcaption>"
    return f"<figure{css}><{heading}>{_text(figure.title)}</{heading}>{drawings}{words}</figure>"


def _table(table: Table) -> str:
    css = ' class="numeric"' if table.numbers else ""
    place = "across table long" if table.long else "across table"
    headings = "".join(f'<th scope="col">{_text(heading)}</th>' for heading in table.headings)
    rows = "".join(_rows(table))
    caption = f"<p>{_kept_together(table.caption)}</p>" if table.caption else ""
    title = _text(table.title)
    return (
        f'<div class="{place}"><h3>{title}</h3>{caption}'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{title}">'
        f"<table{css}><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def _rows(table: Table) -> Iterable[str]:
    for at, (first, *short, last) in enumerate(table.rows):
        cells = "".join(f"<td>{_kept_together(cell)}</td>" for cell in short)
        if table.numbers:
            cells += f"<td>{_kept_together(last)}</td>"
        elif last:
            rows = 1 + len(list(takewhile(lambda row: not row[-1], table.rows[at + 1 :])))
            cells += f'<td rowspan="{rows}">{_kept_together(last)}</td>'
        yield f'<tr><th scope="row">{_text(first)}</th>{cells}</tr>'


def _text(text: str) -> str:
    return html.escape(one_line(text[:MOST_LETTERS]))


def _kept_together(text: str) -> str:
    """Keep a figure on one line with its sign and unit."""
    return _text(text).replace("± ", "±\u00a0").replace(" %", "\u00a0%")


def _file(name: str) -> str:
    return files("sessions.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

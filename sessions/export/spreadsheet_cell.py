"""Makes text from others safe in tables: spreadsheets run some texts as formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from sessions.format.row_schema import Value
from wire.visible_text import one_line

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Characters that begin a formula (OWASP, "CSV Injection")."""
_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?( ± \d+(\.\d+)?( \([a-z ]+\??\))?)?")
"""A number, or a change with its interval and its doubt, as in reports; these stay unchanged."""


def spreadsheet_cell(value: Value) -> Value:
    r"""A cell for a spreadsheet: text on one line, with an apostrophe before what it would run as a formula.

    >>> spreadsheet_cell("=HYPERLINK(1)"), spreadsheet_cell("+1.2 ± 0.4"), spreadsheet_cell(-3.5), spreadsheet_cell("a\nb")
    ("'=HYPERLINK(1)", '+1.2 ± 0.4', -3.5, 'a\\nb')
    """
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _FIGURE.fullmatch(text) else text


def table_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as the text of a CSV file, for spreadsheets."""
    text = io.StringIO()
    csv.writer(text).writerows([headings, *(map(spreadsheet_cell, row) for row in rows)])
    return text.getvalue()

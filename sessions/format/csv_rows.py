"""Reads a session's tables, which are CSV files. A cell is a number, a text, or None where nothing was measured."""

import csv
import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from config.small_file import SmallFileError, open_regular
from sessions.errors import SessionsError
from sessions.format.row_schema import Row, RowSchema

_MOST_BYTES = 4_000_000_000
"""A day and a night at 60 frames a second need a fifth of this."""
_MOST_ROW_BYTES = 1_000_000
_MOST_COLUMNS = 1000


def whole_rows_bytes(content: bytes) -> int:
    """Length of the complete rows in a table that a crash may have cut off: up to the last line end outside quotes."""
    end = len(content)
    quotes = content.count(b'"')
    while (line_end := content.rfind(b"\n", 0, end)) >= 0:
        quotes -= content.count(b'"', line_end, end)
        if quotes % 2 == 0:
            return line_end + 1
        end = line_end
    return 0


def table_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table as text, one by one; none if there is no such file. Raises OSError, csv.Error and SessionsError.

    What a crash cut off or left blank is skipped.
    """
    if not path.exists():
        return
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > _MOST_BYTES:
                raise SessionsError(f"{path}: is larger than {_MOST_BYTES / 1e9:g} GB")
            rows = _whole_rows(file)
            first = next(rows, "").removeprefix("\ufeff")
            # A spreadsheet may have put the comment in quotes.
            reader = csv.reader(rows if first.lstrip('"').startswith("#") else chain([first], rows))
            names = next(reader, [])
            if len(names) > _MOST_COLUMNS:
                raise SessionsError(f"{path}: has more than {_MOST_COLUMNS} columns")
            blank = dict.fromkeys(names, "")
            for cells in filter(None, reader):
                row = dict(zip(names, cells, strict=False))
                yield row if len(row) == len(blank) else {**blank, **row}
    except SmallFileError as error:
        raise SessionsError(f"{path}: {error}") from None


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a table, one by one; none if there is no such file. Raises OSError; SessionsError if it is not a table.

    The file's name says which table it is.
    """
    schema = RowSchema(path.stem)
    try:
        for number, cells in enumerate(table_rows(path), start=1):
            if number == 1 and (missing := schema.missing(cells)):
                by_spreadsheet = any(";" in (name or "") for name in cells)
                why = "a spreadsheet saved it with ; between its cells" if by_spreadsheet else f"column {missing} is missing"
                raise SessionsError(f"{path}: cannot be read as a table ({why})")
            yield schema.row(cells)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise SessionsError(
            f"{path}: cannot be read as a table (row {number}, {first['loc'][0]}: {first['msg'].lower()})"
        ) from None
    except csv.Error as error:
        raise SessionsError(f"{path}: cannot be read as a table ({error})") from None


def _whole_rows(file: BinaryIO) -> Iterator[str]:
    """The rows as text with their line ends, which may also stand in quotes. Raises csv.Error for one without an end."""
    lines: list[bytes] = []
    quotes = size_bytes = 0
    while read := file.readline(_MOST_ROW_BYTES):
        line = read.replace(b"\0", b"")  # the remains of a row after a power cut
        lines.append(line)
        quotes += line.count(b'"')
        size_bytes += len(line)
        if line.endswith(b"\n") and quotes % 2 == 0:
            yield b"".join(lines).decode("utf-8", "replace")
            lines, quotes, size_bytes = [], 0, 0
        elif size_bytes >= _MOST_ROW_BYTES:
            raise csv.Error("a row without an end")

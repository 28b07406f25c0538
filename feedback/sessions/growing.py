"""Reading a table that still grows: each time the rows that have become whole since."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from feedback.recorder.appending import whole_rows_bytes
from feedback.sessions.rows import Row, typed


@dataclass(frozen=True)
class Grown:
    """How far a file has been read, and the rows that were new."""

    bytes_read: int = 0
    rows: int = 0
    columns: tuple[str, ...] = ()
    new: list[Row] = field(default_factory=list)


def grown_rows(path: Path, before: Grown | None = None) -> Grown:
    """The whole rows behind what was read `before`. A file that is not there has none. Raises OSError, ValueError."""
    before = before or Grown()
    try:
        with path.open("rb") as file:
            file.seek(0, io.SEEK_END)
            if file.tell() < before.bytes_read:
                before = Grown()  # another file by the same name
            file.seek(before.bytes_read)
            content = file.read()
    except FileNotFoundError:
        return Grown()
    content = content[: whole_rows_bytes(content)]
    text = io.StringIO(content.decode("utf-8").replace("\x00", ""), newline="")
    columns = before.columns
    if not before.bytes_read:
        first = text.readline()
        if not first.startswith("#"):
            text.seek(0)
        columns = tuple(next(csv.reader(text), ()))
    if not columns:
        return Grown()
    new = [typed(dict(zip(columns, cells, strict=False))) for cells in csv.reader(text) if cells]
    return Grown(before.bytes_read + len(content), before.rows + len(new), columns, new)

"""Tables as CSV and as Parquet; each file explains its own columns."""

import csv
import json
from pathlib import Path

from config.extras import how_to_install
from sessions.errors import SessionsError
from sessions.export.spreadsheet_cell import spreadsheet_cell
from sessions.format.columns import HEADLINE
from sessions.format.durable import replacing
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row, Value


def write_csv(session: RecordedSession, rows: list[Row], out: Path) -> None:
    """A comment line, a header, the rows; session, runner and start are in every row, so that files can be joined."""
    columns = _columns(rows)
    with replacing(out) as fresh, fresh.open("w", newline="", encoding="utf-8", errors="replace") as file:
        file.write(f"# {HEADLINE}\n")
        writer = csv.writer(file)
        writer.writerow(["session", "runner", "started", *map(spreadsheet_cell, columns)])
        for row in rows:
            cells = ("" if (value := row.get(name)) is None else value for name in columns)
            writer.writerow(map(spreadsheet_cell, [session.name, session.runner, session.header["started"], *cells]))


def write_parquet(session: RecordedSession, rows: list[Row], out: Path) -> None:
    """The same rows; session.json, with the definitions, is the file's metadata "hipcue". Raises SessionsError."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - of the extra "export"
        from pyarrow import parquet  # noqa: PLC0415 - likewise
    except ImportError:
        raise SessionsError(f"--format parquet: needs one more package: {how_to_install('export')}") from None
    own: dict[str, list[Value]] = {
        "session": [session.name] * len(rows),
        "runner": [session.runner] * len(rows),
        "started": [str(session.header["started"])] * len(rows),
    }
    columns = {**own, **{name: [row.get(name) for row in rows] for name in _columns(rows)}}
    fields = {name: _arrow_type(pa, values) for name, values in columns.items()}
    table = pa.table({name: pa.array(values, fields[name]) for name, values in columns.items()})
    with replacing(out) as fresh:
        parquet.write_table(table.replace_schema_metadata({"hipcue": json.dumps(session.header)}), fresh)


def _arrow_type(pa: object, values: list[Value]) -> object:
    kinds = {type(value) for value in values if value is not None}
    name = "string" if str in kinds else "int64" if kinds == {int} else "float64"
    return getattr(pa, name)()


def _columns(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))

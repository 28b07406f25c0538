"""Rows as CSV and as Parquet, one file that says itself what its columns mean."""

import csv
import json
from pathlib import Path

from config.extras import how_to_install
from feedback.recorder.tables import HEADLINE
from feedback.sessions.errors import SessionsError
from feedback.sessions.recorded import Recorded
from feedback.sessions.rows import Row, Value


def write_csv(session: Recorded, rows: list[Row], out: Path) -> None:
    """Comment line, header, one line per row; session, runner and start in every row, so that files can be put together."""
    columns = _columns(rows)
    with out.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# {HEADLINE}\n")
        writer = csv.writer(file)
        writer.writerow(["session", "runner", "started", *columns])
        for row in rows:
            cells = ("" if (value := row.get(name)) is None else value for name in columns)
            writer.writerow([session.name, session.runner, session.header["started"], *cells])


def write_parquet(session: Recorded, rows: list[Row], out: Path) -> None:
    """The same rows; session.json, which holds the definitions, is the file's metadata "hipcue". Raises SessionsError."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - of the extra "export"
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise SessionsError(f"--format parquet: needs one package more: {how_to_install('export')}") from None
    own: dict[str, list[Value]] = {
        "session": [session.name] * len(rows),
        "runner": [session.runner] * len(rows),
        "started": [str(session.header["started"])] * len(rows),
    }
    columns = {**own, **{name: [row.get(name) for row in rows] for name in _columns(rows)}}
    fields = {name: _arrow_type(pa, values) for name, values in columns.items()}
    table = pa.table({name: pa.array(values, fields[name]) for name, values in columns.items()})
    parquet.write_table(table.replace_schema_metadata({"hipcue": json.dumps(session.header)}), out)


def _arrow_type(pa: object, values: list[Value]) -> object:
    kinds = {type(value) for value in values if value is not None}
    name = "string" if str in kinds else "int64" if kinds == {int} else "float64"
    return getattr(pa, name)()


def _columns(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))

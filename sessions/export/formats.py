"""Writes a session in the formats of other programs: a file is written whole, or the old one stays (durable.py)."""

from collections.abc import Callable
from pathlib import Path

from sessions.errors import SessionsError
from sessions.export.opensim import write_motion, write_trc
from sessions.export.tabular import write_csv, write_parquet
from sessions.format.csv_rows import read_rows
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import number

TABLES = ("strides", "samples", "cues", "phases", "landmarks", "samples_other_side", "landmarks_other_side")
_TABULAR: dict[str, Callable[[RecordedSession, list[Row], Path], None]] = {"csv": write_csv, "parquet": write_parquet}
FORMATS = (*_TABULAR, "mot", "sto", "trc")


def write_export(session: RecordedSession, form: str, out: Path, table: str | None = None, leg_cm: float | None = None) -> None:
    """Write a session in one of FORMATS. Raises SessionsError, OSError.

    `table` is for csv and parquet (None: the strides); `leg_cm`, hip joint to ankle, gives trc its scale.
    """
    if form not in FORMATS:
        raise SessionsError(f"--format {form}: is not a format; choose from {', '.join(FORMATS)}")
    if table is not None and form not in _TABULAR:
        raise SessionsError(f"--table {table}: is only for --format {' and '.join(_TABULAR)}; {form} has its own columns")
    table = table or "strides"
    if table not in TABLES:
        raise SessionsError(f"--table {table}: is not a table; choose from {', '.join(TABLES)}")
    if leg_cm is not None and form != "trc":
        raise SessionsError(f"--leg-cm: is only for --format trc; {form} needs no scale")
    if form in _TABULAR:
        _TABULAR[form](session, _rows(session, table), out)
    elif form == "trc":
        write_trc(session, _rows(session, "landmarks"), out, leg_cm)
    else:
        write_motion(session, _rows(session, "samples"), out)


def _rows(session: RecordedSession, table: str) -> list[Row]:
    if table == "strides":
        return [{**row, "phase": session.phase_at(number(row["t_peak_s"]))} for row in session.all_strides]
    if table == "cues":
        return session.cues
    if table == "phases":
        return session.phases
    if session.folder is None:
        raise SessionsError(f"{session.name}: its folder, which contains its {table}, is not on this machine")
    return session.samples if table == "samples" else list(read_rows(session.folder / f"{table}.csv"))

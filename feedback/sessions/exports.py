"""A session for other programs: which format is written by what."""

from collections.abc import Callable
from pathlib import Path

from feedback.sessions.errors import SessionsError
from feedback.sessions.opensim import write_motion, write_trc
from feedback.sessions.recorded import Recorded, number
from feedback.sessions.rows import Row, read_rows
from feedback.sessions.tabular import write_csv, write_parquet

TABLES = ("strides", "samples", "cues", "phases", "landmarks")
_TABULAR: dict[str, Callable[[Recorded, list[Row], Path], None]] = {"csv": write_csv, "parquet": write_parquet}
FORMATS = (*_TABULAR, "mot", "sto", "trc")


def write_export(session: Recorded, form: str, out: Path, table: str = "strides") -> None:
    """Write a session in one of FORMATS; `table` says which, for csv and parquet. Raises SessionsError, OSError."""
    if form not in FORMATS:
        raise SessionsError(f"--format {form}: is not known; known are {', '.join(FORMATS)}")
    if table not in TABLES:
        raise SessionsError(f"--table {table}: is not known; known are {', '.join(TABLES)}")
    if form in _TABULAR:
        _TABULAR[form](session, _rows(session, table), out)
    elif form == "trc":
        write_trc(session, _rows(session, "landmarks"), out)
    else:
        write_motion(session, _rows(session, "samples"), out)


def _rows(session: Recorded, table: str) -> list[Row]:
    if table == "strides":
        return [{**row, "phase": session.phase_at(number(row["t_peak_s"]))} for row in session.strides]
    if table == "cues":
        return session.cues
    if table == "phases":
        return session.phases
    if session.folder is None:
        raise SessionsError(f"{session.name}: its folder is gone, and only that held its {table}")
    return session.samples if table == "samples" else read_rows(session.folder / "landmarks.csv")

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


def write_export(session: Recorded, form: str, out: Path, table: str = "strides", leg_cm: float | None = None) -> None:
    """Write a session in one of FORMATS. Raises SessionsError, OSError.

    `table` says which, for csv and parquet; `leg_cm`, hip joint to ankle, gives trc its scale.
    """
    if form not in FORMATS:
        raise SessionsError(f"--format {form}: is not known; known are {', '.join(FORMATS)}")
    if table not in TABLES:
        raise SessionsError(f"--table {table}: is not known; known are {', '.join(TABLES)}")
    if leg_cm is not None and form != "trc":
        raise SessionsError(f"--leg-cm: gives --format trc its scale; {form} needs none")
    if form in _TABULAR:
        _TABULAR[form](session, _rows(session, table), out)
    elif form == "trc":
        write_trc(session, _rows(session, "landmarks"), out, leg_cm)
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

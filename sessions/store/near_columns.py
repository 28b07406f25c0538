"""Columns of the strides of a session's near leg, by the main camera, as one array: a hundred times quicker to read than rows.

NumPy's own format (.npy) names the columns, so that a later program may add some.
"""

import io
import uuid
from collections.abc import Iterator, Sequence

import numpy as np
import sqlalchemy as sa

from sessions.format.recorded import NEAR_COLUMNS, StrideColumns
from sessions.format.row_schema import Row, Value
from sessions.format.rows import Floats
from sessions.store.database import StoreError
from sessions.store.tables import phases, sessions, strides

_TOGETHER = 50
"""Sessions per query, which takes as long as a query for one."""


class NearColumns:
    """Collects the columns of rows on their way into the store."""

    def __init__(self) -> None:
        self._rows: list[tuple[Value, ...]] = []

    def note(self, row: Row) -> None:
        """Add a stride, if it is one of the main camera's near leg."""
        if row["leg"] == "near" and row.get("camera") != "other_side":
            self._rows.append(tuple(map(row.get, NEAR_COLUMNS)))

    def packed(self) -> bytes:
        """All columns so far."""
        table = np.empty(len(self._rows), dtype=[(name, "<f8") for name in NEAR_COLUMNS])
        for name, column in zip(NEAR_COLUMNS, zip(*self._rows, strict=True), strict=False):
            table[name] = np.array(column, np.float64)
        file = io.BytesIO()
        np.save(file, table, allow_pickle=False)
        return file.getvalue()


def read_near_strides(connection: sa.Connection, wanted: Sequence[uuid.UUID]) -> Iterator[StrideColumns]:
    """The columns and phases of each session. Raises StoreError if a session has been removed."""
    for start in range(0, len(wanted), _TOGETHER):
        some = wanted[start : start + _TOGETHER]
        query = sa.select(sessions.c.id, sessions.c.header, sessions.c.near_columns).where(sessions.c.id.in_(some))
        found = {session: (header, packed) for session, header, packed in connection.execute(query)}
        begun = _phases(connection, some)
        for session in some:
            if session not in found:
                raise StoreError(f"{str(session)[:8]}: has been removed from the store")
            header, packed = found[session]
            yield StrideColumns(header, begun[session], unpacked(packed) or _from_rows(connection, session))


def _phases(connection: sa.Connection, wanted: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Row]]:
    query = sa.select(phases.c.session_id, phases.c.t_s, phases.c.phase).where(phases.c.session_id.in_(wanted))
    found: dict[uuid.UUID, list[Row]] = {session: [] for session in wanted}
    for session, t_s, phase in connection.execute(query.order_by(phases.c.row)):
        found[session].append({"t_s": t_s, "phase": phase})
    return found


def _from_rows(connection: sa.Connection, session: uuid.UUID) -> dict[str, Floats]:
    """The columns of a session that an earlier program has stored."""
    query = sa.select(*(strides.c[name] for name in NEAR_COLUMNS)).where(
        strides.c.session_id == session, strides.c.leg == "near", strides.c.camera.is_distinct_from("other_side")
    )
    found = connection.execute(query.order_by(strides.c.row)).all()
    values = np.array(list(map(tuple, found)), np.float64).reshape(-1, len(NEAR_COLUMNS))
    return dict(zip(NEAR_COLUMNS, values.T, strict=True))


def unpacked(content: bytes | None) -> dict[str, Floats] | None:
    """The columns, NaN where nothing was measured; None: an earlier program stored none, or not all of them."""
    if content is None:
        return None
    try:
        table = np.load(io.BytesIO(content), allow_pickle=False)
        return {name: table[name] for name in NEAR_COLUMNS}
    except (ValueError, EOFError, OSError):
        return None

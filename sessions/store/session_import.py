"""Writing sessions' folders into the store's tables."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from sessions.format.csv_rows import read_rows
from sessions.format.header import current_header, session_id
from sessions.format.row_schema import Row
from sessions.store.session_entry import is_session_in
from sessions.store.tables import NOT_MEASURES, ROWS, runner_id, runners, sessions

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    from sessions.store.near_columns import NearColumns

_CHUNK_ROWS = 1000
_NEAR_UPDATE = sa.update(sessions).where(sessions.c.id == sa.bindparam("session")).values(near_columns=sa.bindparam("packed"))

ItemT = TypeVar("ItemT")


class SessionImport:
    """The statements that write sessions into one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._dialect = engine.dialect.name
        self._row_inserts = {
            name: str(self._insert(table).on_conflict_do_nothing().compile(engine)) for name, table in ROWS.items()
        }
        """SQL text for the driver, because converting each value would be the slowest part of an import."""

    def write(self, connection: sa.Connection, headers: Mapping[Path, dict[str, Any]], now: datetime | None) -> None:
        """Write the sessions in these folders, whose session.json is given.

        For a copy, the folder already in the store is kept as long as it contains the session. `now`, the time of storing,
        is by default that of the database's machine. Raises SessionsError, OSError, and what a database raises.
        """
        from sessions.store.near_columns import NearColumns  # it loads NumPy

        found = _known_folders(connection, map(session_id, headers.values()))
        for folder, header in headers.items():
            session = session_id(header)
            known = found.get(session)
            if known is None or known == folder.absolute() or not is_session_in(known, session):
                found[session] = folder
        # The same order in every program: otherwise two imports could each wait for a row that the other has locked.
        sources = {
            session: (folder, headers.get(folder) or current_header(folder)) for session, folder in sorted(found.items())
        }
        self._write_headers(connection, sources, now)
        near = {session: NearColumns() for session in sources}
        for name, statement in self._row_inserts.items():
            rows = (
                row
                for session, (folder, _) in sources.items()
                for row in _values(session, name, read_rows(folder / f"{name}.csv"), near[session])
            )
            for chunk in chunks(rows, _CHUNK_ROWS):
                connection.exec_driver_sql(statement, chunk)
        connection.execute(_NEAR_UPDATE, [{"session": session, "packed": one.packed()} for session, one in near.items()])

    def _write_headers(
        self, connection: sa.Connection, sources: Mapping[uuid.UUID, tuple[Path, dict[str, Any]]], now: datetime | None
    ) -> None:
        stored = now or connection.execute(sa.select(sa.func.now())).scalar_one()
        names: dict[uuid.UUID, str] = {}
        rows = []
        for session, (folder, header) in sources.items():
            nickname = str(header.get("runner") or "")[:40]
            runner = runner_id(nickname) if nickname else None
            if runner is not None:
                names[runner] = nickname
            rows.append(
                {
                    "id": session,
                    "stored": stored,
                    "runner_id": runner,
                    "session_number": header.get("session_number"),
                    "kind": header.get("kind", "live"),
                    "started": datetime.fromisoformat(header["started"]),
                    "ended": bool(header.get("ended")),
                    "software": header["software"],
                    "source": header["source"],
                    "folder": str(folder.absolute()),
                    "header": header,
                }
            )
        if names:
            named = [{"id": runner, "nickname": nickname} for runner, nickname in sorted(names.items())]
            connection.execute(self._insert(runners).on_conflict_do_nothing(), named)
        statement = self._insert(sessions)
        again = {name: statement.excluded[name] for name in rows[0] if name not in ("id", "stored")}
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=again), rows)

    def _insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        # Imported only when wanted: the other dialect's libraries take a tenth of a second to load.
        if self._dialect == "postgresql":
            from sqlalchemy.dialects import postgresql

            return postgresql.insert(table)
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)


def chunks(items: Iterable[ItemT], most: int) -> Iterator[list[ItemT]]:
    """The items in lists of `most`; the last may be shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, most)):
        yield chunk


def _known_folders(connection: sa.Connection, wanted: Iterable[uuid.UUID]) -> dict[uuid.UUID, Path]:
    found = connection.execute(sa.select(sessions.c.id, sessions.c.folder).where(sessions.c.id.in_(list(wanted))))
    return {session: Path(folder) for session, folder in found}


def _values(session: uuid.UUID, name: str, rows: Iterable[Row], near: "NearColumns") -> Iterator[tuple[Any, ...]]:
    """A table's rows as the store's, in types of the driver's and in the order of the table's columns.

    Cells of columns that the store does not have go into `more`.
    """
    columns = [column.name for column in ROWS[name].columns if column.name not in NOT_MEASURES]
    known, session_hex = frozenset(columns), session.hex
    for number, row in enumerate(rows, start=1):
        if name == "strides":
            near.note(row)
        more = {} if row.keys() <= known else {key: row[key] for key in row.keys() - known if row[key] is not None}
        yield session_hex, number, *map(row.get, columns), json.dumps(more) if more else "{}"

"""The store of all sessions: SQLite in one file, or PostgreSQL for a gym with many lanes, by the same tables.

A session's folder is what is written from, and it stays: writing it once more, after a crash of either side or from a copy,
adds what is missing and nothing twice, because every row has a name of its own (schema.row_id).
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from config.extras import how_to_install
from feedback.sessions.errors import SessionsError
from feedback.sessions.growing import Grown, grown_rows
from feedback.sessions.migrate import NewerStoreError, bring_up_to_date
from feedback.sessions.rows import Row
from feedback.sessions.schema import ROWS, row_id, runner_id, runners, sessions

Progress = dict[str, Grown]
"""How far each table of a folder has been read."""
_AWAY_S = 3
_SQLITE_BUSY_S = 5
_NOT_MEASURES = ("id", "session_id", "row", "more")


class StoreError(SessionsError):
    """The store cannot do what was asked."""


class StoreAwayError(StoreError):
    """The store cannot be reached or written just now; trying again later may help."""


@dataclass(frozen=True)
class Stored:
    """A session as the store has it."""

    id: uuid.UUID
    runner: str
    """Nickname; "": anybody."""
    started: datetime
    ended: bool
    kind: str
    """"live" or "clip"."""
    folder: Path
    header: dict[str, Any]
    """session.json."""

    @property
    def own_folder(self) -> Path | None:
        """Its folder, while this session lies there; None: it lies on another machine, or another session there now."""
        try:
            return self.folder if session_id(read_header(self.folder)) == self.id else None
        except (OSError, StoreError):
            return None


class Store:
    """An open store. Not thread-safe: one thread uses it."""

    def __init__(self, url: str) -> None:
        """Open the store at a SQLAlchemy URL and bring its tables up to date. Raises StoreError."""
        self._engine = _engine(url)
        with self._transaction() as connection:
            try:
                bring_up_to_date(connection)
            except NewerStoreError as error:
                raise StoreError(f"{self._shown()}: {error}") from None

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def write(self, folder: Path, progress: Progress | None = None) -> Progress:
        """Add what a session's folder holds beyond `progress`. Returns how far it is now. Raises StoreError, OSError."""
        header = read_header(folder)
        session = session_id(header)
        grown = {name: grown_rows(folder / f"{name}.csv", (progress or {}).get(name)) for name in ROWS}
        with self._transaction() as connection:
            self._write_session(connection, session, header, folder)
            for name, table in ROWS.items():
                found = grown[name]
                values = [
                    {"id": row_id(session, name, number), "session_id": session, "row": number, **_known(table, row)}
                    for number, row in enumerate(found.new, start=found.rows - len(found.new) + 1)
                ]
                if values:
                    connection.execute(self._insert(table).on_conflict_do_nothing(), values)
        return grown

    def all(self, runner: str = "") -> list[Stored]:
        """All sessions, the newest first; with `runner`, theirs alone. Raises StoreError."""
        query = sa.select(sessions, runners.c.nickname).outerjoin(runners).order_by(sessions.c.started.desc(), sessions.c.id)
        if runner:
            query = query.where(runners.c.nickname == runner)
        with self._transaction() as connection:
            return [_stored(found) for found in connection.execute(query).mappings()]

    def find(self, word: str) -> Stored:
        """The session with this id, or the only one whose id begins so, or "latest". Raises StoreError."""
        everything = self.all()
        found = everything[:1] if word == "latest" else [one for one in everything if str(one.id).startswith(word.lower())]
        if not everything:
            raise StoreError("there are no sessions yet; hipcue run records one")
        if not found:
            raise StoreError(f"{word}: there is no such session in the store; hipcue sessions list shows all")
        if len(found) > 1:
            raise StoreError(f"{word}: {len(found)} sessions begin so; give more of the id")
        return found[0]

    def rows(self, session: uuid.UUID, name: str) -> list[Row]:
        """A session's strides, cues or phases in order. Raises StoreError."""
        table = ROWS[name]
        query = sa.select(table).where(table.c.session_id == session).order_by(table.c.row)
        with self._transaction() as connection:
            return [
                {**{key: value for key, value in found.items() if key not in _NOT_MEASURES}, **found["more"]}
                for found in connection.execute(query).mappings()
            ]

    def forget(self, session: uuid.UUID) -> None:
        """Remove a session, and its runner's name with the last one. Raises StoreError."""
        with self._transaction() as connection:
            for table in ROWS.values():
                connection.execute(sa.delete(table).where(table.c.session_id == session))
            connection.execute(sa.delete(sessions).where(sessions.c.id == session))
            named = sa.select(sessions.c.runner_id).where(sessions.c.runner_id.is_not(None))
            connection.execute(sa.delete(runners).where(runners.c.id.not_in(named)))

    def _write_session(self, connection: sa.Connection, session: uuid.UUID, header: dict[str, Any], folder: Path) -> None:
        nickname = str(header.get("runner") or "")[:40]
        runner = runner_id(nickname) if nickname else None
        if runner is not None:
            connection.execute(self._insert(runners).on_conflict_do_nothing(), {"id": runner, "nickname": nickname})
        values = {
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
        statement = self._insert(sessions).values(id=session, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

    def _insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        return postgresql.insert(table) if self._engine.dialect.name == "postgresql" else sqlite.insert(table)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
            raise StoreAwayError(f"{self._shown()}: the store cannot be used just now ({reason})") from None

    def _shown(self) -> str:
        url = self._engine.url
        return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def read_header(folder: Path) -> dict[str, Any]:
    """session.json of a session's folder. Raises OSError; StoreError when it is none."""
    path = folder / "session.json"
    try:
        header = dict(json.loads(path.read_text(encoding="utf-8").replace("\\u0000", "")))
        datetime.fromisoformat(header["started"])
        str(header["software"] + header["source"])
    except (ValueError, TypeError, KeyError):
        raise StoreError(f"{path}: is not a session of HipCue's") from None
    return header


def session_id(header: dict[str, Any]) -> uuid.UUID:
    """The session's name; of a session from before they had one, made of its start and source."""
    try:
        return uuid.UUID(header["id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return uuid.uuid5(uuid.NAMESPACE_URL, f"hipcue:session/{header['started']}/{header['source']}")


def _known(table: sa.Table, row: Row) -> dict[str, Any]:
    named = {column.name for column in table.columns} - set(_NOT_MEASURES)
    more = {name: value for name, value in row.items() if name not in named and value is not None}
    return {**{name: row.get(name) for name in named}, "more": more}


def _stored(found: sa.RowMapping) -> Stored:
    return Stored(
        id=found["id"],
        runner=found["nickname"] or "",
        started=found["started"],
        ended=found["ended"],
        kind=found["kind"],
        folder=Path(found["folder"]),
        header=found["header"],
    )


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise StoreError("session.store_url: is not an address like postgresql://user@host/database") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        try:
            Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreAwayError(
                f"{error.filename}: cannot be made ({error.strerror}); set HIPCUE_HOME to a folder of yours"
            ) from None
        engine = sa.create_engine(parsed, connect_args={"timeout": _SQLITE_BUSY_S}, poolclass=sa.NullPool)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        # The driver would begin transactions late and not for the making of tables.
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    if backend != "postgresql":
        raise StoreError(f"session.store_url: {backend} is not supported; known are sqlite and postgresql")
    patience = {
        "connect_timeout": _AWAY_S,
        "tcp_user_timeout": _AWAY_S * 1000,
        "options": f"-c statement_timeout={_AWAY_S}s -c lock_timeout={_AWAY_S}s",
    }
    try:
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"), connect_args=patience, pool_pre_ping=True, pool_size=1
        )
    except ModuleNotFoundError:
        raise StoreError(f"session.store_url: PostgreSQL needs one package more: {how_to_install('postgres')}") from None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    # What is written is on the disk before the note that it is still to be written goes (spool.py).
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")

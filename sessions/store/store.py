"""The store: all sessions in one database, derived from their folders.

A session's folder is the truth. Importing it again, after a crash of either side or from a copy, adds what is missing and
nothing twice, because every row has an id of its own (tables.row_id).
"""

import json
import math
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from config.secret_address import SecretAddress, without_secrets
from sessions.errors import SessionsError
from sessions.format.csv_rows import read_rows
from sessions.format.header import current_header, read_header, session_id
from sessions.format.header_schema import checked_start
from sessions.format.row_schema import Row
from sessions.store.database import StoreAwayError, StoreError, open_database, patient, reading, shown_address
from sessions.store.migrate import NewerStoreError, bring_up_to_date, is_up_to_date
from sessions.store.tables import ROWS, row_id, runner_id, runners, sessions

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    from sessions.format.recorded import StrideColumns
    from sessions.store.near_columns import NearColumns

_CHUNK_ROWS = 1000
_TOGETHER = 25
"""Sessions in one transaction: each one takes a disk some milliseconds, and keeps other programs waiting meanwhile."""
_MOST_LOCKED_S, _PAUSE_S = 1.0, 0.15
"""SQLite looks every tenth of a second whether a file is unlocked: without pauses, a long import would let nobody in."""
_NO_DATABASE = ("file is not a database", "database disk image is malformed")
"""What SQLite says of a file that it cannot read."""
_NOT_MEASURES = ("id", "session_id", "row", "more")
_NEAR_UPDATE = sa.update(sessions).where(sessions.c.id == sa.bindparam("session")).values(near_columns=sa.bindparam("packed"))


@dataclass(frozen=True)
class SessionEntry:
    """A session as it is listed."""

    id: uuid.UUID
    runner: str
    """Nickname; "": no name was given."""
    started: datetime
    ended: bool
    kind: str
    """"live" or "clip"."""
    folder: Path
    near_strides: int | None = None
    near_hip_extension_deg: float | None = None
    """The mean over all strides of the near leg."""
    running: bool = False
    """Whether it is being recorded now."""

    @property
    def own_folder(self) -> Path | None:
        """Its folder; None if that is on another machine, removed, or holds another session now."""
        return self.folder if _holds(self.folder, self.id) else None


class Store:
    """An open store. Not thread-safe: only one thread may use it."""

    def __init__(self, url: SecretAddress) -> None:
        """Open the store at a SQLAlchemy URL and bring its tables up to date. Raises StoreError."""
        self._engine = open_database(url)
        self._row_inserts = {
            name: str(self._insert(table).on_conflict_do_nothing().compile(self._engine)) for name, table in ROWS.items()
        }
        """Text for the driver: of all that an import does, converting each value would take longest."""
        with self._reading() as connection:
            current = is_up_to_date(connection)
        if current:
            return
        with self._transaction(patient(self._engine)) as connection:
            try:
                bring_up_to_date(connection)
            except NewerStoreError as error:
                raise StoreError(f"{shown_address(self._engine)}: {error}") from None

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def answers(self) -> bool:
        """Whether the database can be used now."""
        try:
            with self._transaction() as connection:
                connection.execute(sa.select(sessions.c.id).limit(1))
        except StoreError:
            return False
        return True

    def import_session(self, folder: Path, now: datetime | None = None) -> None:
        """Write a session's folder into the store, in one transaction. Raises SessionsError, OSError.

        Of a copy, such as a backup, it is the folder that the store knows that counts, as long as it holds the session. `now`,
        when it is stored, is by default the time of the database's machine.
        """
        # A long session without an end takes seconds to count: not while the database is locked.
        header = current_header(folder)
        with self._transaction() as connection:
            self._write(connection, {folder: header}, now)

    def import_sessions(self, folders: Iterable[Path]) -> Iterator[str]:
        """Import many sessions, several in a transaction. Yields for each "", or a sentence that says why it is left out.

        Raises StoreAwayError; the sessions of a transaction under way are then left out.
        """
        locked_s = 0.0
        for together in _chunks(folders, _TOGETHER):
            if locked_s > _MOST_LOCKED_S:
                time.sleep(_PAUSE_S)
                locked_s = 0.0
            with self._transaction(patient(self._engine)) as connection:
                began_s = time.monotonic()
                # At once takes half the time. If one cannot be stored, the others are stored one by one.
                if not self._problem_with(connection, together):
                    problems = [""] * len(together)
                else:
                    problems = [self._problem_with(connection, [folder]) for folder in together]
            locked_s += time.monotonic() - began_s
            yield from problems

    def entries(self, runner: str = "") -> list[SessionEntry]:
        """All sessions, newest first; with `runner`, only theirs, in capitals or not. Raises StoreError."""
        query = sa.select(*_ENTRY_COLUMNS).select_from(sessions.outerjoin(runners))
        with self._reading() as connection:
            if runner:
                query = query.where(sessions.c.runner_id.in_(_ids_of(connection, runner)))
            found = connection.execute(query.order_by(sessions.c.started.desc(), sessions.c.id))
            return [_entry(tuple(one)) for one in found]

    def header(self, session: uuid.UUID) -> dict[str, Any]:
        """A session's session.json. Raises StoreError."""
        query = sa.select(sessions.c.header).where(sessions.c.id == session)
        with self._reading() as connection:
            found: dict[str, Any] = connection.execute(query).scalar_one()
            return found

    def near_strides(self, wanted: Sequence[uuid.UUID]) -> Iterator["StrideColumns"]:
        """Of each session, columns of its strides of the near leg. Raises StoreError.

        One transaction reads them all: for each session, opening the file would take as long as reading it.
        """
        from sessions.store.near_columns import read_near_strides  # noqa: PLC0415 - it loads NumPy

        with self._reading() as connection:
            yield from read_near_strides(connection, wanted)

    def stored(self) -> dict[uuid.UUID, datetime]:
        """When each session first came into the store; without those of which that is not known. Raises StoreError."""
        query = sa.select(sessions.c.id, sessions.c.stored).where(sessions.c.stored.is_not(None))
        with self._reading() as connection:
            found = [(name, at) for name, at in connection.execute(query)]
        # SQLite keeps no time zone; what is written is in UTC.
        return {name: at if at.tzinfo is not None else at.replace(tzinfo=timezone.utc) for name, at in found}

    def rows(self, session: uuid.UUID, name: str) -> list[Row]:
        """A session's strides, cues or phases in order. Raises StoreError."""
        with self._reading() as connection:
            return _rows(connection, session, name)

    def forget(self, session: uuid.UUID) -> None:
        """Remove a session, and its runner's name with the last one. Raises StoreError."""
        with self._transaction() as connection:
            for table in ROWS.values():
                connection.execute(sa.delete(table).where(table.c.session_id == session))
            connection.execute(sa.delete(sessions).where(sessions.c.id == session))
            named = sa.select(sessions.c.runner_id).where(sessions.c.runner_id.is_not(None))
            connection.execute(sa.delete(runners).where(runners.c.id.not_in(named)))

    def _problem_with(self, connection: sa.Connection, folders: Sequence[Path]) -> str:
        """Write all of these sessions, or none and return why."""
        try:
            with self._sentences(), connection.begin_nested():
                self._write(connection, {folder: current_header(folder) for folder in folders}, None)
        except StoreAwayError:
            raise
        except SessionsError as error:
            return str(error)
        except OSError as error:
            return f"{error.filename or folders[0]}: {error.strerror or error}"
        return ""

    def _write(self, connection: sa.Connection, headers: Mapping[Path, dict[str, Any]], now: datetime | None) -> None:
        from sessions.store.near_columns import NearColumns  # noqa: PLC0415 - it loads NumPy

        found = _known_folders(connection, map(session_id, headers.values()))
        for folder, header in headers.items():
            session = session_id(header)
            known = found.get(session)
            if known is None or known == folder.absolute() or not _holds(known, session):
                found[session] = folder
        sources = {session: (folder, headers.get(folder) or current_header(folder)) for session, folder in found.items()}
        self._write_headers(connection, sources, now)
        near = {session: NearColumns() for session in sources}
        for name, statement in self._row_inserts.items():
            rows = (
                row
                for session, (folder, _) in sources.items()
                for row in _values(session, name, read_rows(folder / f"{name}.csv"), near[session])
            )
            for chunk in _chunks(rows, _CHUNK_ROWS):
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
            named = [{"id": runner, "nickname": nickname} for runner, nickname in names.items()]
            connection.execute(self._insert(runners).on_conflict_do_nothing(), named)
        statement = self._insert(sessions)
        again = {name: statement.excluded[name] for name in rows[0] if name not in ("id", "stored")}
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=again), rows)

    def _insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        # Imported only when wanted: the other dialect's libraries take a tenth of a second to load.
        if self._engine.dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql  # noqa: PLC0415

            return postgresql.insert(table)
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(table)

    def _reading(self) -> AbstractContextManager[sa.Connection]:
        return self._transaction(reading(self._engine))

    @contextmanager
    def _transaction(self, engine: sa.Engine | None = None) -> Iterator[sa.Connection]:
        with self._sentences(), (engine or self._engine).begin() as connection:
            yield connection

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Turn errors of the database into those of the store."""
        try:
            yield
        except (sa.exc.DataError, sa.exc.IntegrityError) as error:
            raise StoreError(f"{shown_address(self._engine)}: the store does not accept this ({_reason(error)})") from None
        except sa.exc.NoSuchTableError as error:
            raise StoreError(self._others_tables(error)) from None
        except sa.exc.DBAPIError as error:
            reason = _reason(error)
            if "already exists" in reason:
                raise StoreError(self._others_tables(error.orig or error)) from None
            if reason in _NO_DATABASE:
                raise StoreError(
                    f"{shown_address(self._engine)}: is not a database ({reason}); move this file away, and HipCue makes a new "
                    "one, into which hipcue sessions import FOLDER brings the sessions of a folder"
                ) from None
            raise StoreAwayError(f"{shown_address(self._engine)}: the store cannot be used at the moment ({reason})") from None
        except (sa.exc.SQLAlchemyError, ValueError, TypeError, ArithmeticError) as error:
            raise StoreError(f"{shown_address(self._engine)}: the store does not accept this ({_first_line(error)})") from None

    def _others_tables(self, error: BaseException) -> str:
        address, reason = shown_address(self._engine), _first_line(error)
        return f"{address}: holds tables of another program ({reason}); name another database in session.store_url"


def _known_folders(connection: sa.Connection, wanted: Iterable[uuid.UUID]) -> dict[uuid.UUID, Path]:
    found = connection.execute(sa.select(sessions.c.id, sessions.c.folder).where(sessions.c.id.in_(list(wanted))))
    return {session: Path(folder) for session, folder in found}


def _holds(folder: Path, session: uuid.UUID) -> bool:
    try:
        return session_id(read_header(folder)) == session
    except (OSError, SessionsError):
        return False


def _rows(connection: sa.Connection, session: uuid.UUID, name: str) -> list[Row]:
    table = ROWS[name]
    query = sa.select(table).where(table.c.session_id == session).order_by(table.c.row)
    return [
        {**{key: value for key, value in found.items() if key not in _NOT_MEASURES}, **found["more"]}
        for found in connection.execute(query).mappings()
    ]


def _reason(error: sa.exc.DBAPIError) -> str:
    return _first_line(error.orig) if error.orig else "no reason given"


def _first_line(error: BaseException) -> str:
    return without_secrets(next(iter(str(error).strip().splitlines()), type(error).__name__))


ItemT = TypeVar("ItemT")


def _chunks(items: Iterable[ItemT], most: int) -> Iterator[list[ItemT]]:
    rest = iter(items)
    while chunk := list(islice(rest, most)):
        yield chunk


def _values(session: uuid.UUID, name: str, rows: Iterable[Row], near: "NearColumns") -> Iterator[dict[str, Any]]:
    """A table's rows as the store's, in types of the driver's; cells of columns that it does not have go into `more`."""
    blank = {column.name: None for column in ROWS[name].columns if column.name not in _NOT_MEASURES}
    for number, row in enumerate(rows, start=1):
        if name == "strides":
            near.note(row)
        more = {column: value for column, value in row.items() if column not in blank}
        for column in more:
            del row[column]
        known = {column: value for column, value in more.items() if value is not None}
        yield {
            **blank,
            **row,
            "id": row_id(session, name, number).hex,
            "session_id": session.hex,
            "row": number,
            "more": json.dumps(known) if known else "{}",
        }


_ENTRY_COLUMNS = (
    sessions.c.id,
    runners.c.nickname,
    sessions.c.ended,
    sessions.c.kind,
    sessions.c.folder,
    sessions.c.header["started"].as_string(),
    sessions.c.header["strides"]["near"].as_string(),
    sessions.c.header["near_hip_extension_mean_deg"].as_string(),
)
"""Not the whole header: of thousands of sessions, decoding it takes seconds."""


def _entry(found: tuple[Any, ...]) -> SessionEntry:
    identity, nickname, ended, kind, folder, started, near_strides, extension_deg = found
    near_strides, extension_deg = _number(near_strides), _number(extension_deg)
    return SessionEntry(
        id=identity,
        runner=nickname or "",
        started=_start(started),
        ended=ended,
        kind=kind,
        folder=Path(folder),
        near_strides=None if near_strides is None else int(near_strides),
        near_hip_extension_deg=extension_deg,
    )


def _start(text: Any) -> datetime:
    """The start; the beginning of time for what an earlier program has taken in and no clock shows."""
    try:
        return datetime.fromisoformat(checked_start(text))
    except (ValueError, TypeError):
        return datetime.fromtimestamp(0, timezone.utc)


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (ValueError, TypeError):
        return None
    return value if math.isfinite(value) else None


def _ids_of(connection: sa.Connection, runner: str) -> list[uuid.UUID]:
    wanted = runner.casefold()
    return [one for one, nickname in connection.execute(sa.select(runners)) if nickname.casefold() == wanted]

"""The store: all sessions in one database, derived from their folders.

A session's folder is authoritative. Importing it again, after a crash of either side or from a copy, adds what is missing and
nothing twice, because a row is identified by its place in the session (tables.py).
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.format.header import current_header
from sessions.format.row_schema import Row
from sessions.store.database import StoreAwayError, StoreError, open_database, patient, pause_for_others, reading, shown_address
from sessions.store.database_errors import store_errors
from sessions.store.migrate import NewerStoreError, bring_up_to_date, is_up_to_date
from sessions.store.session_entry import SessionEntry, read_entries
from sessions.store.session_import import SessionImport, chunks
from sessions.store.tables import NOT_MEASURES, ROWS, runners, sessions

if TYPE_CHECKING:
    from sessions.format.recorded import StrideColumns

_TOGETHER = 25
"""Sessions in one transaction: each one takes a disk some milliseconds, and keeps other programs waiting meanwhile."""


class Store:
    """An open store. Not thread-safe: only one thread may use it."""

    def __init__(self, url: SecretAddress) -> None:
        """Open the store at a SQLAlchemy URL and bring its tables up to date. Raises StoreError."""
        self._engine = open_database(url)
        self._import = SessionImport(self._engine)
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

        For a copy, such as a backup, the folder already in the store is kept as long as it contains the session. `now`, the
        time of storing, is by default that of the database's machine.
        """
        # A long session without an end takes seconds to count: not while the database is locked.
        header = current_header(folder)
        with self._transaction() as connection:
            self._import.write(connection, {folder: header}, now)

    def import_sessions(self, folders: Iterable[Path]) -> Iterator[str]:
        """Import many sessions, several in a transaction. Yields for each "", or a sentence that says why it is left out.

        Raises StoreAwayError; the sessions of a transaction under way are then left out.
        """
        # One connection: a new one would start with an empty cache.
        with store_errors(self._engine), patient(self._engine).connect() as connection:
            for together in chunks(folders, _TOGETHER):
                with connection.begin():
                    # Together takes half the time. If one cannot be stored, the others are stored one by one.
                    if not self._problem_with(connection, together):
                        problems = [""] * len(together)
                    else:
                        problems = [self._problem_with(connection, [folder]) for folder in together]
                yield from problems
                pause_for_others(self._engine)

    def entries(self, runner: str = "") -> list[SessionEntry]:
        """All sessions, newest first; with `runner`, only theirs, ignoring case. Raises StoreError."""
        with self._reading() as connection:
            return read_entries(connection, runner)

    def header(self, session: uuid.UUID) -> dict[str, Any]:
        """A session's session.json. Raises StoreError."""
        query = sa.select(sessions.c.header).where(sessions.c.id == session)
        with self._reading() as connection:
            found: dict[str, Any] = connection.execute(query).scalar_one()
            return found

    def near_strides(self, wanted: Sequence[uuid.UUID]) -> Iterator["StrideColumns"]:
        """For each session, columns of its near leg's strides. Raises StoreError.

        One transaction reads them all: for each session, opening the file would take as long as reading it.
        """
        from sessions.store.near_columns import read_near_strides  # it loads NumPy

        with self._reading() as connection:
            yield from read_near_strides(connection, wanted)

    def stored(self) -> dict[uuid.UUID, datetime]:
        """When each session was first stored, for those of which it is known. Raises StoreError."""
        query = sa.select(sessions.c.id, sessions.c.stored).where(sessions.c.stored.is_not(None))
        with self._reading() as connection:
            found = [(name, at) for name, at in connection.execute(query)]
        # SQLite keeps no time zone; what is written is in UTC.
        return {name: at if at.tzinfo is not None else at.replace(tzinfo=timezone.utc) for name, at in found}

    def rows(self, session: uuid.UUID, name: str) -> list[Row]:
        """A session's strides, cues or phases in order. Raises StoreError."""
        table = ROWS[name]
        query = sa.select(table).where(table.c.session_id == session).order_by(table.c.row)
        with self._reading() as connection:
            return [
                {**{key: value for key, value in found.items() if key not in NOT_MEASURES}, **found["more"]}
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

    def _problem_with(self, connection: sa.Connection, folders: Sequence[Path]) -> str:
        """Write all of these sessions, or none and return the reason."""
        try:
            with store_errors(self._engine), connection.begin_nested():
                self._import.write(connection, {folder: current_header(folder) for folder in folders}, None)
        except StoreAwayError:
            raise
        except SessionsError as error:
            return str(error)
        except OSError as error:
            return f"{error.filename or folders[0]}: {error.strerror or error}"
        return ""

    def _reading(self) -> AbstractContextManager[sa.Connection]:
        return self._transaction(reading(self._engine))

    @contextmanager
    def _transaction(self, engine: sa.Engine | None = None) -> Iterator[sa.Connection]:
        with store_errors(self._engine), (engine or self._engine).begin() as connection:
            yield connection

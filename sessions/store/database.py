"""Opening the database behind the store: SQLite in one file, or a PostgreSQL server."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.extras import how_to_install
from config.paths import SQLITE
from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.store.write_turns import let_others_write, waiting_to_write

_AWAY_S = 3
_SQLITE_BUSY_S = 5
_READS, _PATIENT = "hipcue_reads", "hipcue_patient"
_PATIENCE_S = 60


class StoreError(SessionsError):
    """The store cannot do what was requested."""


class StoreAwayError(StoreError):
    """The store cannot be reached or written at the moment; trying again later may help."""


def open_database(address: SecretAddress) -> sa.Engine:
    """The database at an address that the settings allow, not connected yet. Raises StoreError."""
    whole = address.reveal()
    if whole.startswith(SQLITE):
        # A file's name may have any characters; as part of a URL some would mean something else.
        return _sqlite(sa.URL.create("sqlite", database=whole.removeprefix(SQLITE)))
    try:
        return _postgresql(sa.make_url(whole))
    except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is not a number, an unmatched bracket
        raise StoreError("session.store_url: is not an address like postgresql://user@host/database") from None


def shown_address(engine: sa.Engine) -> str:
    """The database's address for people, without a password."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return str(SecretAddress(url.render_as_string(hide_password=False)))


def _sqlite(url: sa.URL) -> sa.Engine:
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise StoreError(f"{path}: is not a regular file; move it away, or name another one in session.store_url")
    except ValueError:  # a zero byte in the name
        raise StoreError("session.store_url: is not the name of a file") from None
    except OSError as error:
        raise StoreAwayError(
            f"{error.filename}: cannot be made ({error.strerror}); set HIPCUE_HOME to a folder of your own"
        ) from None
    engine = sa.create_engine(url, connect_args={"timeout": _SQLITE_BUSY_S}, poolclass=sa.NullPool)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    # By default, the driver would begin transactions late, and none when tables are created.
    sa.event.listen(engine, "begin", _begin)
    return engine


def reading(engine: sa.Engine) -> sa.Engine:
    """The same database for transactions that only read: they never wait, and nothing waits for them."""
    return engine.execution_options(**{_READS: True})


def pause_for_others(engine: sa.Engine) -> None:
    """Call between transactions: a program that waits to write does so now."""
    if engine.url.database and engine.dialect.name == "sqlite":
        let_others_write(Path(engine.url.database))


def patient(engine: sa.Engine) -> sa.Engine:
    """The same database for transactions that wait a minute, not seconds, while other programs take turns writing."""
    return engine.execution_options(**{_PATIENT: True})


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_READS, False):
        connection.exec_driver_sql("BEGIN")
        return
    if options.get(_PATIENT, False):
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * _PATIENCE_S}")
    with waiting_to_write(Path(connection.engine.url.database or "")):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    # What is written must be on the disk before the note that it is still to be written is removed (spool.py).
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _postgresql(url: sa.URL) -> sa.Engine:
    options = {
        # A server that was set up without a locale has no encoding: text would come as bytes.
        "client_encoding": "utf8",
        "connect_timeout": _AWAY_S,
        "tcp_user_timeout": _AWAY_S * 1000,
        "options": f"-c statement_timeout={_AWAY_S}s -c lock_timeout={_AWAY_S}s",
    }
    try:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=options,
            # Such a server refuses escapes of characters beyond ASCII.
            json_serializer=partial(json.dumps, ensure_ascii=False),
            pool_pre_ping=True,
            pool_size=1,
            paramstyle="format",
        )
    except ModuleNotFoundError:
        raise StoreError(f"session.store_url: PostgreSQL needs one more package: {how_to_install('postgres')}") from None

"""Brings a store's tables to this program's version. Versions only increase.

A new measure needs no migration: missing columns are added to sessions and strides. It may be empty, so that
programs of either version can write and read the same store.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sessions.store.tables import sessions, strides

LATEST = "0002"
_LOCK = 0x48697043  # any number that all lanes agree on


class NewerStoreError(Exception):
    """The store was written by a newer HipCue; the text is part of a sentence."""


def is_up_to_date(connection: sa.Connection) -> bool:
    """Whether the tables are this program's."""
    return _version(connection) == LATEST and not any(_missing_columns(connection, table) for table in (sessions, strides))


def bring_up_to_date(connection: sa.Connection) -> None:
    """Create or change the tables, within the connection's transaction. Raises NewerStoreError."""
    if connection.dialect.name == "postgresql":
        # Of lanes that start together, one creates the tables and the others wait.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = _version(connection)
    if found != LATEST:
        _upgrade(connection, found)
    for table in (sessions, strides):
        add_missing_columns(connection, table)


def add_missing_columns(connection: sa.Connection, table: sa.Table) -> None:
    """Add the columns of `table` that the store does not have yet; they are empty in earlier rows."""
    missing = _missing_columns(connection, table)
    if not missing:
        return
    from alembic.migration import MigrationContext  # see _upgrade
    from alembic.operations import Operations

    operations = Operations(MigrationContext.configure(connection))
    for column in missing:
        operations.add_column(table.name, sa.Column(column.name, column.type))


def _missing_columns(connection: sa.Connection, table: sa.Table) -> "list[sa.Column[Any]]":
    found = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    return [column for column in table.columns if column.name not in found]


def _upgrade(connection: sa.Connection, found: str | None) -> None:
    # Alembic is loaded only if there is something to do, because every session's recorder runs this.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise NewerStoreError(f"the tables have version {found}, newer than this HipCue; install a newer HipCue")
    config.attributes["connection"] = connection
    command.upgrade(config, LATEST)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()

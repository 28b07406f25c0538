"""Brings a store's tables to the version that this program knows. Versions only ever go up."""

from pathlib import Path

import sqlalchemy as sa

LATEST = "0001"
_LOCK = 0x48697043  # any number that all of us agree on


class NewerStoreError(Exception):
    """The store was written by a newer HipCue; the text says so."""


def bring_up_to_date(connection: sa.Connection) -> None:
    """Make or change the tables, within the connection's transaction. Raises NewerStoreError."""
    if connection.dialect.name == "postgresql":
        # Lanes that start together: one makes the tables, the others wait.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = _version(connection)
    if found == LATEST:
        return
    # Alembic is loaded only where there is something to do: every start of the program comes through here.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise NewerStoreError(
            f"the store has version {found} of its tables, newer than this HipCue knows; install a newer HipCue"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, LATEST)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()

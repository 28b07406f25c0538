"""Runs alembic on the connection, and in the transaction, that sessions/store/migrate.py passes to it."""

from alembic import context

from sessions.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

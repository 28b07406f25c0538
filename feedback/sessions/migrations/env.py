"""How alembic reaches the store: by the connection that feedback/sessions/migrate.py hands over, in its transaction."""

from alembic import context

from feedback.sessions.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

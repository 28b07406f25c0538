"""The store's tables, version by version (alembic)."""

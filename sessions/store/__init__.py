"""All sessions in one database, derived from their folders: SQLite, or PostgreSQL for many lanes."""

"""Rows are known by their session and their number: an id of their own, of 32 random digits, scattered them over the disk."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the key of each table of rows."""
    for name in ("strides", "cues", "phases"):
        with op.batch_alter_table(name) as table:
            table.drop_index(f"ix_{name}_session_id")
            table.drop_constraint(f"pk_{name}", type_="primary")
            table.drop_column("id")
            table.create_primary_key(f"pk_{name}", ["session_id", "row"])

"""The store's tables. The migrations under migrations/ build them; a test compares the two.

A row's key is its session and its place in the session's files: importing it twice changes nothing, and rows written
together are stored together.
"""

import uuid

import sqlalchemy as sa

from sessions.format.columns import STRIDE_COLUMNS

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

runners = sa.Table(
    "runners",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("nickname", sa.String(40), nullable=False, unique=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("runner_id", sa.Uuid, sa.ForeignKey("runners.id")),
    sa.Column("session_number", sa.Integer),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("started", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Column("software", sa.String(60), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("header", sa.JSON, nullable=False),
    sa.Column("stored", sa.DateTime(timezone=True)),
    sa.Column("near_columns", sa.LargeBinary),
)
"""`stored` is when it was first imported. `near_columns` holds columns of the near leg's strides as one array
(near_columns.py), since a history reads those of hundreds of sessions.

`header` is the whole session.json: definitions, settings, devices, delays. The samples stay in `folder`."""


def _rows(name: str, *columns: "sa.Column[object]") -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        *columns,
        sa.Column("more", sa.JSON, nullable=False),
    )


def _floats(*names: str) -> "list[sa.Column[object]]":
    return [sa.Column(name, sa.Double) for name in names]


strides = _rows(
    "strides",
    sa.Column("stride", sa.Integer, nullable=False),
    sa.Column("leg", sa.String(4), nullable=False),
    *_floats(*(column.name for column in STRIDE_COLUMNS if column.name not in ("stride", "leg", "side", "camera"))),
    sa.Column("side", sa.String(5)),
    sa.Column("camera", sa.String(10)),
)
"""`more`, here and below, contains columns of the file that the store does not have."""

cues = _rows(
    "cues",
    *_floats("t_s"),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sound", sa.Text, nullable=False),
    sa.Column("stride", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False),
)

phases = _rows(
    "phases",
    *_floats("t_s"),
    sa.Column("phase", sa.String(20), nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    *_floats("band_low_deg", "band_high_deg", "baseline_deg"),
    sa.Column("cueing", sa.Integer),
)

ROWS = {"strides": strides, "cues": cues, "phases": phases}
"""Tables of rows, by the name of their file."""
NOT_MEASURES = ("session_id", "row", "more")
"""Columns of each of them that the file does not have."""


def runner_id(nickname: str) -> uuid.UUID:
    """The id of a runner. It is the same on every lane of a gym."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"hipcue:runner/{nickname}")

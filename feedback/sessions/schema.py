"""The store's tables. The migrations under migrations/ build them; a test holds the two together.

Rows of a session are named by it and by their place in its files, so that writing one twice changes nothing.
"""

import uuid

import sqlalchemy as sa

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
)
"""`header` is session.json whole: definitions, settings, devices, delays. `folder` holds the samples."""


def _rows(name: str, *columns: "sa.Column[object]") -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("row", sa.Integer, nullable=False),
        *columns,
        sa.Column("more", sa.JSON, nullable=False),
    )


def _floats(*names: str) -> "list[sa.Column[object]]":
    return [sa.Column(name, sa.Double) for name in names]


strides = _rows(
    "strides",
    sa.Column("stride", sa.Integer, nullable=False),
    sa.Column("leg", sa.String(4), nullable=False),
    *_floats(
        "t_peak_s",
        "t_known_s",
        "hip_extension_deg",
        "thigh_min_deg",
        "thigh_excursion_deg",
        "knee_deg",
        "ankle_deg",
        "trunk_lean_deg",
        "cadence_spm",
        "quality",
        "stride_time_s",
        "knee_drive_deg",
        "hip_extension_trunk_deg",
        "rebound_ms",
        "swing_velocity_dps",
        "knee_straightest_ms",
        "ankle_peak_ms",
        "triple_spread_ms",
        "vertical_oscillation_leg",
        "standing_thigh_deg",
        "step_length_m",
        "overstride_leg",
        "contact_ms",
        "flight_ms",
        "belt_speed_mps",
        "incline_pct",
    ),
)
"""`more`, here and below, holds columns of the file that the store does not know yet."""

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
"""By the name of their file."""


def row_id(session: uuid.UUID, table: str, row: int) -> uuid.UUID:
    """The name of the `row`-th row (from 1) of a session's table: the same whoever writes it, and whenever."""
    return uuid.uuid5(session, f"{table}/{row}")


def runner_id(nickname: str) -> uuid.UUID:
    """The name of a runner: the same on every lane of a gym."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"hipcue:runner/{nickname}")

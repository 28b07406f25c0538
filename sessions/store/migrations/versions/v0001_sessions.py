"""The first version: runners, sessions, strides, cues, phases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_STRIDE_MEASURES = (
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
)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "runners",
        sa.Column("id", sa.Uuid),
        sa.Column("nickname", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runners"),
        sa.UniqueConstraint("nickname", name="uq_runners_nickname"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid),
        sa.Column("runner_id", sa.Uuid),
        sa.Column("session_number", sa.Integer),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("software", sa.String(60), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("header", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["runner_id"], ["runners.id"], name="fk_sessions_runner_id"),
    )
    _rows(
        "strides",
        sa.Column("stride", sa.Integer, nullable=False),
        sa.Column("leg", sa.String(4), nullable=False),
        *(sa.Column(name, sa.Double) for name in _STRIDE_MEASURES),
    )
    _rows(
        "cues",
        sa.Column("t_s", sa.Double),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sound", sa.Text, nullable=False),
        sa.Column("stride", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
    )
    _rows(
        "phases",
        sa.Column("t_s", sa.Double),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("band_low_deg", sa.Double),
        sa.Column("band_high_deg", sa.Double),
        sa.Column("baseline_deg", sa.Double),
        sa.Column("cueing", sa.Integer),
    )


def _rows(name: str, *columns: "sa.Column[object]") -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        *columns,
        sa.Column("more", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=f"fk_{name}_session_id", ondelete="CASCADE"),
    )
    op.create_index(f"ix_{name}_session_id", name, ["session_id"])

"""The measures of a stride that a target or a rule may speak of: name, unit and the range in which a limit makes sense.

What each means, with its sign: docs/measures.md.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Measure = Literal[
    "hip_extension",
    "hip_extension_trunk",
    "thigh_excursion",
    "knee_drive",
    "knee",
    "ankle",
    "trunk_lean",
    "cadence",
    "stride_time",
    "step_length",
    "overstride",
    "vertical_oscillation",
    "rebound",
    "swing_velocity",
    "knee_straightest",
    "ankle_peak",
    "triple_spread",
    "contact",
    "flight",
    "quality",
]
MEASURES: tuple[str, ...] = get_args(Measure)
"""Their names."""


@dataclass(frozen=True)
class MeasureInfo:
    """Of one measure."""

    field: str
    """Its name in a stride (wire.messages.Stride)."""
    unit: str
    least: float
    most: float
    """Runners lie between these two; a limit beyond them is a slip of the pen."""


INFO: dict[str, MeasureInfo] = {
    "hip_extension": MeasureInfo("hip_extension_deg", "deg", -60, 60),
    "hip_extension_trunk": MeasureInfo("hip_extension_trunk_deg", "deg", -60, 60),
    "thigh_excursion": MeasureInfo("thigh_excursion_deg", "deg", 0, 160),
    "knee_drive": MeasureInfo("knee_drive_deg", "deg", -20, 120),
    "knee": MeasureInfo("knee_deg", "deg", -20, 160),
    "ankle": MeasureInfo("ankle_deg", "deg", -90, 60),
    "trunk_lean": MeasureInfo("trunk_lean_deg", "deg", -45, 60),
    "cadence": MeasureInfo("cadence_spm", "steps/min", 60, 300),
    "stride_time": MeasureInfo("stride_time_s", "s", 0.3, 2),
    "step_length": MeasureInfo("step_length_m", "m", 0, 4),
    "overstride": MeasureInfo("overstride_leg", "leg lengths", -1, 1),
    "vertical_oscillation": MeasureInfo("vertical_oscillation_leg", "leg lengths", 0, 1),
    "rebound": MeasureInfo("rebound_ms", "ms", 0, 1000),
    "swing_velocity": MeasureInfo("swing_velocity_dps", "deg/s", 0, 2000),
    "knee_straightest": MeasureInfo("knee_straightest_ms", "ms", -500, 500),
    "ankle_peak": MeasureInfo("ankle_peak_ms", "ms", -500, 500),
    "triple_spread": MeasureInfo("triple_spread_ms", "ms", 0, 1000),
    "contact": MeasureInfo("contact_ms", "ms", 0, 1000),
    "flight": MeasureInfo("flight_ms", "ms", 0, 1000),
    "quality": MeasureInfo("quality", "0 to 1", 0, 1),
}

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

    unit: str
    least: float
    most: float
    """Runners lie between these two; a limit beyond them is a slip of the pen."""


INFO: dict[str, MeasureInfo] = {
    "hip_extension": MeasureInfo("deg", -60, 60),
    "hip_extension_trunk": MeasureInfo("deg", -60, 60),
    "thigh_excursion": MeasureInfo("deg", 0, 160),
    "knee_drive": MeasureInfo("deg", -20, 120),
    "knee": MeasureInfo("deg", -20, 160),
    "ankle": MeasureInfo("deg", -90, 60),
    "trunk_lean": MeasureInfo("deg", -45, 60),
    "cadence": MeasureInfo("steps/min", 60, 300),
    "stride_time": MeasureInfo("s", 0.3, 2),
    "step_length": MeasureInfo("m", 0, 4),
    "overstride": MeasureInfo("leg lengths", -1, 1),
    "vertical_oscillation": MeasureInfo("leg lengths", 0, 1),
    "rebound": MeasureInfo("ms", 0, 1000),
    "swing_velocity": MeasureInfo("deg/s", 0, 2000),
    "knee_straightest": MeasureInfo("ms", -500, 500),
    "ankle_peak": MeasureInfo("ms", -500, 500),
    "triple_spread": MeasureInfo("ms", 0, 1000),
    "contact": MeasureInfo("ms", 0, 1000),
    "flight": MeasureInfo("ms", 0, 1000),
    "quality": MeasureInfo("0 to 1", 0, 1),
}

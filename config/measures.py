"""The measures of a stride: one row each. What a target or a rule may name, what is published, recorded, stored and shown.

A new measure needs a row of `TABLE` and the code that computes it (analysis/measures/stride_measures.py puts the value into
`Stride.measures` under the row's `column`). All else follows from the row: the column of strides.csv and of the store, the
label and the number on the screen, the definition in session.json, and the names and limits that the settings accept. The
table in docs/measures.md is written by `python -m config.measures_doc`. tests/config/test_measures.py checks this.

The message carries these values in a mapping, not in a field each: fields that mypy can check would have to be written out
a second time. Little is lost, because other code names few measures (`Stride` has fields for those); a test compares what
analysis publishes with this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal


@dataclass(frozen=True)
class Unit:
    """A unit of measurement."""

    name: str
    """Its name in settings and docs."""
    suffix: str
    """End of the column names."""
    mark: str
    """Follows a number on the screen and in reports."""


DEGREES = Unit("deg", "_deg", "°")
DEGREES_PER_S = Unit("deg/s", "_dps", "°/s")
STEPS_PER_MIN = Unit("steps/min", "_spm", "")
SECONDS = Unit("s", "_s", " s")
MILLISECONDS = Unit("ms", "_ms", " ms")
METRES = Unit("m", "_m", " m")
LEG_LENGTHS = Unit("leg lengths", "_leg", "")
SHARE = Unit("0 to 1", "", "")


@dataclass(frozen=True)
class Measure:
    """One measure of a stride."""

    name: str
    """Its name in settings and messages, as in `cadence below 160`."""
    label: str
    """Its name on the screen and in reports."""
    unit: Unit
    low: float
    high: float
    """Runners are between these two; a limit beyond them is a mistake."""
    definition: str
    sign: str = ""
    """What plus and minus mean; "": it is never negative."""
    decimals: int = 0
    """Decimals on the screen."""
    min_fps: int = 0
    """Below this frame rate it is not measured."""
    needs: tuple[Literal["belt speed", "near leg"], ...] = ()
    """It is measured only if the belt speed is known, or only for the near leg."""

    @property
    def column(self) -> str:
        """Its name with its unit: in `Stride`, strides.csv and the store."""
        return self.name + self.unit.suffix


TABLE: tuple[Measure, ...] = (
    Measure(
        "hip_extension", "Hip extension", DEGREES, -60, 60,
        "−(thigh − thigh in quiet standing) at the peak of extension; uncalibrated: the zero is vertical",
        "+ extension",
    ),
    Measure(
        "thigh_excursion", "Thigh excursion", DEGREES, 0, 160,
        "from the thigh's peak in front of the body to its peak behind; needs no zero",
    ),
    Measure(
        "knee", "Knee at push-off", DEGREES, -20, 160,
        "thigh against shank at the peak of extension; 0: straight",
        "+ flexion",
    ),
    Measure(
        "ankle", "Ankle at push-off", DEGREES, -90, 60,
        "shank against foot (heel to toe) at the peak of extension, from quiet standing; uncalibrated: from a right angle",
        "+ dorsiflexion, − plantarflexion",
    ),
    Measure(
        "trunk_lean", "Trunk lean", DEGREES, -45, 60,
        "trunk line (mid hip to mid shoulder) against vertical at the peak of extension",
        "+ forward",
    ),
    Measure(
        "cadence", "Cadence", STEPS_PER_MIN, 60, 300,
        "steps per minute, over the last 6 strides of the leg",
    ),
    Measure(
        "quality", "Quality", SHARE, 0, 1,
        "probability that the stride belongs to the stated leg, times how well it was seen: certainty of the phase, "
        "visibility, frames seen, residual of the fit",
        decimals=2,
    ),
    Measure(
        "stride_time", "Stride time", SECONDS, 0.3, 2,
        "from the previous peak of extension to this one",
        decimals=2,
    ),
    Measure(
        "knee_drive", "Knee drive", DEGREES, -20, 120,
        "peak of the thigh in front of the body, against vertical, in the swing before this push-off",
        "+ in front",
    ),
    Measure(
        "hip_extension_trunk", "Hip extension to trunk", DEGREES, -60, 60,
        "thigh against the trunk line at the peak of extension, from quiet standing; uncalibrated: from the trunk line",
        "+ extension",
    ),
    Measure(
        "rebound", "Rebound", MILLISECONDS, 0, 1000,
        "from the previous peak of extension to the knee drive",
    ),
    Measure(
        "swing_velocity", "Swing speed", DEGREES_PER_S, 0, 2000,
        "largest forward speed of the thigh in the swing before this push-off",
    ),
    Measure(
        "knee_straightest", "Knee straightest", MILLISECONDS, -500, 500,
        "when the knee was straightest, relative to the peak of extension",
        "− before, + after",
    ),
    Measure(
        "ankle_peak", "Ankle peak", MILLISECONDS, -500, 500,
        "when the ankle was most plantarflexed, relative to the peak of extension; empty if it comes after the stride is final",
        "− before, + after",
    ),
    Measure(
        "triple_spread", "Triple extension", MILLISECONDS, 0, 1000,
        "time from the first to the last of three events: knee straightest, hip peak, ankle peak",
    ),
    Measure(
        "vertical_oscillation", "Up and down", LEG_LENGTHS, 0, 1,
        "highest to lowest point of the hips over the stride",
        decimals=2,
    ),
    Measure(
        "step_length", "Step length", METRES, 0, 4,
        "belt speed × half the stride time",
        decimals=2, needs=("belt speed",),
    ),
    Measure(
        "overstride", "Foot ahead of hip", LEG_LENGTHS, -1, 1,
        "how far the ankle is ahead of the hip at initial contact, 26 ms after the ankle is furthest ahead",
        "+ ahead",
        decimals=2,
    ),
    Measure(
        "contact", "Contact time", MILLISECONDS, 0, 1000,
        "from initial contact to toe-off, when the knee is straightest; an estimate",
        min_fps=60,  # at 30 frames per second, contact times differ between runners by less than a frame
        needs=("near leg",),
    ),
    Measure(
        "flight", "Flight time", MILLISECONDS, 0, 1000,
        "in one step: half the stride time minus the contact time; an estimate",
        min_fps=60, needs=("near leg",),
    ),
)  # fmt: skip
"""In the order of the columns in strides.csv. A new measure goes to the end."""

MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in TABLE}
"""By name."""

if TYPE_CHECKING:
    MeasureName = str
else:
    MeasureName = Literal[tuple(MEASURES)]
"""The name of a measure, as the settings check it."""

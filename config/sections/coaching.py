"""What the coach asks of the runner, and when: [target], [coach], [guard] and [fading]."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.measures import MEASURES, MeasureName
from config.reference import PACE_CADENCE_PCT, PACE_SPEED_MPS, PEAK_THIGH_DEG
from config.sections.capture import KMH_PER_MPS
from config.sections.cue_rule import MAX_STRIDES
from config.sections.section import Fraction, Section, setting

Percent = Annotated[int, Field(ge=0, le=100)]


class SpeedTarget(Section):
    """The middle of the band at one belt speed."""

    speed_kmh: float = Field(ge=1, le=40)
    middle_deg: float = Field(ge=-100, le=2000, description="middle of the band at that speed")


_MEAN_RUNNERS = tuple(
    SpeedTarget(speed_kmh=round(KMH_PER_MPS * speed_mps, 1), middle_deg=float(round(-thigh_deg)))
    for speed_mps, thigh_deg in PEAK_THIGH_DEG.items()
)


class TargetSettings(Section):
    """What the runner aims for: a band, not a maximum."""

    measure: MeasureName = setting(
        "hip_extension",
        "any measure of docs/measures.md; if it is not an angle, the settings in _deg are in its own unit",
        live=True,
    )
    mode: Literal["baseline", "absolute", "by_speed"] = setting(
        "baseline",
        '"baseline" (the runner\'s own mean plus delta_deg), "absolute" (absolute_deg) or "by_speed" (the table at_speed)',
        live=True,
    )
    delta_deg: float = setting(3.0, "from the baseline to the middle of the band", live=True, ge=-200, le=200)
    absolute_deg: float = setting(18.0, "middle of the band in absolute mode", live=True, ge=-500, le=2000)
    half_width_deg: float = setting(2.0, "the band extends this far to either side", live=True, ge=0.01, le=200)
    left_add_deg: float = setting(
        0.0, "with two cameras: added to the middle of the left leg's band, in every mode", live=True, ge=-200, le=200
    )
    right_add_deg: float = setting(0.0, "the same for the right leg", live=True, ge=-200, le=200)
    at_speed: tuple[SpeedTarget, ...] = setting(
        _MEAN_RUNNERS,
        'Middle of the band by belt speed, for mode = "by_speed": one block per speed, with straight lines in between. '
        "The defaults are means of 28 treadmill runners. Needs the speed of [belt]; while it is not known, the target "
        "follows the baseline, and the screen shows this.",
        live=True,
        strict=False,  # TOML has lists
    )

    def add_deg(self, side: Literal["left", "right"] | None) -> float:
        """The amount added to the middle of a leg's band; `None`: the near leg of a single camera."""
        return {"left": self.left_add_deg, "right": self.right_add_deg, None: 0.0}[side]

    @model_validator(mode="after")
    def _makes_sense(self) -> "TargetSettings":
        of = MEASURES[self.measure]
        middles = {"absolute": (self.absolute_deg,), "by_speed": tuple(row.middle_deg for row in self.at_speed)}
        for middle in middles.get(self.mode, ()):
            key = "absolute_deg" if self.mode == "absolute" else "at_speed: middle_deg"
            for name, value in (
                (f"{key} = {middle:g}", middle),
                (f"{key} + left_add_deg = {middle + self.left_add_deg:g}", middle + self.left_add_deg),
                (f"{key} + right_add_deg = {middle + self.right_add_deg:g}", middle + self.right_add_deg),
            ):
                if not of.low <= value <= of.high:
                    limits = f"must be between {of.low:g} and {of.high:g} {of.unit.name}"
                    raise ValueError(f"{name}: {limits} for {self.measure}")
        if self.half_width_deg > (of.high - of.low) / 4:
            widest = f"{(of.high - of.low) / 4:g} {of.unit.name}"
            raise ValueError(f"half_width_deg = {self.half_width_deg:g}: must be at most {widest} for {self.measure}")
        if self.mode == "by_speed" and not self.at_speed:
            raise ValueError('mode = "by_speed" needs a [[target.at_speed]] block for each speed')
        for slower, faster in pairwise(self.at_speed):
            if slower.speed_kmh >= faster.speed_kmh:
                raise ValueError(
                    f"at_speed: speeds must increase, but {faster.speed_kmh:g} km/h follows {slower.speed_kmh:g} km/h"
                )
        return self


class CoachSettings(Section):
    """What applies to all cues."""

    spoken_every_s: float = setting(20.0, "at least this long between two spoken cues, of any rules", live=True, ge=0, le=600)
    speed_change_mps: float = setting(
        PACE_SPEED_MPS, "a larger change of belt speed pauses the cues until there is a new baseline", live=True, ge=0.05, le=5
    )
    cadence_change_pct: float = setting(PACE_CADENCE_PCT, "so does a larger sudden change of cadence", live=True, ge=1, le=50)
    new_baseline_strides: int = setting(10, "strides of the near leg in that new baseline", live=True, ge=5, le=100)


class GuardSettings(Section):
    """When asking for more would be wrong. Rules name these guards under "unless", or as their "when"."""

    arching_deg: float = setting(
        3.0,
        "arching: at push-off the trunk leans back this much more than at baseline (the back moves, not the hip)",
        live=True,
        ge=0.5,
        le=30,
    )
    slow_cadence_pct: float = setting(
        5.0, "slow_cadence: this far below baseline (steps get longer in front, not behind)", live=True, ge=1, le=50
    )
    low_quality_share: Fraction = setting(
        0.4, "low_quality: this share of the last strides is below analysis.min_quality", live=True
    )
    strides: int = setting(5, "strides of the near leg in these means and shares", live=True, ge=1, le=MAX_STRIDES)


class FadingSettings(Section):
    """Cues become fewer, so that runners learn to do without them."""

    percent_by_session: tuple[Percent, ...] = setting(
        (100, 100, 100, 100, 75, 50, 25, 0),
        "chance of a cue in session 1, 2 …; the last value holds from then on; guards do not fade",
        live=True,
        min_length=1,
        strict=False,
    )
    cues_on_s: float = setting(60.0, "length of the drill's blocks with cues", live=True, ge=1, le=86_400)
    cues_off_s: float = setting(30.0, "length of the first block without cues", live=True, ge=0, le=3600)
    cues_off_growth_s: float = setting(
        15.0,
        "each block without cues is this much longer than the one before; if this and cues_off_s are 0, cues never pause",
        live=True,
        ge=0,
        le=3600,
    )

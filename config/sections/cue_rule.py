"""The coach's rules: one [[cue]] block each."""

import math
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from config.measures import MEASURES
from config.mistakes import nearest
from config.sections.section import Section

SoundName = Literal["none", "push", "ease", "good", "guard", "lost", "phase"]
LegChoice = Literal["left", "right", "both", "worse"]
GUARDS = ("arching", "slow_cadence", "low_quality")
"""The built-in conditions, configured in [guard]."""
MAX_STRIDES = 50
"""Rules and guards look back at no more strides."""


class CueRule(Section):
    """One rule: when the runner is cued, and how."""

    model_config = ConfigDict(json_schema_extra={"required": ["name"]})  # a block with a known name may omit "when"

    name: str = Field(description="lower-case letters, digits and _", pattern=r"^[a-z][a-z0-9_]{0,31}$")
    enabled: bool = Field(True, description="false switches the rule off")
    when: str = Field(
        description='"MEASURE below band", "above band" or "in band" (when the runner returns to it, not for staying), a '
        'number as in "cadence below 160", or a guard, as in "arching"',
    )
    leg: LegChoice = Field(
        "both",
        description='with two cameras: "left", "right", "both" (their mean) or "worse" (the one farther from its band)',
    )
    strides: int = Field(5, ge=1, le=MAX_STRIDES, description="for this many consecutive strides of the leg")
    mean_strides: int = Field(5, ge=1, le=MAX_STRIDES, description="the condition is tested on the mean of this many of them")
    unless: tuple[str, ...] = Field(
        (), strict=False, description="guards, or names of other rules: no cue while one of them applies"
    )
    text: str = Field("", max_length=40, description="shown on the screen; at most five words")
    say: str = Field("", max_length=80, description='spoken; without a voice, and for "", the sound is played')
    sound: SoundName = Field("none", description='"push", "ease", "good", "guard", "lost", "phase" or "none"')
    every_s: float = Field(20.0, ge=0, le=600, description="at least this long between two cues of this rule")
    priority: int = Field(
        0, ge=-100, le=100, description="when several rules are due, the one of highest priority gives its cue"
    )

    @property
    def guard(self) -> str | None:
        """The guard that is this rule's condition; None: the condition is about a measure."""
        return self.when if self.when in GUARDS else None

    @model_validator(mode="after")
    def _makes_sense(self) -> "CueRule":
        if len(self.text.split()) > 5:
            raise ValueError(f"text: {self.text!r} has more than five words; a runner cannot read more")
        if self.name in GUARDS:
            raise ValueError(f"name: {self.name!r} is the name of a guard; choose another")
        if self.guard is None:
            measure, _, number = when_parts(self.when)
            of = MEASURES[measure]
            if number is not None and not of.low <= number <= of.high:
                raise ValueError(f"when: {self.when!r}: the number must be between {of.low:g} and {of.high:g} {of.unit.name}")
        return self


def when_parts(when: str) -> tuple[str, Literal["below", "above", "in"], float | None]:
    """A rule's condition as (measure, side, number); the number is None for the band. Raises ValueError."""
    words = when.split()
    if len(words) != 3:
        guards = "" if len(words) != 1 else nearest(when, GUARDS)
        raise ValueError(f'when: {when!r} must have three words, as in "hip_extension below band", or name a guard{guards}')
    measure, side, limit = words
    if measure not in MEASURES:
        raise ValueError(f"when: unknown measure {measure!r}{nearest(measure, tuple(MEASURES))}")
    if side == "in" and limit == "band":
        return measure, "in", None
    if side not in ("below", "above"):
        raise ValueError(f'when: {side!r} must be "below" or "above" (or "in" before "band")')
    checked: Literal["below", "above"] = "below" if side == "below" else "above"
    if limit == "band":
        return measure, checked, None
    try:
        number = float(limit)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f'when: {limit!r} must be "band" or a number')
    return measure, checked, number


DEFAULT_RULES = (
    CueRule(
        name="push",
        when="hip_extension below band",
        unless=("arching", "slow_cadence", "low_quality"),
        text="Push the belt behind you",
        say="Push the belt behind you",
        sound="push",
    ),
    CueRule(
        name="ease",
        when="hip_extension above band",
        unless=("low_quality",),
        text="Shorter, quicker steps",
        say="Shorter, quicker steps",
        sound="ease",
    ),
    CueRule(
        name="good",
        when="hip_extension in band",
        strides=3,
        unless=("arching", "low_quality"),
        text="That's it",
        sound="good",
        priority=-1,
    ),
    CueRule(
        name="tall",
        when="arching",
        unless=("low_quality",),
        text="Run tall, lean slightly forward",
        say="Run tall, lean slightly forward",
        sound="guard",
        every_s=30.0,
        priority=20,
    ),
    CueRule(
        name="quick",
        when="slow_cadence",
        unless=("low_quality",),
        text="Quicker steps",
        say="Quicker steps",
        sound="guard",
        every_s=30.0,
        priority=10,
    ),
)

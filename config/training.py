"""The settings of a training session: the target, the phases, the guards, the fading, the belt."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.measures import INFO, Measure
from config.section import Fraction, Section

Percent = Annotated[int, Field(ge=0, le=100)]
KMH_PER_MPS = 3.6


class SpeedTarget(Section):
    """One row of the table by belt speed."""

    speed_kmh: float = Field(ge=1, le=40)
    middle_deg: float = Field(ge=-100, le=2000, description="middle of the band at that speed")


# Thigh against vertical at its peak, mean of 28 treadmill runners (Fukuchi, Fukuchi & Duarte 2017, PeerJ 5:e3298).
_FUKUCHI_2017 = (
    SpeedTarget(speed_kmh=9.0, middle_deg=20.0),
    SpeedTarget(speed_kmh=12.6, middle_deg=26.0),
    SpeedTarget(speed_kmh=16.2, middle_deg=31.0),
)


class Target(Section):
    """What the runner aims at: a band, not a maximum. For a measure that is no angle its own unit stands for degrees."""

    measure: Measure = "hip_extension"
    mode: Literal["baseline", "absolute", "by_speed"] = Field(
        "baseline",
        description="baseline: the runner's own mean plus delta_deg; absolute: absolute_deg; by_speed: the table at_speed",
    )
    delta_deg: float = Field(3.0, ge=-200, le=200, description="how much more than the baseline")
    absolute_deg: float = Field(18.0, ge=-500, le=2000, description="middle of the band in absolute mode")
    half_width_deg: float = Field(2.0, ge=0.01, le=200, description="the band reaches this far to either side")
    at_speed: tuple[SpeedTarget, ...] = Field(
        _FUKUCHI_2017, strict=False, description="middle of the band by belt speed; in between on straight lines"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> "Target":
        of = INFO[self.measure]
        middles = {"absolute": (self.absolute_deg,), "by_speed": tuple(row.middle_deg for row in self.at_speed)}
        for middle in middles.get(self.mode, ()):
            if not of.least <= middle <= of.most:
                key = "absolute_deg" if self.mode == "absolute" else "at_speed: middle_deg"
                raise ValueError(f"{key} = {middle:g}: {self.measure} lies between {of.least:g} and {of.most:g} {of.unit}")
        if self.half_width_deg > (of.most - of.least) / 4:
            widest = f"{(of.most - of.least) / 4:g} {of.unit}"
            raise ValueError(f"half_width_deg = {self.half_width_deg:g}: for {self.measure} must be at most {widest}")
        if self.mode == "by_speed" and not self.at_speed:
            raise ValueError('mode = "by_speed" needs a [[target.at_speed]] block for each speed')
        for slower, faster in pairwise(self.at_speed):
            if slower.speed_kmh >= faster.speed_kmh:
                raise ValueError(f"at_speed: {faster.speed_kmh:g} km/h must come before {slower.speed_kmh:g} km/h, and once")
        return self


class Session(Section):
    """The phases of a session, who runs, and where it is kept. A length of 0 leaves its phase out."""

    runner: str = Field("", max_length=40, description='a nickname; "" for anybody, who is always in session 1')
    session_number: int = Field(
        0,
        ge=0,
        le=10_000,
        description="of a named runner, from 1; cues fade with it. 0: counted from the stored sessions at the start",
    )
    stand_s: float = Field(3.0, ge=0, le=60, description="standing still beside the belt: the zero of the angles")
    stand_skip_s: float = Field(10.0, ge=0, le=600, description="who runs for this long without standing first goes on without")
    warm_up_s: float = Field(240.0, ge=0, le=3600, description="running without cues before the baseline")
    baseline_s: float = Field(60.0, ge=0, le=600, description="running without cues, to learn the runner's own mean")
    drill_s: float = Field(900.0, ge=0, le=86_400, description="running with cues")
    retention_s: float = Field(120.0, ge=0, le=3600, description="running without cues: what has stayed?")
    summary_s: float = Field(45.0, ge=0, le=3600, description="how long the card at the end stays")
    step_off_s: float = Field(10.0, ge=1, le=600, description="not running for this long ends the session")
    folder: str = Field("sessions", min_length=1, description="sessions are saved in folders under this one")
    keep_days: int = Field(0, ge=0, le=36_500, description="older sessions are removed at the next start; 0: never")
    store_url: str = Field(
        "",
        max_length=500,
        description='all sessions: "" is a file under HIPCUE_HOME, "postgresql://user@host/database" a server, "none" none',
    )
    store_video: bool = Field(False, description="each session's video in its folder; a red dot is on the screen meanwhile")
    lsl: bool = Field(False, description="a live Lab Streaming Layer outlet, which anybody in the local network may read")


class Coach(Section):
    """What holds for all cues."""

    spoken_every_s: float = Field(20.0, ge=0, le=600, description="at least this long between two cues that speak")
    speed_change_mps: float = Field(0.3, ge=0.05, le=5, description="a belt that changes by more: a new baseline")
    cadence_change_pct: float = Field(4.0, ge=1, le=50, description="a sudden change by more: a new baseline")
    new_baseline_strides: int = Field(10, ge=5, le=100, description="near strides of a new baseline within the drill")


class Guard(Section):
    """When "more" would be the wrong thing to ask for. A rule names these under `unless`, or as its `when`."""

    arching_deg: float = Field(3.0, ge=0.5, le=30, description="trunk at push-off leans back this much more than at baseline")
    slow_cadence_pct: float = Field(5.0, ge=1, le=50, description="cadence this much below baseline")
    low_quality_share: Fraction = Field(0.4, description="this share of the last near strides below analysis.min_quality")
    strides: int = Field(5, ge=1, le=50, description="means and shares are over this many near strides")


class Fading(Section):
    """How cues get fewer, so that the runner learns to do without."""

    percent_by_session: tuple[Percent, ...] = Field(
        (100, 100, 100, 100, 75, 50, 25, 0),
        min_length=1,
        strict=False,
        description="chance of a cue in session 1, 2, …; the last one holds on; guards do not fade",
    )
    cues_on_s: float = Field(60.0, ge=1, le=86_400, description="the drill's blocks with cues last this long")
    cues_off_s: float = Field(30.0, ge=0, le=3600, description="and the first block without")
    cues_off_growth_s: float = Field(15.0, ge=0, le=3600, description="every block without is this much longer than the last")


class Belt(Section):
    """The treadmill's belt."""

    source: Literal["none", "typed", "ftms"] = Field(
        "none", description="typed: speed_kmh and the keys + and -; ftms: Bluetooth, read only"
    )
    speed_kmh: float = Field(0.0, ge=0, le=40, description="at the start, if typed; 0: not known yet")
    incline_pct: float = Field(0.0, ge=-20, le=60, description="if typed")
    device: str = Field("", max_length=80, description='part of the treadmill\'s Bluetooth name; "" takes the first')

"""Every setting: its name with its unit, its type, its limits and what it means. Frozen; unknown keys are refused."""

import math
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from config.measures import INFO, MEASURES
from config.section import Fraction, Section, nearest
from config.training import Belt, Coach, Fading, Guard, Session, Target

LEAST_ZONE = 0.05
_ROUNDING = 1e-9

SoundName = Literal["none", "push", "ease", "good", "guard", "lost", "phase"]
GUARDS = ("arching", "slow_cadence", "low_quality")
"""Conditions that are built in; [guard] says when they hold."""


class Zone(Section):
    """The part of the camera's picture that holds the treadmill, in fractions of its width and height."""

    left: Fraction = 0.0
    top: Fraction = 0.0
    right: Fraction = 1.0
    bottom: Fraction = 1.0

    @model_validator(mode="after")
    def _not_empty(self) -> "Zone":
        if min(self.right - self.left, self.bottom - self.top) < LEAST_ZONE - _ROUNDING:
            raise ValueError(f"right must be at least {LEAST_ZONE} more than left, and bottom {LEAST_ZONE} more than top")
        return self


class Capture(Section):
    """The camera."""

    source: str = Field(
        "0",
        min_length=1,
        description='camera number or device ("0", "/dev/video0"), video file, "rtsp://…", "http://…" or "synthetic:…"',
    )
    loop: bool = Field(False, description="start a recorded file again at its end")
    width_px: int = Field(1280, ge=160, le=7680, description="asked of a webcam")
    height_px: int = Field(720, ge=120, le=4320, description="asked of a webcam")
    fps: float = Field(60.0, ge=5, le=240, description="asked of a webcam")
    pixel_format: Literal["MJPG", "YUYV", "any"] = Field("MJPG", description="asked of a webcam")
    max_side_px: int = Field(
        1280,
        ge=256,
        le=4096,
        description="larger pictures are scaled down, by a half, a third …, until their longer side is at most this",
    )
    zone: Zone = Zone()


class Analysis(Section):
    """The measurement."""

    backend: Literal["auto", "openvino", "mediapipe"] = Field(
        "auto",
        description="which program runs the pose model; they agree, openvino takes about half the time; "
        "auto: openvino, or mediapipe where that cannot run",
    )
    model: Literal["lite", "full", "heavy"] = Field("full", description="size of the pose model; full comes with HipCue")
    model_folder: str = Field("", description="where pose_landmark_lite.tflite or pose_landmark_heavy.tflite lies")
    device: str = Field(
        "CPU", pattern=r"^[A-Z]+(\.[0-9]+)?$", description='processor that openvino uses: "CPU", "GPU", "GPU.1", "NPU"'
    )
    threads: int = Field(0, ge=0, le=64, description="of the pose model on the CPU; 0: two where there are two cores")
    facing: Literal["auto", "right", "left"] = Field(
        "auto", description="where the runner faces in the picture; auto finds out once and keeps it"
    )
    camera_roll_deg: float = Field(
        0.0, ge=-30, le=30, description="how far the camera hangs turned clockwise, seen from behind it"
    )
    min_quality: Fraction = Field(0.5, description="a stride below this is shown grey and never cued")
    max_age_ms: float = Field(250.0, ge=20, le=2000, description="older frames and strides are never measured or cued from")


class Cue(Section):
    """One rule: when the runner is prompted, and how. In a file a block of a known name need not repeat what stays."""

    model_config = ConfigDict(json_schema_extra={"required": ["name"]})

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    enabled: bool = Field(True, description="false switches the rule off")
    when: str = Field(
        description='"MEASURE below band", "MEASURE above band", "MEASURE in band", a number for "band", or the name of a guard'
    )
    strides: int = Field(5, ge=1, le=50, description="for this many strides of the near leg running")
    mean_strides: int = Field(5, ge=1, le=50, description="what is judged is the mean of this many near strides")
    unless: tuple[str, ...] = Field(
        (), strict=False, description="guards, or names of other rules: silent while one of them holds"
    )
    text: str = Field("", max_length=40, description="on screen; at most five words")
    say: str = Field("", max_length=80, description="what the voice says; without a voice the sound is played")
    sound: SoundName = "none"
    every_s: float = Field(20.0, ge=0, le=600, description="at least this long between two cues of this rule")
    priority: int = Field(0, ge=-100, le=100, description="of several rules that hold at once the highest speaks")

    @property
    def guard(self) -> str | None:
        """The guard that this rule speaks for; None: it has a condition of its own."""
        return self.when if self.when in GUARDS else None

    @model_validator(mode="after")
    def _makes_sense(self) -> "Cue":
        if len(self.text.split()) > 5:
            raise ValueError(f"text: {self.text!r} has more than five words; a runner cannot read more")
        if self.name in GUARDS:
            raise ValueError(f"name: {self.name!r} is the name of a guard; choose another")
        if self.guard is None:
            measure, _, number = when_parts(self.when)
            of = INFO[measure]
            if number is not None and not of.least <= number <= of.most:
                raise ValueError(f"when: {self.when!r}: {measure} lies between {of.least:g} and {of.most:g} {of.unit}")
        return self


def when_parts(when: str) -> tuple[str, Literal["below", "above", "in"], float | None]:
    """A rule's condition as (measure, side, number); the number is None for the band. Raises ValueError."""
    words = when.split()
    if len(words) != 3:
        guards = "" if len(words) != 1 else nearest(when, GUARDS)
        raise ValueError(f'when: {when!r} must have three words, as in "hip_extension below band", or name a guard{guards}')
    measure, side, limit = words
    if measure not in MEASURES:
        raise ValueError(f"when: unknown measure {measure!r}{nearest(measure, MEASURES)}")
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


class Audio(Section):
    """Sound."""

    enabled: bool = True
    device: str = Field("", description="part of the sound device's name; \"\" takes the system's default")
    volume: Fraction = 0.6
    speak: bool = Field(True, description="say what the rules say; false plays their sounds instead")
    stride_tone: bool = Field(False, description="a tone on every push-off of the near leg; its pitch follows the value")
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[a-z0-9]+)*$", description="of the voice, as in en, en-gb, de")
    voice_folder: str = Field("", description='a folder of your own recordings, one per rule: "push.wav"; "" has none')
    sample_rate_hz: Literal[22050, 44100, 48000] = 48000
    block_frames: int = Field(256, ge=64, le=4096, description="smaller sounds sooner, larger survives a busy machine")


class Display(Section):
    """The screen."""

    mode: Literal["auto", "fullscreen", "window", "headless"] = Field(
        "auto",
        description="auto: full screen, or without a screen a line per stride in the terminal",
    )
    width_px: int = Field(1280, ge=320, le=7680, description="of a window, and of the headless screenshot")
    height_px: int = Field(720, ge=240, le=4320, description="of a window, and of the headless screenshot")
    fps: float = Field(60.0, ge=5, le=240, description="how often the screen is drawn at most")
    mirror: bool = Field(False, description="show the picture as in a mirror")
    max_lines_age_ms: float = Field(
        150.0, ge=20, le=2000, description="a picture whose lines come later than this is shown without them"
    )


class Network(Section):
    """Other machines."""

    publish: str = Field(
        "ipc",
        pattern=r"^(ipc|tcp://[^/\s]+:[0-9]{1,5})$",
        description='"ipc": this machine alone; "tcp://0.0.0.0:7660": also machines whose keys are allowed',
    )


class Settings(Section):
    """All settings of the program."""

    capture: Capture = Capture()
    analysis: Analysis = Analysis()
    target: Target = Target()
    session: Session = Session()
    coach: Coach = Coach()
    guard: Guard = Guard()
    fading: Fading = Fading()
    belt: Belt = Belt()
    cue: tuple[Cue, ...] = Field((), strict=False)  # TOML has lists
    """All of them; `rules` are those that are not switched off."""
    audio: Audio = Audio()
    display: Display = Display()
    network: Network = Network()

    @property
    def rules(self) -> tuple[Cue, ...]:
        """The rules that hold."""
        return tuple(cue for cue in self.cue if cue.enabled)

    @model_validator(mode="after")
    def _rules_fit_together(self) -> "Settings":
        names = [cue.name for cue in self.cue]
        for cue in self.cue:
            if names.count(cue.name) > 1:
                raise ValueError(f"cue: two rules are named {cue.name!r}; each needs a name of its own")
            for other in cue.unless:
                if other not in (*GUARDS, *names):
                    hint = nearest(other, [*GUARDS, *names])
                    raise ValueError(f'cue "{cue.name}": unless: {other!r} is neither a guard nor a rule{hint}')
                if other == cue.name:
                    raise ValueError(f'cue "{cue.name}": unless: a rule cannot silence itself')
            of_band = cue.enabled and cue.guard is None and "band" in cue.when.split()
            if of_band and cue.when.split()[0] != self.target.measure:
                band = f"the band is of {self.target.measure}"
                raise ValueError(f'cue "{cue.name}": when: {cue.when!r}: {band}; write a number for others, or enabled = false')
        return self

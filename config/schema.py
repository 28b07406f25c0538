"""Every setting: its name with its unit, its type, its limits and what it means. Frozen; unknown keys are refused."""

import difflib
import math
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
LEAST_ZONE = 0.05
_ROUNDING = 1e-9

Measure = Literal[
    "hip_extension",
    "hip_extension_trunk",
    "thigh_excursion",
    "knee_drive",
    "knee",
    "ankle",
    "trunk_lean",
    "cadence",
]
MEASURES: tuple[str, ...] = get_args(Measure)
"""Measures of a stride that a cue rule may speak of."""
SoundName = Literal["none", "push", "ease", "good", "guard", "lost", "phase"]


class Section(BaseModel):
    """Base of all sections."""

    # Strict: text or true where a number belongs is a mistake, not a number.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


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
        960, ge=256, le=4096, description="pictures are scaled down so that their longer side is at most this"
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


class Target(Section):
    """What the runner aims at: a band, not a maximum."""

    measure: Measure = "hip_extension"
    mode: Literal["baseline", "absolute"] = Field(
        "baseline", description="baseline: the runner's own mean plus delta_deg; absolute: absolute_deg"
    )
    delta_deg: float = Field(3.0, ge=-20, le=20, description="how much more than the baseline")
    absolute_deg: float = Field(18.0, ge=-60, le=120, description="middle of the band in absolute mode")
    half_width_deg: float = Field(2.0, ge=0.5, le=20, description="the band reaches this far to either side")


class Session(Section):
    """The phases of a session and where it is kept."""

    warm_up_s: float = Field(240.0, ge=0, le=3600, description="running without cues before the baseline")
    baseline_s: float = Field(60.0, ge=0, le=600, description="running without cues, to learn the runner's own mean")
    folder: str = Field("sessions", min_length=1, description="sessions are saved in folders under this one")


class Cue(Section):
    """One rule: when the runner is prompted, and how."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    when: str = Field(description='"MEASURE below band", "MEASURE above band", "MEASURE in band", or a number for "band"')
    strides: int = Field(5, ge=1, le=50, description="for this many strides of the near leg running")
    text: str = Field("", max_length=40, description="on screen; at most five words")
    say: str = Field("", max_length=80, description="what the voice says; without a voice the sound is played")
    sound: SoundName = "none"
    every_s: float = Field(20.0, ge=0, le=600, description="at least this long between two cues of this rule")
    priority: int = Field(0, ge=-100, le=100, description="of several rules that hold at once the highest speaks")

    @model_validator(mode="after")
    def _few_words(self) -> "Cue":
        if len(self.text.split()) > 5:
            raise ValueError(f"text: {self.text!r} has more than five words; a runner cannot read more")
        when_parts(self.when)
        return self


def when_parts(when: str) -> tuple[str, Literal["below", "above", "in"], float | None]:
    """A rule's condition as (measure, side, number); the number is None for the band. Raises ValueError."""
    words = when.split()
    if len(words) != 3:
        raise ValueError(f'when: {when!r} must have three words, as in "hip_extension below band"')
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


def nearest(word: str, known: tuple[str, ...] | list[str]) -> str:
    """A hint for a misspelt name: ` (did you mean …?)`, or the list of all names."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"


class Audio(Section):
    """Sound."""

    enabled: bool = True
    device: str = Field("", description="part of the sound device's name; \"\" takes the system's default")
    volume: Fraction = 0.6
    speak: bool = Field(True, description="say what the rules say; false plays their sounds instead")
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


class Settings(Section):
    """All settings of the program."""

    capture: Capture = Capture()
    analysis: Analysis = Analysis()
    target: Target = Target()
    session: Session = Session()
    cue: tuple[Cue, ...] = Field((), strict=False)  # TOML has lists
    audio: Audio = Audio()
    display: Display = Display()

    @model_validator(mode="after")
    def _names_differ(self) -> "Settings":
        names = [cue.name for cue in self.cue]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"cue: two rules are named {name!r}; each needs a name of its own")
        return self

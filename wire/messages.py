"""The messages, as typed structs with meanings and units. Frames are in wire/frames/frame.py.

Angles are degrees with the signs of docs/measures.md: thigh + in front of the body, knee + flexed, ankle + dorsiflexed,
trunk lean + forward, hip extension + extension. Points are (x, y) in pixels of the frame, x right, y down.
A measure that could not be measured is None, never NaN.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from wire.faults import FaultCode, NoticeCode, SampleState

Facing = Literal["right", "left"]
LegName = Literal["near", "far"]
Side = Literal["left", "right"]
"""A side of the runner's body."""
CameraName = Literal["main", "other_side"]
"""A lane's cameras: that of [capture], and that of [capture.other_side], which sees the other leg near."""
Point = tuple[float, float]


def side_of(leg: LegName, facing: Facing) -> Side:
    """The side of the body that a leg belongs to: a runner who faces right shows the camera the right side.

    >>> side_of("near", "right"), side_of("far", "right")
    ('right', 'left')
    """
    return facing if leg == "near" else opposite(facing)


def opposite(side: Side) -> Side:
    """The opposite side or facing: cameras on the two sides of a runner see them face opposite ways."""
    return "left" if side == "right" else "right"


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all messages: immutable, and an unknown field makes a message malformed."""


class Stamps(Message, frozen=True):
    """Monotonic times of one frame's way through the program, nanoseconds; 0: not reached."""

    capture_ns: int
    read_ns: int = 0
    frame_published_ns: int = 0
    frame_received_ns: int = 0
    pose_started_ns: int = 0
    pose_ended_ns: int = 0
    published_ns: int = 0


class Leg(Message, frozen=True):
    """One leg in one frame. Points are None where the leg was not seen."""

    thigh_deg: float | None = None
    knee_deg: float | None = None
    ankle_deg: float | None = None
    hip_px: Point | None = None
    knee_px: Point | None = None
    ankle_px: Point | None = None
    heel_px: Point | None = None
    toe_px: Point | None = None


class Sample(Message, frozen=True):
    """What was measured in one frame, at once and never revised; and the settled value of an earlier one."""

    epoch: int
    frame_seq: int
    frame_index: int
    stamps: Stamps
    width_px: int
    height_px: int
    state: SampleState
    facing: Facing | None
    near: Leg
    far: Leg
    shoulder_px: Point | None
    trunk_lean_deg: float | None
    cadence_spm: float | None
    quality: float
    """0 to 1."""
    standing_thigh_deg: float | None = None
    """The zero of hip extension from quiet standing; None: uncalibrated."""
    settled_frame_index: int | None = None
    """The earlier frame that the two settled values belong to."""
    near_thigh_settled_deg: float | None = None
    far_thigh_settled_deg: float | None = None
    next_peak_ns: int | None = None
    """When the near leg's next peak of extension is predicted; None: unsure."""
    next_peak_sd_ms: float | None = None
    """Standard deviation of the recent errors of that prediction."""
    camera_roll_deg: float = 0.0
    """The camera's roll that the angles are corrected for: clockwise, seen from behind the camera."""
    camera: CameraName = "main"


class Belt(Message, frozen=True):
    """The treadmill's state, as far as it is known."""

    at_ns: int
    speed_mps: float | None
    incline_pct: float | None
    source: Literal["config", "typed", "ftms"]
    cadence_spm: float | None = None
    """Steps per minute from a foot pod."""


class Stride(Message, frozen=True):
    """One stride of one leg, read at its peak of hip extension. Final: a stride is never revised.

    A measure that other code reads by name has a field; `measures` holds all others; `value` reads both.
    """

    number: int
    leg: LegName
    t_peak_ns: int
    t_known_ns: int
    """Capture time of the frame that decided it."""
    hip_extension_deg: float
    """-(thigh_min_deg - standing zero); the headline number."""
    thigh_min_deg: float
    """Settled peak of the thigh angle against vertical, not zeroed (negative: behind)."""
    standing_thigh_deg: float | None
    """The zero from quiet standing; None: uncalibrated, the zero is vertical."""
    stamps: Stamps
    """Times of the frame that decided it."""
    stride_time_s: float | None = None
    cadence_spm: float | None = None
    quality: float = 0.0
    measures: Mapping[str, float | None] = {}
    """All other measures by column, as in "knee_deg" (the table of measures: config/measures.py)."""
    belt_speed_mps: float | None = None
    incline_pct: float | None = None
    predicted_off_ms: float | None = None
    """Predicted minus measured time of this peak (analysis/gait/prediction.py); None: it was not predicted."""
    side: Side | None = None
    """The leg's side of the body; None: the facing is not known."""
    camera: CameraName = "main"
    """The camera that measured it. With two cameras, both measure each leg; that of the camera that sees it near counts."""
    zero_correction_deg: float | None = None
    """How much the zeros of hip extension were lowered, because the pose model reads quiet standing differently from push-off;
    0: this model is not corrected; None: uncalibrated."""
    pair_correction_deg: float = 0.0
    """How much `hip_extension_deg` was lowered, and `thigh_min_deg` raised, so that both cameras read alike
    (analysis/pair_correction.py); 0 with one camera."""

    def value(self, column: str) -> float | None:
        """The value of a measure by its column; None: it was not measured."""
        value: float | None = getattr(self, column) if column in self.__struct_fields__ else self.measures.get(column)
        return value

    def lowered(self, by_deg: float) -> "Stride":
        """The stride with hip extension lowered by so many degrees, and the thigh's peak raised by as many."""
        return msgspec.structs.replace(
            self, hip_extension_deg=self.hip_extension_deg - by_deg, thigh_min_deg=self.thigh_min_deg + by_deg
        )


STRIDE_TONE = "stride_tone"
"""The rule name of the tone on a push-off (feedback/coach/tone.py)."""


class RecentStrides(Message, frozen=True):
    """The last strides again, oldest first, for a reader that needs every stride and was away for some seconds."""

    strides: tuple[Stride, ...]


class Cue(Message, frozen=True):
    """A prompt to the runner."""

    rule: str
    text: str
    """On screen; at most five words."""
    sound: str
    """Name of a sound (feedback/audio/engine/sounds.py), "" for none."""
    reason: str
    """Why, for the session's record and the coach."""
    stride_number: int
    t_peak_ns: int
    decided_ns: int
    say: str = ""
    """Words for the voice; "": none."""
    play_at_ns: int | None = None
    """When to play the sound; None: at once."""
    pitch_hz: float | None = None
    """Pitch of a tone that follows the value; None: the sound's own."""
    stamps: Stamps | None = None
    """Times of the frame that decided the stride."""


class Played(Message, frozen=True):
    """A sound that left for the sound card."""

    rule: str
    sound: str
    stride_number: int
    requested_ns: int
    """When the coach decided it."""
    dac_ns: int
    """When its first sample reaches the sound card's output, by the card's clock."""
    silent: bool
    """True: there is no sound device, so nothing was audible."""


class Band(Message, frozen=True):
    """The target: a range, not a maximum."""

    low_deg: float
    high_deg: float


SessionMode = Literal["session", "open_gym"]
"""Whether the lane trains an assigned runner, or measures anyone who steps on, as a guest."""
PhaseName = Literal["idle", "stand", "warm_up", "baseline", "drill", "retention", "summary"]


class PhaseResult(Message, frozen=True):
    """The near leg's trusted strides of one phase, in the target's measure."""

    strides: int
    mean: float
    sd: float
    in_band: float | None
    """Share of the strides inside the band, 0 to 1; None: there was no band."""


AdviceName = Literal["hip_flexor_mobility", "glute_activation_lost", "glute_activation_kept", "lumbar_pelvic_control"]
"""One thing to practise, chosen by what was measured; wire/texts.py has the words."""


class Summary(Message, frozen=True):
    """The results of a session."""

    baseline: PhaseResult | None
    drill: PhaseResult | None
    retention: PhaseResult | None
    best_streak: int
    """Most consecutive strides of the drill in the band."""
    practise: tuple[AdviceName, ...]


class Notice(Message, frozen=True):
    """A notice about the session; wire/texts.py has the words."""

    code: NoticeCode
    measure: str = ""
    """The measure that is missing."""
    keys: tuple[str, ...] = ()
    """Settings that apply at the next start."""


class SideTarget(Message, frozen=True):
    """The target of one leg of a lane with two cameras."""

    band: Band | None
    baseline_deg: float | None
    baseline_sd_deg: float | None = None


class Phase(Message, frozen=True):
    """The state of the session."""

    name: PhaseName
    measure: str
    band: Band | None
    baseline_deg: float | None
    ends_ns: int | None
    paused: bool
    muted: bool
    baseline_sd_deg: float | None = None
    cueing: bool = False
    """Whether cues may sound now: in the drill, in a block with cues."""
    hide_value: bool = False
    """Whether the screen hides the runner's number, as in silent phases."""
    min_quality: float = 0.0
    """Strides of lower quality do not count, 0 to 1."""
    form_first: bool = False
    """A guard is active: neither "more" nor "good" is appropriate, whatever the number is."""
    runner: str = ""
    """The runner's name; "": a guest, as everybody in an open gym."""
    session_number: int | None = None
    """Number of a named runner's session, from 1."""
    notice: Notice | None = None
    """For instance, why the target cannot be used."""
    summary: Summary | None = None
    """Set in the phase "summary"."""
    sides: Mapping[Side, SideTarget] = {}
    """With two cameras, each leg's target; the band and the baseline above are then those of the main camera's near leg."""
    mode: SessionMode = "session"
    calibration_sd_deg: float = 0.0
    """Standard deviation of the cameras' difference, if it is corrected (hipcue calibrate-sides); 0: it is not."""


class ConfigState(Message, frozen=True):
    """The settings in force."""

    version: int
    """Counts from 1 with every accepted change."""
    settings_json: str
    """All settings, as JSON that config.settings.Settings accepts."""
    waiting: tuple[str, ...] = ()
    """Keys whose changes apply at the next start."""


class Latency(Message, frozen=True):
    """Percentiles of one stage, milliseconds. Never a mean: means hide the delays that people notice."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class Fault(Message, frozen=True):
    """Something is wrong with a process, its device or its files. wire/texts.py has the words."""

    code: FaultCode
    process: str
    since_ns: int
    device: str = ""
    """The camera, sound device, folder, address or process, without passwords."""
    cause: str = ""
    """The reason given by the operating system or a library. Shown in brackets, never interpreted."""
    value: float | None = None
    """The value found, such as frames per second; its unit depends on the code (wire/texts.py)."""
    expected: float | None = None


State = Literal["starting", "running", "degraded", "ended", "failed"]


class Health(Message, frozen=True):
    """What a process reports about itself."""

    process: str
    pid: int
    state: State
    """"degraded": it runs, and a fault keeps it from doing all of its work."""
    at_ns: int
    loops: int
    """Rounds of the hot loop; stamped inside it, so that a hung loop is seen."""
    facts: dict[str, str]
    """For people only, never interpreted: camera mode, sound device, pose backend."""
    counters: dict[str, int]
    latency: dict[str, Latency]
    """By stage (wire/health/stages.py), since the process began."""
    recent: dict[str, Latency] = {}
    """The same for the last seconds."""
    faults: tuple[Fault, ...] = ()
    """All present faults, the oldest first."""
    stores_video: bool = False
    """Whether the recorder is storing pictures of the runner."""
    session: str = ""
    """Id of the session that the recorder is writing; "": none."""
    resting: bool = False
    """Nobody has been in view for a while, so the process works a few times a second only (analysis, capture)."""


CommandName = Literal[
    "pause",
    "mute",
    "quit",
    "calibrate",
    "faster",
    "slower",
    "belt",
    "next_phase",
    "end_session",
    "pairing_code",
    "assign",
    "replay",
]
"""quit ends the program, end_session only the session. pairing_code shows the code that pairs a tablet, or the next one.
assign names the next runner: the lane's console writes it into the settings file. replay shows the last seconds on the lane's
big screen once more, or ends that."""


class Command(Message, frozen=True):
    """A key pressed by the runner or the coach, or a button of the console."""

    name: CommandName
    speed_mps: float | None = None
    """With "belt": the speed that the treadmill shows; None: it stays as it is."""
    incline_pct: float | None = None
    """With "belt": the incline, likewise."""
    runner: str = ""
    """With "assign": the next runner; "": a guest."""
    mode: SessionMode = "session"
    """With "assign"."""


class PairingCode(Message, frozen=True):
    """The QR code on the big screen that pairs a tablet with the console."""

    address: str
    """With a token that works once; "": show no code."""
    role: Literal["viewer", "coach"] = "viewer"
    """The role of the paired device."""
    ends_ns: int = 0
    """When the token expires."""


class ReportLink(Message, frozen=True):
    """The QR code beside the summary, which opens the report on the runner's phone."""

    address: str
    """With a token that opens this one report; "": show no code."""
    ends_ns: int = 0
    """When the token expires."""

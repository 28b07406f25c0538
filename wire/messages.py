"""The messages, as typed structs; what they mean and in which units. Frames are in wire/frames/frame.py.

Angles are degrees with the signs of docs/measures.md: thigh + in front of the body, knee + flexed, ankle + dorsiflexed,
trunk lean + forward, hip extension + extension. Points are (x, y) in pixels of the frame, x right, y down.
A measure that could not be taken is None, never NaN.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from wire.faults import FaultCode, NoticeCode, SampleState

Facing = Literal["right", "left"]
LegName = Literal["near", "far"]
Side = Literal["left", "right"]
"""Of the runner's body."""
CameraName = Literal["main", "other_side"]
"""Of a lane: the camera of [capture], and that of [capture.other_side], which sees the other leg near."""
Point = tuple[float, float]


def side_of(leg: LegName, facing: Facing) -> Side:
    """The side of the body that a leg belongs to: a runner who faces right shows the camera the right side.

    >>> side_of("near", "right"), side_of("far", "right")
    ('right', 'left')
    """
    return facing if leg == "near" else opposite(facing)


def opposite(side: Side) -> Side:
    """The other side, or the other way to face: two cameras on either side of a runner see them face opposite ways."""
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
    """How far off that prediction has lately been, one standard deviation."""
    camera_roll_deg: float = 0.0
    """The camera's roll that was taken out of the angles: clockwise, seen from behind the camera."""
    camera: CameraName = "main"


class Belt(Message, frozen=True):
    """What the treadmill does, as far as it is known."""

    at_ns: int
    speed_mps: float | None
    incline_pct: float | None
    source: Literal["config", "typed", "ftms"]
    cadence_spm: float | None = None
    """Steps per minute by a foot pod."""


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
    """Of the frame that decided it."""
    stride_time_s: float | None = None
    cadence_spm: float | None = None
    quality: float = 0.0
    measures: Mapping[str, float | None] = {}
    """All other measures by column, as in "knee_deg" (the table of measures: config/measures.py)."""
    belt_speed_mps: float | None = None
    incline_pct: float | None = None
    predicted_off_ms: float | None = None
    """How much later than this peak it had been predicted (analysis/gait/prediction.py); None: it had not been."""
    side: Side | None = None
    """Of the body; None: it is not known which way the runner faces."""
    camera: CameraName = "main"
    """By which it was measured. With two cameras each side has two strides, and that of the camera that sees it near counts."""

    def value(self, column: str) -> float | None:
        """The value of a measure by its column; None: it was not taken."""
        value: float | None = getattr(self, column) if column in self.__struct_fields__ else self.measures.get(column)
        return value


STRIDE_TONE = "stride_tone"
"""Stands in a cue where a rule's name does, for the tone on a push-off (feedback/coach/tone.py)."""


class RecentStrides(Message, frozen=True):
    """The last strides once more, oldest first: a reader that must have every one may have been away for some seconds."""

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
    """What the voice says; "": nothing."""
    play_at_ns: int | None = None
    """When the sound is to be heard; None: at once."""
    pitch_hz: float | None = None
    """Of a tone that follows the value; None: the sound's own."""
    stamps: Stamps | None = None
    """Of the frame that decided the stride."""


class Played(Message, frozen=True):
    """A sound that left for the sound card."""

    rule: str
    sound: str
    stride_number: int
    requested_ns: int
    """When the coach decided it."""
    dac_ns: int
    """When its first sample reaches the sound card's output, as the card's clock has it."""
    silent: bool
    """True: there is no sound device, nothing was heard."""


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
    """What the session brought."""

    baseline: PhaseResult | None
    drill: PhaseResult | None
    retention: PhaseResult | None
    best_streak: int
    """Most strides of the drill in the band, one after the other."""
    practise: tuple[AdviceName, ...]


class Notice(Message, frozen=True):
    """What is worth knowing about the session; wire/texts.py has the words."""

    code: NoticeCode
    measure: str = ""
    """The measure that is missing."""
    keys: tuple[str, ...] = ()
    """Settings that apply at the next start."""


class SideTarget(Message, frozen=True):
    """What one leg of a two-camera lane aims for."""

    band: Band | None
    baseline_deg: float | None
    baseline_sd_deg: float | None = None


class Phase(Message, frozen=True):
    """Where the session stands."""

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
    """Whether the runner's own number is kept from the screen, so that a silent phase is one."""
    min_quality: float = 0.0
    """Strides of lower quality do not count, 0 to 1."""
    form_first: bool = False
    """A guard holds: neither "more" nor "good" is the right word, whatever the number says."""
    runner: str = ""
    """Empty: a guest, as everybody is in an open gym."""
    session_number: int | None = None
    """Of a named runner, from 1."""
    notice: Notice | None = None
    """Such as what keeps the target from being used."""
    summary: Summary | None = None
    """With the phase "summary"."""
    sides: Mapping[Side, SideTarget] = {}
    """With two cameras, of each leg; the band and the baseline above are then those of the main camera's near leg."""
    mode: SessionMode = "session"
    calibration_sd_deg: float = 0.0
    """Standard deviation of the cameras' difference, if it is corrected (hipcue calibrate-sides); 0: it is not."""


class ConfigState(Message, frozen=True):
    """The settings that hold."""

    version: int
    """Counts from 1 with every accepted change."""
    settings_json: str
    """All settings, as JSON that config.settings.Settings accepts."""
    waiting: tuple[str, ...] = ()
    """Keys whose changes apply at the next start."""


class Latency(Message, frozen=True):
    """Percentiles of one stage, milliseconds. Never a mean: means hide what is felt."""

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
    """Which camera, sound device, folder, address or process; as it may be shown, without passwords."""
    cause: str = ""
    """What the operating system or a library gave as the reason. Shown in brackets, never interpreted."""
    value: float | None = None
    """What was found, such as frames per second; its unit is the code's (wire/texts.py)."""
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
    """The same of the last seconds."""
    faults: tuple[Fault, ...] = ()
    """All present faults, the oldest first."""
    stores_video: bool = False
    """The recorder keeps pictures of the runner just now."""
    session: str = ""
    """Id of the session that the recorder is writing; "": none."""
    resting: bool = False
    """Nobody has been in view for a while, so the process works a few times a second only (analysis, capture)."""


CommandName = Literal[
    "pause", "mute", "quit", "calibrate", "faster", "slower", "belt", "next_phase", "end_session", "pairing_code", "assign"
]
"""quit ends the program, end_session only the session. pairing_code shows the code that pairs a tablet, or the next one.
assign names the next runner: the lane's console writes it into the settings file."""


class Command(Message, frozen=True):
    """A key pressed by the runner or the coach, or a button of the console."""

    name: CommandName
    speed_mps: float | None = None
    """With "belt": the speed that the treadmill shows; None: it stays as it is."""
    incline_pct: float | None = None
    """Likewise."""
    runner: str = ""
    """With "assign": the next runner; "": a guest."""
    mode: SessionMode = "session"
    """With "assign"."""


class PairingCode(Message, frozen=True):
    """What the big screen shows as a QR code, so that a tablet becomes a device of the console."""

    address: str
    """With a token that works once; "": show no code."""
    role: Literal["viewer", "coach"] = "viewer"
    """What the paired device may do."""
    ends_ns: int = 0
    """When the token expires."""


class ReportLink(Message, frozen=True):
    """What the big screen shows as a QR code beside the summary, so that runners open their report on a phone."""

    address: str
    """With a token that opens this one report; "": show no code."""
    ends_ns: int = 0
    """When the token expires."""

"""The messages, as typed structs; what they mean and in which units. Frames are in wire/frames.py.

Angles are degrees with the signs of docs/measures.md: thigh + in front of the body, knee + flexed, ankle + dorsiflexed,
trunk lean + forward, hip extension + extension. Points are (x, y) in pixels of the frame, x right, y down.
A measure that could not be taken is None, never NaN.
"""

from typing import Literal

import msgspec

Facing = Literal["right", "left"]
LegName = Literal["near", "far"]
Point = tuple[float, float]


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
    state: str
    """"measuring", or the named reason why there is no measurement (analysis/states.py)."""
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


class Belt(Message, frozen=True):
    """What the treadmill does, as far as it is known."""

    at_ns: int
    speed_mps: float | None
    incline_pct: float | None
    source: Literal["config", "typed", "ftms"]


class Stride(Message, frozen=True):
    """One stride of one leg, read at its peak of hip extension. Final: a stride is never revised."""

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
    hip_extension_trunk_deg: float | None = None
    thigh_excursion_deg: float | None = None
    knee_drive_deg: float | None = None
    """Peak of the thigh angle in front of the body, in the swing before this push-off."""
    rebound_ms: float | None = None
    """From the peak of extension before to that knee drive."""
    swing_velocity_dps: float | None = None
    """Largest forward speed of the thigh in that swing, degrees per second."""
    knee_straightest_ms: float | None = None
    """When the knee was straightest, relative to this peak (negative: before)."""
    ankle_peak_ms: float | None = None
    """When the ankle was most plantarflexed, relative to this peak; None where that came after the stride was final."""
    triple_spread_ms: float | None = None
    """From the first to the last of knee, hip and ankle."""
    vertical_oscillation_leg: float | None = None
    """Highest to lowest point of the hips over the stride, in leg lengths."""
    knee_deg: float | None = None
    ankle_deg: float | None = None
    trunk_lean_deg: float | None = None
    stride_time_s: float | None = None
    cadence_spm: float | None = None
    quality: float = 0.0
    step_length_m: float | None = None
    """Only when the belt speed is known."""
    overstride_leg: float | None = None
    """How far the ankle is ahead of the hip at the initial contact before this peak, in leg lengths."""
    contact_ms: float | None = None
    """Estimate, only at 60 fps or more."""
    flight_ms: float | None = None
    """Estimate, only at 60 fps or more."""
    belt_speed_mps: float | None = None
    incline_pct: float | None = None
    predicted_off_ms: float | None = None
    """How much later than this peak it had been predicted (analysis/prediction.py); None: it had not been."""


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
    """Name of a sound (feedback/audio/sounds.py), "" for none."""
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


PhaseName = Literal["idle", "stand", "warm_up", "baseline", "drill", "retention", "summary"]


class PhaseResult(Message, frozen=True):
    """The near leg's trusted strides of one phase, in the target's measure."""

    strides: int
    mean: float
    sd: float
    in_band: float | None
    """Share of the strides inside the band, 0 to 1; None: there was no band."""


class Advice(Message, frozen=True):
    """One thing to practise, chosen by what was measured."""

    strategy: Literal["hip_flexor_mobility", "glute_activation", "lumbar_pelvic_control"]
    text: str


class Summary(Message, frozen=True):
    """What the session brought."""

    baseline: PhaseResult | None
    drill: PhaseResult | None
    retention: PhaseResult | None
    best_streak: int
    """Most strides of the drill in the band, one after the other."""
    practise: tuple[Advice, ...]


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
    form_first: bool = False
    """A guard holds: neither "more" nor "good" is the right word, whatever the number says."""
    runner: str = ""
    session_number: int | None = None
    """Of a named runner, from 1."""
    notice: str = ""
    """One sentence for the screen, such as what keeps the target from being used; "": none."""
    summary: Summary | None = None
    """With the phase "summary"."""


class ConfigState(Message, frozen=True):
    """The settings that hold, and why a newer file was refused."""

    version: int
    """Counts from 1 with every accepted change."""
    settings_json: str
    """All settings, as JSON that config.schema.Settings accepts."""
    error: str
    """One sentence about a saved file that was refused; "": none."""
    notice: str = ""
    """One sentence about changes that wait for the next start; "": none."""


class Latency(Message, frozen=True):
    """Percentiles of one stage, milliseconds. Never a mean: means hide what is felt."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class Health(Message, frozen=True):
    """What a process says of itself."""

    process: str
    pid: int
    state: Literal["starting", "running", "degraded", "ended", "failed"]
    reason: str
    """One sentence for the screen; "" when all is well."""
    at_ns: int
    loops: int
    """Rounds of the hot loop; stamped inside it, so that a hung loop is seen."""
    facts: dict[str, str]
    """Things worth knowing: camera mode, sound device, pose backend."""
    counters: dict[str, int]
    latency: dict[str, Latency]
    """By stage (wire/stages.py), since the process began."""
    recent: dict[str, Latency] = {}
    """The same of the last seconds."""


class Command(Message, frozen=True):
    """A key of the runner's or coach's."""

    name: Literal["pause", "mute", "quit", "calibrate", "faster", "slower"]

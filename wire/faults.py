"""What can go wrong, as typed facts. Processes publish these; wire/texts.py turns them into sentences at the edge."""

from enum import Enum


class TextEnum(str, Enum):
    """An enum whose members are written as their values, in every version of Python."""

    __str__ = str.__str__


class FaultCode(TextEnum):
    """One kind of fault. Its sentences, its place on the screen and its tone are one row of wire/texts.py."""

    # Capture
    CAMERA_NOT_OPENED = "camera_not_opened"
    STREAM_NOT_ANSWERING = "stream_not_answering"
    STREAM_REFUSES_USER = "stream_refuses_user"
    CAMERA_STOPPED = "camera_stopped"
    CAMERA_SILENT = "camera_silent"
    CAMERA_FROZEN = "camera_frozen"
    CAMERA_PICTURES_TOO_LARGE = "camera_pictures_too_large"
    CAMERA_MODE = "camera_mode"
    CAMERA_SLOW = "camera_slow"
    SOURCE_UNUSABLE = "source_unusable"
    LOOKS_LIKE_SLOW_MOTION = "looks_like_slow_motion"
    SHARED_MEMORY_MISSING = "shared_memory_missing"
    BLUETOOTH_NOT_INSTALLED = "bluetooth_not_installed"
    BLUETOOTH_OFF = "bluetooth_off"
    TREADMILL_NOT_FOUND = "treadmill_not_found"
    TREADMILL_LOST = "treadmill_lost"
    TREADMILL_SENDS_NO_SPEED = "treadmill_sends_no_speed"
    # Analysis
    POSE_MODEL_UNUSABLE = "pose_model_unusable"
    CAMERAS_ON_ONE_SIDE = "cameras_on_one_side"
    # Audio
    SOUND_DEVICE_MISSING = "sound_device_missing"
    SOUND_DEVICE_LOST = "sound_device_lost"
    SOUND_DEVICE_HANGS = "sound_device_hangs"
    SOUND_DEVICE_REFUSES = "sound_device_refuses"
    SOUND_BLOCKS_LENGTHENED = "sound_blocks_lengthened"
    VOICE_MISSING = "voice_missing"
    # Display
    SCREEN_MISSING = "screen_missing"
    MONITOR_MISSING = "monitor_missing"
    # Recorder
    SESSION_NOT_WRITABLE = "session_not_writable"
    SESSION_FOLDER_BLOCKED = "session_folder_blocked"
    SESSION_LOST = "session_lost"
    VIDEO_NOT_STORED = "video_not_stored"
    STORE_AWAY = "store_away"
    LSL_MISSING = "lsl_missing"
    # Supervisor
    PROCESS_RESTARTING = "process_restarting"
    PROCESS_GIVEN_UP = "process_given_up"
    PROCESS_STUCK = "process_stuck"
    SETTINGS_REFUSED = "settings_refused"
    # Two machines
    CAMERA_MACHINE_SILENT = "camera_machine_silent"
    CAMERA_MACHINE_REFUSES_KEY = "camera_machine_refuses_key"
    CAMERA_MACHINE_HAS_OTHER_KEY = "camera_machine_has_other_key"
    ADDRESS_NOT_OPENED = "address_not_opened"


CAMERA_AWAY = frozenset(
    {
        FaultCode.CAMERA_NOT_OPENED,
        FaultCode.STREAM_NOT_ANSWERING,
        FaultCode.STREAM_REFUSES_USER,
        FaultCode.CAMERA_STOPPED,
        FaultCode.CAMERA_SILENT,
        FaultCode.CAMERA_FROZEN,
        FaultCode.CAMERA_PICTURES_TOO_LARGE,
        FaultCode.SOURCE_UNUSABLE,
    }
)
"""No new pictures arrive."""

TREADMILL_AWAY = frozenset(
    {
        FaultCode.BLUETOOTH_NOT_INSTALLED,
        FaultCode.BLUETOOTH_OFF,
        FaultCode.TREADMILL_NOT_FOUND,
        FaultCode.TREADMILL_LOST,
        FaultCode.TREADMILL_SENDS_NO_SPEED,
    }
)
"""The treadmill itself does not send its speed."""

HARMLESS = frozenset(
    {
        FaultCode.SHARED_MEMORY_MISSING,
        FaultCode.VOICE_MISSING,
        FaultCode.STORE_AWAY,
        FaultCode.LSL_MISSING,
        FaultCode.SETTINGS_REFUSED,
        FaultCode.MONITOR_MISSING,
        *TREADMILL_AWAY,
    }
)
"""The process does its main work all the same: its state stays "running"."""


class NoticeCode(TextEnum):
    """What the coach's process reports about the session; not a fault."""

    NEW_PACE = "new_pace"
    NEW_ZERO = "new_zero"
    BASELINE_CONTINUES = "baseline_continues"
    COACH_RESTARTED = "coach_restarted"
    NOT_CALIBRATED = "not_calibrated"
    SPEED_UNKNOWN = "speed_unknown"
    NOT_MEASURED = "not_measured"
    BASELINE_LACKS_MEASURE = "baseline_lacks_measure"
    SETTINGS_WAIT = "settings_wait"


class FindingCode(TextEnum):
    """One result of a check of `hipcue doctor`. Its words are one row of wire/texts.py."""

    SOCKETS = "sockets"
    SOCKETS_NOT_MADE = "sockets_not_made"
    SESSIONS = "sessions"
    SESSIONS_NOT_WRITABLE = "sessions_not_writable"
    NOT_REPORTED = "not_reported"
    NO_PICTURES = "no_pictures"
    CAMERA = "camera"
    CAMERA_NOT_OPENED = "camera_not_opened"
    CAMERA_LOST = "camera_lost"
    CAMERA_SILENT = "camera_silent"
    CAMERA_OTHER_MODE = "camera_other_mode"
    CAMERA_FASTER_FORMAT = "camera_faster_format"
    CAMERA_LATE = "camera_late"
    RATE = "rate"
    RATE_LOW = "rate_low"
    RATE_OF_REPEATED_PICTURES = "rate_of_repeated_pictures"
    LIGHT = "light"
    LIGHT_LOW = "light_low"
    LIGHT_OVEREXPOSED = "light_overexposed"
    SHARPNESS = "sharpness"
    SHARPNESS_LOW = "sharpness_low"
    COLOURS_MISSING = "colours_missing"
    LEVEL = "level"
    LEVEL_ASKEW = "level_askew"
    POSE_MODEL = "pose_model"
    POSE_MODEL_SLOW = "pose_model_slow"
    POSE_MODEL_SLOWER_THAN_ANOTHER = "pose_model_slower_than_another"
    POSE_MODEL_UNUSABLE = "pose_model_unusable"
    PERSON = "person"
    PERSON_NOT_CHECKED = "person_not_checked"
    PERSON_NOT_SEEN = "person_not_seen"
    PERSON_SELDOM_SEEN = "person_seldom_seen"
    PERSON_PARTLY_OUT = "person_partly_out"
    PERSON_NOT_UPRIGHT = "person_not_upright"
    PERSON_OBLIQUE = "person_oblique"
    PERSON_TOO_FEW_PIXELS = "person_too_few_pixels"
    PERSON_TOO_SMALL = "person_too_small"
    SIDES = "sides"
    SIDES_CORRECTED_DOWN = "sides_corrected_down"
    SIDES_CORRECTED_UP = "sides_corrected_up"
    SIDES_NOT_CHECKED = "sides_not_checked"
    SIDES_NOT_KNOWN = "sides_not_known"
    SIDES_SAME = "sides_same"
    SIDES_SWAPPED = "sides_swapped"
    SCREEN = "screen"
    SCREEN_MISSING = "screen_missing"
    SCREEN_OTHER = "screen_other"
    SOUND = "sound"
    SOUND_MISSING = "sound_missing"
    SOUND_OFF = "sound_off"
    DELAY = "delay"
    DELAY_LONG = "delay_long"
    DELAY_MEASURED = "delay_measured"
    DELAY_MEASURED_LONG = "delay_measured_long"


class SampleState(TextEnum):
    """Why there is, or is not, a measurement in a frame."""

    MEASURING = "measuring"
    STARTING = "starting"
    """A person is in view; facing or the rhythm of the stride is not known yet."""
    NO_PERSON = "no_person"
    NOT_RUNNING = "not_running"
    PARTLY_OUT = "partly_out_of_view"
    """Joints or feet lie outside the picture too often."""
    NOT_UPRIGHT = "not_upright"
    """The head is not up: the picture lies on its side, or is upside down."""
    OBLIQUE = "oblique"
    """Too much from the front or the back."""
    TOO_SMALL = "too_small"
    """Too far from the camera."""
    TOO_FEW_PIXELS = "too_few_pixels"
    """Large in the picture, but the picture itself is too small."""

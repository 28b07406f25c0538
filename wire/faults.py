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

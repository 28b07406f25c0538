"""Every fault, sample state, notice, finding and piece of advice in words: the one table that turns typed facts into sentences.

Another language is another file like this one. Placeholders in braces are fields of the fault, notice or finding.
"""

import re
from dataclasses import dataclass
from typing import Literal

from wire.faults import FaultCode, FindingCode, NoticeCode, SampleState
from wire.messages import AdviceName, Fault, Notice

Place = Literal["message", "note", "plate", "status"]
"""Where a fault appears: the message line (for the runner), the notes below it (for the coach), a plate over the mirror, or
only in `hipcue status` and the log."""
Sign = Literal["none", "camera", "wait", "person", "pause", "warning"]
"""The shape beside a message."""
Tone = Literal["", "lost"]
"""The sound that announces a fault (config's sound names); "": none."""


@dataclass(frozen=True)
class FaultText:
    """One fault in words."""

    coach: str
    """What is wrong: one sentence without its full stop."""
    remedy: str
    """What to do about it: one sentence, or "" where HipCue recovers without help."""
    runner: str = ""
    """A few words for the runner; "": the runner is not interrupted."""
    place: Place = "note"
    sign: Sign = "none"
    tone: Tone = ""
    brief: str = ""
    """Replaces `coach` where there is room for only a few words."""


@dataclass(frozen=True)
class StateText:
    """A sample's state in words: a few for the runner, a sentence for the person who can change it, and texts for a clip."""

    runner: str
    detail: str = ""
    sign: Sign = "none"
    clip: str = ""
    """Why part of a clip was not measured: a sentence in the past tense without its full stop."""
    film: str = ""
    """How to film instead: one sentence."""


@dataclass(frozen=True)
class AdviceText:
    """One thing to practise."""

    title: str
    text: str


@dataclass(frozen=True)
class Finding:
    """The result of one check of the doctor; in the table, with the names of what is still to be filled in."""

    subject: str
    """What was checked."""
    good: bool
    found: str
    advice: str = ""
    """What to do about it; "": nothing."""


_REOPENS = "HipCue is reopening it."
_NO_SOUND = "No sound"
_STAND = "stand on the treadmill, whole body in the picture, side-on to the camera"
_SILENT = "connect a loudspeaker; without sound, cues are shown on the screen"

FAULTS: dict[FaultCode, FaultText] = {
    FaultCode.CAMERA_NOT_OPENED: FaultText(
        "{device} cannot be opened",
        "Check that it is plugged in and that no other program uses it.",
        "Camera lost",
        "message",
        "camera",
        "lost",
    ),
    FaultCode.STREAM_NOT_ANSWERING: FaultText(
        "{device}: no video stream answers",
        "Check the address and that the camera is on.",
        "Camera lost",
        "message",
        "camera",
        "lost",
    ),
    FaultCode.STREAM_REFUSES_USER: FaultText(
        "{device} refuses the user name or password",
        "Check them in its source, written as SCHEME://USER:PASSWORD@HOST/PATH.",
        "Camera lost",
        "message",
        "camera",
        "lost",
    ),
    FaultCode.CAMERA_STOPPED: FaultText(
        "{device} has stopped sending pictures", "Check its cable.", "Camera lost", "message", "camera", "lost"
    ),
    FaultCode.CAMERA_SILENT: FaultText(
        "{device} has sent no picture for {value:g} s", "Check its cable.", "Camera lost", "message", "camera", "lost"
    ),
    FaultCode.CAMERA_FROZEN: FaultText(
        "{device} has sent the same picture for {value:g} s", _REOPENS, "Camera frozen", "message", "camera", "lost"
    ),
    FaultCode.CAMERA_PICTURES_TOO_LARGE: FaultText(
        "{device} sends pictures larger than 8K",
        "Choose a smaller picture on the camera.",
        "Camera lost",
        "message",
        "camera",
        "lost",
    ),
    FaultCode.CAMERA_MODE: FaultText("The camera delivers {cause}", "Choose a mode that it offers: run hipcue doctor"),
    FaultCode.CAMERA_SLOW: FaultText("The camera delivers {value:.0f} instead of {expected:g} fps", "More light may help."),
    FaultCode.SOURCE_UNUSABLE: FaultText("{cause}", "", "Camera lost", "message", "camera", "lost"),
    FaultCode.LOOKS_LIKE_SLOW_MOTION: FaultText(
        "This looks like slow motion, at {value:.0f} steps a minute: the numbers are wrong",
        "Start again with --filmed-at and the rate at which it was filmed.",
        brief="This looks like slow motion",
    ),
    FaultCode.SHARED_MEMORY_MISSING: FaultText(
        "Frames are sent inside messages, because shared memory is not available ({cause})", "", place="status"
    ),
    FaultCode.BLUETOOTH_NOT_INSTALLED: FaultText(
        "Belt speed over Bluetooth needs one more package", "Install it: {cause}", place="status"
    ),
    FaultCode.BLUETOOTH_OFF: FaultText(
        "No Bluetooth adapter answers", 'Switch Bluetooth on, or set belt.source to "typed".', place="status"
    ),
    FaultCode.TREADMILL_NOT_FOUND: FaultText(
        "{device} was not found over Bluetooth", "Wake it, and close other apps that use it.", place="status"
    ),
    FaultCode.TREADMILL_LOST: FaultText(
        "The Bluetooth connection to the treadmill is lost{because}", "HipCue is reconnecting.", place="status"
    ),
    FaultCode.TREADMILL_SENDS_NO_SPEED: FaultText(
        "{device} sends no speed over Bluetooth",
        'Name another device in belt.device, or set belt.source to "typed".',
        place="status",
    ),
    FaultCode.POSE_MODEL_UNUSABLE: FaultText(
        "{cause}", "Press q and start HipCue again.", "Measurement stopped", "message", "warning"
    ),
    FaultCode.CAMERAS_ON_ONE_SIDE: FaultText(
        "Both cameras show the runner's {cause} side",
        "Move one of them to the other side of the treadmill, and switch mirroring off.",
        brief="Both cameras show one side",
    ),
    FaultCode.SOUND_DEVICE_MISSING: FaultText("No sound device: {cause}", "", brief=_NO_SOUND),
    FaultCode.SOUND_DEVICE_LOST: FaultText(
        "The sound device has stopped playing", "Check that it is still plugged in.", brief=_NO_SOUND
    ),
    FaultCode.SOUND_DEVICE_HANGS: FaultText("The sound device does not open", "Restart the sound server.", brief=_NO_SOUND),
    FaultCode.SOUND_DEVICE_REFUSES: FaultText("The sound device plays nothing", "Restart the sound server.", brief=_NO_SOUND),
    FaultCode.SOUND_BLOCKS_LENGTHENED: FaultText(
        "The machine is too busy for short sound blocks: HipCue is reopening the sound device with {value:.0f} frames a block",
        "Close other programs.",
        brief=_NO_SOUND,
    ),
    FaultCode.VOICE_MISSING: FaultText("{cause}", "", place="status"),
    FaultCode.SCREEN_MISSING: FaultText("No screen found{because}", "Connect one, or start HipCue from the desktop."),
    FaultCode.MONITOR_MISSING: FaultText(
        'The monitor "{device}" is not connected', "HipCue uses the first one until then.", place="status"
    ),
    FaultCode.SESSION_NOT_WRITABLE: FaultText(
        "{device}: cannot be written ({cause})", "The session continues in memory; free some space."
    ),
    FaultCode.SESSION_FOLDER_BLOCKED: FaultText(
        "{device}: the session cannot be saved there (it is not a folder)", "Choose another --session-dir."
    ),
    FaultCode.SESSION_LOST: FaultText(
        "{device}: cannot be written ({cause}), so a session is not saved completely; strides lost: {value:.0f}",
        "Free some space, or choose another --session-dir.",
    ),
    FaultCode.VIDEO_NOT_STORED: FaultText("No video is stored: {cause}", ""),
    FaultCode.STORE_AWAY: FaultText("{cause}", "Sessions stay in their folders until the store accepts them.", place="status"),
    FaultCode.LSL_MISSING: FaultText("{cause}", "", place="status"),
    FaultCode.PROCESS_RESTARTING: FaultText("{device} is being restarted", ""),
    FaultCode.PROCESS_GIVEN_UP: FaultText(
        "{device} has failed: it ended {value:.0f} times within {expected:.0f} s", "Start HipCue again."
    ),
    FaultCode.PROCESS_STUCK: FaultText("{device} hangs and cannot be stopped", "Unplug its device, or restart the machine."),
    FaultCode.SETTINGS_REFUSED: FaultText("{cause}", "", place="plate"),
    FaultCode.CAMERA_MACHINE_SILENT: FaultText(
        "{device} does not answer",
        "Is HipCue running there, and is this screen's key allowed?",
        "Camera lost",
        "message",
        "camera",
        "lost",
    ),
    FaultCode.CAMERA_MACHINE_REFUSES_KEY: FaultText(
        "{device} refuses this machine's key",
        "Print it here with hipcue keys list, and allow it there: hipcue keys allow NAME KEY.",
    ),
    FaultCode.CAMERA_MACHINE_HAS_OTHER_KEY: FaultText(
        "{device} uses a different key from the one allowed here",
        "Print it there with hipcue keys list, and allow it here: hipcue keys allow NAME KEY.",
    ),
    FaultCode.ADDRESS_NOT_OPENED: FaultText("{cause}", ""),
}

STATES: dict[SampleState, StateText | None] = {
    SampleState.MEASURING: None,
    SampleState.STARTING: StateText(
        "Finding your rhythm",
        "Measurement starts after a few strides.",
        "wait",
        "the rhythm of the stride was not known yet",
        "Film at least ten seconds of regular strides from the side; slow motion needs --filmed-at.",
    ),
    SampleState.NO_PERSON: StateText(
        "Step into view",
        "The camera sees nobody on the treadmill.",
        "person",
        "nobody was seen",
        "Film one runner from the side, from head to toe.",
    ),
    SampleState.PARTLY_OUT: StateText(
        "Move to the middle",
        "The camera must see you from head to toe.",
        "person",
        "the runner was partly out of view",
        "The camera must see the runner from head to toe.",
    ),
    SampleState.TOO_SMALL: StateText(
        "Bring the camera closer",
        "You are too far away to be measured: stand nearer, or move the camera.",
        "person",
        "the runner was too small in the picture",
        "Bring the camera closer.",
    ),
    SampleState.TOO_FEW_PIXELS: StateText(
        "Too few pixels",
        "The picture is too small to be measured: choose a larger camera mode or a larger video.",
        "camera",
        "the picture has too few pixels",
        "Record a larger picture.",
    ),
    SampleState.NOT_UPRIGHT: StateText(
        "Rotate the picture",
        "The camera does not see you upright: set rotate_deg in [capture], or start with --rotate.",
        "camera",
        "the runner was not upright in the picture",
        "Rotate it with --rotate 90, 180 or 270.",
    ),
    SampleState.OBLIQUE: StateText(
        "Turn the camera side-on",
        "It must see the treadmill exactly from the side.",
        "person",
        "the runner was not seen from the side",
        "Film exactly from the side.",
    ),
    SampleState.NOT_RUNNING: StateText(
        "Start running", "", "person", "nobody ran", "Only running is measured; slow motion needs --filmed-at."
    ),
}
"""None: all is well, and the runner sees the measurement."""

NOTICES: dict[NoticeCode, str] = {
    NoticeCode.NEW_PACE: "New pace: finding your new baseline",
    NoticeCode.NEW_ZERO: "New zero: finding your new baseline",
    NoticeCode.BASELINE_CONTINUES: "The baseline continues until there are enough good strides",
    NoticeCode.COACH_RESTARTED: "Coaching has restarted: finding your new baseline",
    NoticeCode.NOT_CALIBRATED: "Not calibrated: stand still before you run, or press c",
    NoticeCode.SPEED_UNKNOWN: "Belt speed unknown: the target follows the baseline",
    NoticeCode.NOT_MEASURED: "No target: {measure} is not being measured",
    NoticeCode.BASELINE_LACKS_MEASURE: "No target: the baseline has too little {measure}; press c",
    NoticeCode.SETTINGS_WAIT: "Applies at the next start: {keys}",
}

FINDINGS: dict[FindingCode, Finding] = {
    FindingCode.SOCKETS: Finding("sockets", True, "{folder}"),
    FindingCode.SOCKETS_NOT_MADE: Finding("sockets", False, "{cause}", "fix this first: nothing runs without sockets"),
    FindingCode.SESSIONS: Finding("sessions", True, "saved under {folder}"),
    FindingCode.SESSIONS_NOT_WRITABLE: Finding(
        "sessions", False, "{folder} cannot be written ({cause})", "choose another --session-dir"
    ),
    FindingCode.NOT_REPORTED: Finding("{device}", False, "{process} has not reported", "look at Status"),
    FindingCode.NO_PICTURES: Finding("pictures", False, "none within {seconds:.0f} s", "look at Status"),
    FindingCode.CAMERA: Finding("camera", True, "{device}, {mode}"),
    FindingCode.CAMERA_NOT_OPENED: Finding("camera", False, "{cause}", "try another one: hipcue doctor --source 1"),
    FindingCode.CAMERA_LOST: Finding("camera", False, "{cause}", "check its cable and power"),
    FindingCode.CAMERA_SILENT: Finding(
        "camera",
        False,
        "no picture, or always the same one, within {seconds:g} s",
        "unplug the camera and plug it in again",
    ),
    FindingCode.CAMERA_OTHER_MODE: Finding("camera", False, "{device}, {mode}", "it delivers {difference}"),
    FindingCode.CAMERA_FASTER_FORMAT: Finding(
        "camera", False, "{device}, {mode}", '{pixel_format} gives {fps:g} fps here: set pixel_format = "{pixel_format}"'
    ),
    FindingCode.CAMERA_LATE: Finding("camera", False, "{device}, {mode}", "each picture is late, {delay}"),
    FindingCode.RATE: Finding("rate", True, "{fps:.1f} fps delivered"),
    FindingCode.RATE_LOW: Finding(
        "rate", False, "{fps:.1f} fps delivered", "add light, or set another pixel_format or a lower fps"
    ),
    FindingCode.RATE_OF_REPEATED_PICTURES: Finding(
        "rate",
        False,
        "{fps:.1f} fps delivered, {repeated:.0%} of the pictures repeat the previous one",
        "set a lower fps, or unplug the camera and plug it in again",
    ),
    FindingCode.LIGHT: Finding("light", True, "mean grey {grey:.0f} of 255, {overexposed:.0%} overexposed"),
    FindingCode.LIGHT_LOW: Finding("light", False, "mean grey {grey:.0f} of 255, {overexposed:.0%} overexposed", "add light"),
    FindingCode.LIGHT_OVEREXPOSED: Finding(
        "light",
        False,
        "mean grey {grey:.0f} of 255, {overexposed:.0%} overexposed",
        "turn the camera away from the window or lamp",
    ),
    FindingCode.SHARPNESS: Finding("sharpness", True, "{sharpness:.0f}"),
    FindingCode.SHARPNESS_LOW: Finding("sharpness", False, "{sharpness:.0f}", "clean and focus the lens"),
    FindingCode.COLOURS_MISSING: Finding(
        "colours", False, "none: hip extension may read low", "add light, or switch off the camera's night mode"
    ),
    FindingCode.LEVEL: Finding(
        "level", True, "the room appears rotated by {shown_deg} ± {sd_deg:.1f} degrees; camera_roll_deg is {set_deg:g}"
    ),
    FindingCode.LEVEL_ASKEW: Finding(
        "level",
        False,
        "the room appears rotated by {shown_deg} ± {sd_deg:.1f} degrees; camera_roll_deg is {set_deg:g}",
        "level the camera, or set camera_roll_deg = {roll_deg:.1f} in [{section}]",
    ),
    FindingCode.POSE_MODEL: Finding("pose model", True, "{backend}, {took_ms:.0f} ms per picture"),
    FindingCode.POSE_MODEL_SLOW: Finding(
        "pose model",
        False,
        "{backend}, {took_ms:.0f} ms per picture",
        "close other programs: above 33 ms, some frames of a 30 fps camera are skipped",
    ),
    FindingCode.POSE_MODEL_SLOWER_THAN_ANOTHER: Finding(
        "pose model", False, "{backend}, {took_ms:.0f} ms per picture", "{other} in [analysis] takes {other_ms:.0f} ms"
    ),
    FindingCode.POSE_MODEL_UNUSABLE: Finding("pose model", False, "{cause}", "run make setup again"),
    FindingCode.PERSON: Finding("person", True, "whole and side-on"),
    FindingCode.PERSON_NOT_CHECKED: Finding("person", False, "not checked", "{cause}"),
    FindingCode.PERSON_NOT_SEEN: Finding("person", False, "nobody detected", _STAND),
    FindingCode.PERSON_SELDOM_SEEN: Finding("person", False, "detected only now and then", _STAND),
    FindingCode.PERSON_PARTLY_OUT: Finding(
        "person", False, "partly out of the picture", "move the camera back or turn it until head and feet stay in view"
    ),
    FindingCode.PERSON_NOT_UPRIGHT: Finding(
        "person", False, "not upright", "rotate the picture: rotate_deg = 90, 180 or 270 in [capture], or --rotate"
    ),
    FindingCode.PERSON_OBLIQUE: Finding(
        "person", False, "seen from the front or the back", "put the camera beside the treadmill, level with the hips"
    ),
    FindingCode.PERSON_TOO_FEW_PIXELS: Finding(
        "person", False, "shown with too few pixels", "set a larger width and height in [capture]"
    ),
    FindingCode.PERSON_TOO_SMALL: Finding(
        "person", False, "too small", "bring the camera closer, or set the treadmill's place in [capture.zone]"
    ),
    FindingCode.SIDES: Finding(
        "sides",
        True,
        "the camera sees the {side} side, the other one the {other_side} side; no difference between them is corrected "
        "(hipcue calibrate-sides measures it)",
    ),
    FindingCode.SIDES_CORRECTED_DOWN: Finding(
        "sides",
        True,
        "the camera sees the {side} side, the other one the {other_side} side; the other one reads {offset_deg:.1f} ± "
        "{ci95_deg:.1f}° more, which is corrected",
    ),
    FindingCode.SIDES_CORRECTED_UP: Finding(
        "sides",
        True,
        "the camera sees the {side} side, the other one the {other_side} side; the other one reads {offset_deg:.1f} ± "
        "{ci95_deg:.1f}° less, which is corrected",
    ),
    FindingCode.SIDES_NOT_CHECKED: Finding("sides", False, "not checked", "{cause}"),
    FindingCode.SIDES_NOT_KNOWN: Finding(
        "sides",
        False,
        "not known: the cameras do not both see a person side-on",
        "stand on the treadmill facing forward, in view of both cameras",
    ),
    FindingCode.SIDES_SAME: Finding(
        "sides",
        False,
        "both cameras see the {side} side",
        "move one of them to the other side of the treadmill, and switch mirroring off",
    ),
    FindingCode.SIDES_SWAPPED: Finding(
        "sides",
        False,
        "the camera sees the {side} side, the other one the {other_side} side; their difference is not corrected, because "
        "they are named in the other order than when it was measured",
        "name them in that order, or run hipcue calibrate-sides again",
    ),
    FindingCode.SCREEN: Finding("screen", True, "{screens}"),
    FindingCode.SCREEN_MISSING: Finding(
        "screen", False, "none found", "connect one; without a screen, each stride is a line in the terminal"
    ),
    FindingCode.SCREEN_OTHER: Finding(
        "screen", False, "{screens}", 'none of them is "{wanted}": connect it, or change monitor in [display]'
    ),
    FindingCode.SOUND: Finding("sound", True, "{device}, {delay_ms:.0f} ms"),
    FindingCode.SOUND_MISSING: Finding("sound", False, "{cause}", _SILENT),
    FindingCode.SOUND_OFF: Finding("sound", False, "switched off (enabled = false in [audio])", _SILENT),
    FindingCode.DELAY: Finding(
        "delay",
        True,
        "about {delay_ms:.0f} ms: camera {camera_ms:.0f}, pose model {pose_ms:.0f}, sound {sound_ms:.0f}",
    ),
    FindingCode.DELAY_LONG: Finding(
        "delay",
        False,
        "about {delay_ms:.0f} ms: camera {camera_ms:.0f}, pose model {pose_ms:.0f}, sound {sound_ms:.0f}",
        "use a wired loudspeaker, not Bluetooth, or a smaller block_frames",
    ),
    FindingCode.DELAY_MEASURED: Finding("delay", True, "{delay_ms:.0f} ms from picture to sound (median of {count})"),
    FindingCode.DELAY_MEASURED_LONG: Finding(
        "delay",
        False,
        "{delay_ms:.0f} ms from picture to sound (median of {count})",
        "use a wired loudspeaker, not Bluetooth",
    ),
}
"""In the order of the checks."""

PHASES: dict[str, str] = {
    "idle": "Ready",
    "stand": "Stand",
    "warm_up": "Warm-up",
    "baseline": "Baseline",
    "drill": "Drill",
    "retention": "Retention",
    "summary": "Summary",
}
"""The phases, as screens name them."""

ADVICE: dict[AdviceName, AdviceText] = {
    "lumbar_pelvic_control": AdviceText(
        "Lumbar-pelvic control",
        "Your trunk leaned back when you pushed further. Practise a steady trunk: planks and dead bugs with your ribs over "
        "your hips, three times a week.",
    ),
    "hip_flexor_mobility": AdviceText(
        "Hip-flexor mobility",
        "Your push hardly went further than at the start. Loosen the front of your hips: half-kneeling stretch, 2 × 45 s per "
        "side, most days.",
    ),
    "glute_activation_lost": AdviceText(
        "Glute activation",
        "Your longer push faded without cues. Make it a habit: bridges and single-leg bridges before you run, 2 × 12 per side.",
    ),
    "glute_activation_kept": AdviceText(
        "Glute activation",
        "Your longer push stayed without cues. Keep it: bridges and single-leg bridges before you run, 2 × 12 per side.",
    ),
}


def problem(fault: Fault) -> str:
    """What is wrong, as a sentence without its full stop.

    >>> problem(Fault(FaultCode.CAMERA_SILENT, "capture", 0, "camera 0", value=2.0))
    'Camera 0 has sent no picture for 2 s'
    """
    because = f" ({fault.cause})" if fault.cause else ""
    # A device is named in words ("camera 0") or by a path or address, which stays as it is.
    device = fault.device if re.search(r"[/.:]", fault.device) else _capitalised(fault.device)
    template = FAULTS[fault.code].coach
    return template.format(
        device=device if template.startswith("{device}") else fault.device,
        cause=fault.cause,
        because=because,
        value=fault.value or 0.0,
        expected=fault.expected or 0.0,
    )


def note(fault: Fault) -> str:
    """What is wrong, in a few words where the table has them."""
    return FAULTS[fault.code].brief or problem(fault)


def remedy(fault: Fault) -> str:
    """What to do about it; "": nothing."""
    return FAULTS[fault.code].remedy.format(cause=fault.cause)


def sentence(fault: Fault) -> str:
    """What is wrong and what to do about it.

    >>> sentence(Fault(FaultCode.CAMERA_SILENT, "capture", 0, "camera 0", value=2.0))
    'Camera 0 has sent no picture for 2 s. Check its cable.'
    """
    what, do = problem(fault).removesuffix("."), remedy(fault)
    return f"{what}. {do}" if do else f"{what}."


def finding(code: FindingCode, **values: object) -> Finding:
    """The result of a check, with these values filled in."""
    text = FINDINGS[code]
    return Finding(text.subject.format(**values), text.good, text.found.format(**values), text.advice.format(**values))


def notice_sentence(notice: Notice) -> str:
    """A notice as a sentence."""
    return NOTICES[notice.code].format(measure=notice.measure.replace("_", " "), keys=", ".join(notice.keys))


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def counted(number: int, thing: str) -> str:
    """A number with its noun in the singular or plural.

    >>> counted(1, "stride"), counted(0, "near stride")
    ('1 stride', '0 near strides')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def digits(value: float, form: str = "g") -> str:
    """A number for people, in Python's format: with a minus sign instead of a hyphen, and without a sign where it reads zero.

    >>> digits(-0.1, ".1f"), digits(0.5, "+.1f"), digits(-0.04, "+.1f"), digits(-20.0)
    ('−0.1', '+0.5', '0.0', '−20')
    """
    text = f"{value:{form}}".replace("-", "−")
    return text if text.strip("+−0.") else text.lstrip("+−")

"""What the screen says in words: at most five for the runner, about the view, the belt and the room, never about muscles."""

from feedback.display.view import Message
from wire import health

STATES = {
    "starting": Message("Finding your rhythm", "The measurement begins after a few strides.", "wait"),
    "no_person": Message("Step into view", "The camera sees nobody on the treadmill.", "person"),
    "partly_out_of_view": Message("Move to the middle", "The camera must see you from head to feet.", "person"),
    "too_small": Message("Bring the camera closer", "You are too small in the picture to be measured.", "person"),
    "oblique": Message("Turn the camera side-on", "It must look at the treadmill straight from the side.", "person"),
    "facing_unknown": Message("Start running", "", "person"),
    "not_running": Message("Start running", "", "person"),
}
"""A sample's state, for the runner; without an entry it is one that this screen does not know."""
WHILE_STANDING = ("measuring", "starting", "facing_unknown", "not_running")
"""States that are as they should be while nobody runs yet."""
STAND_STILL = Message("Stand still", "Feet beside the belt, for a moment: this sets the zero.", "person")
MEASURING = "measuring"
OTHER_STATE = Message("Finding you", "", "wait")

PHASES = {
    "idle": "Ready",
    "stand": "Stand",
    "warm_up": "Warm-up",
    "baseline": "Baseline",
    "drill": "Drill",
    "retention": "Retention",
    "summary": "Summary",
}
"""A phase's name, as the header has it."""

HINTS = {
    "idle": "Step on when ready",
    "stand": "Stand still, feet beside belt",
    "warm_up": "Run easily",
    "baseline": "Run as usual",
    "drill": "Now without cues",
    "retention": "Run as you learnt",
}
"""What a phase asks of the runner while no cue does."""
CUED_DRILL = "Keep bars in the band"

WITHHELD = {
    "stand": "Setting the zero",
    "warm_up": "Warming up",
    "baseline": "Measuring your own baseline",
    "drill": "On your own, without the number",
    "retention": "Seeing what has stayed",
}
"""What stands over the clock while the number is withheld."""
OTHER_WITHHELD = "Measuring"

STARTING = Message("Starting", "", "wait")
CAMERA_LOST = Message(health.CAMERA_LOST, "Check its cable; HipCue goes on by itself.", "camera")
CAMERA_FROZEN = Message("Camera frozen", "Its picture stands still; HipCue opens it again.", "camera")
RECORDING_ENDED = Message("Recording ended", "", "wait")
WAITING = Message("Waiting for the measurement", "The camera works; HipCue waits for the pose model.", "wait")
RESTARTING = Message("Measurement restarting", "It goes on by itself in a few seconds.", "wait")
STOPPED = Message("Measurement stopped", "Press q, and start HipCue again.", "warning")
PAUSED = Message("Paused", "Press space to go on.", "pause")
NO_SOUND = "No sound"
MUTED = "Muted"
NOT_CALIBRATED = "Not calibrated"
STORING_VIDEO = "Storing video"
NUMBER_WITHHELD = "Number hidden for now"
NO_TARGET = "No target yet"


def state_message(state: str, phase: str = "") -> Message | None:
    """What a sample's state asks of the runner in this phase of a session; None while all is as it should be."""
    if phase in ("idle", "stand", "summary") and state in WHILE_STANDING:
        return STAND_STILL if phase == "stand" else None
    return None if state == MEASURING else STATES.get(state, OTHER_STATE)


def phase_title(name: str) -> str:
    """A phase's name for people, also of a phase not known here."""
    return PHASES.get(name, name.replace("_", " ").capitalize())


def clock(seconds: int) -> str:
    """Time left, as in "12:04"."""
    return f"{seconds // 60}:{seconds % 60:02d}"

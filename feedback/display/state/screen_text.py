"""The screen's own texts: at most five words for the runner, about the view, the belt and the room, never about muscles.

The texts of faults and sample states are in wire/texts.py.
"""

from feedback.display.state.view import StatusMessage
from wire.faults import SampleState
from wire.messages import Fault
from wire.texts import FAULTS, PHASES, STATES, sentence

WHILE_STANDING = (SampleState.MEASURING, SampleState.STARTING, SampleState.NOT_RUNNING)
"""Normal states while nobody runs yet."""
STAND_STILL = StatusMessage("Stand still", "Keep your feet beside the belt for a moment. This sets the zero.", "person")

HINTS = {
    "idle": "Step on when ready",
    "stand": "Stand still beside the belt",
    "warm_up": "Run easy",
    "baseline": "Run as usual",
    "drill": "No cues for now",
    "retention": "Run as you practised",
}
"""What the runner does in a phase, shown while there is no cue."""
CUED_DRILL = "Stay in the target band"

WITHHELD = {
    "stand": "Setting the zero",
    "warm_up": "Warming up",
    "baseline": "Measuring your baseline",
    "drill": "Running without the number",
    "retention": "Checking what has stuck",
}
"""The title above the clock while the number is hidden."""
OTHER_WITHHELD = "Measuring"
OPEN_GYM = "Open gym"
"""In place of a runner's name: everybody is a guest."""

STARTING = StatusMessage("Starting", "", "wait")
CAMERA_LOST = StatusMessage("Camera lost", "HipCue is restarting it.", "camera")
RECORDING_ENDED = StatusMessage("Recording ended", "", "wait")
WAITING = StatusMessage("Waiting for measurement", "The camera works. The pose model is not ready yet.", "wait")
RESTARTING = StatusMessage("Measurement restarting", "It will continue in a few seconds.", "wait")
PAUSED = StatusMessage("Paused", "Press space to continue.", "pause")
MUTED = "Muted"
NOT_CALIBRATED = "Not calibrated"
STORING_VIDEO = "Storing video"
REPLAY = "Replay, quarter speed"
REPLAY_ENDS = "r: live"
BEHIND, IN_FRONT = "Behind", "In front"
"""Where the thigh is, at the ends of the replay's curve."""
NUMBER_WITHHELD = "Number hidden for now"
NO_TARGET = "No target yet"
OTHER_SIDE = "Other side"
"""Begins a note about the camera on the other side of the treadmill."""
NOT_MEASURING = "no measurement"


def fault_message(fault: Fault) -> StatusMessage:
    """The message for a fault shown in the message bar."""
    words = FAULTS[fault.code]
    return StatusMessage(words.runner, sentence(fault), words.sign)


def state_message(state: SampleState | None, phase: str = "") -> StatusMessage | None:
    """The message for a sample's state in this phase of a session; None for a normal state."""
    if phase in ("idle", "stand", "summary") and state in WHILE_STANDING:
        return STAND_STILL if phase == "stand" else None
    words = None if state is None else STATES[state]
    return None if words is None else StatusMessage(words.runner, words.detail, words.sign)


def phase_title(name: str) -> str:
    """A phase's name on the screen, also for an unknown phase."""
    return PHASES.get(name, name.replace("_", " ").capitalize())


def clock(seconds: int) -> str:
    """Time left, as in "12:04"."""
    return f"{seconds // 60}:{seconds % 60:02d}"

"""What the screen says in words: at most five, about the view, the belt and the room, never about muscles."""

STATES = {
    "measuring": "",
    "starting": "Starting",
    "no_person": "Step into view",
    "partly_out_of_view": "Move to the middle",
    "too_small": "Bring the camera closer",
    "oblique": "Turn the camera side-on",
    "facing_unknown": "Start running",
    "not_running": "Start running",
}
"""A sample's state, as a sentence for the runner."""

OTHER_STATE = "Finding you"

PHASES = {
    "idle": "Ready",
    "warm_up": "Warm-up",
    "baseline": "Baseline",
    "drill": "Drill",
}
"""A phase's name, as the header has it."""

HINTS = {
    "idle": "Run when ready",
    "warm_up": "Run easily",
    "baseline": "Run as usual",
}
"""What a phase without a target asks of the runner."""

MEASURES = {
    "hip_extension": "Hip extension",
    "hip_extension_trunk": "Hip extension to trunk",
    "thigh_excursion": "Thigh excursion",
    "knee_drive": "Knee drive",
    "knee": "Knee at push-off",
    "ankle": "Ankle at push-off",
    "trunk_lean": "Trunk lean",
    "cadence": "Cadence",
}
"""A measure's name, as the caption over the big number has it."""

STARTING = STATES["starting"]
CAMERA_LOST = "Camera lost"
RECORDING_ENDED = "Recording ended"
WAITING = "Waiting for the measurement"
PAUSED = "Paused"
NO_SOUND = "No sound"
MUTED = "Muted"
NOT_CALIBRATED = "Not calibrated"


def state_sentence(state: str) -> str:
    """What a sample's state asks of the runner; "" while it is measuring."""
    return STATES.get(state, OTHER_STATE)


def phase_title(name: str) -> str:
    """A phase's name for people, also of a phase not known here."""
    return PHASES.get(name, name.replace("_", " ").capitalize())


def measure_title(measure: str) -> str:
    """A measure's name for people, also of a measure not known here."""
    return MEASURES.get(measure, measure.replace("_", " ").capitalize())


def degrees_range(low_deg: float, high_deg: float, unit: str) -> str:
    """A band in whole numbers, as in "16–20°"; "to" where a minus sign would read as a dash."""
    between = " to " if round(low_deg) < 0 else "–"
    return f"{round(low_deg)}{between}{round(high_deg)}{unit}".replace("-", "−")

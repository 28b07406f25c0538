"""The cards that keys show in place of the mirror: help, and the delay of every stage."""

from collections.abc import Mapping

from feedback.display.state.view import Card
from wire.health.stages import measured
from wire.messages import Health, Latency, PairingCode
from wire.texts import problem

KEY_ROWS = (
    ("space", "pause, resume"),
    ("c", "set the zero: stand still"),
    ("+  −", "enter belt speed: faster, slower"),
    ("m", "sound off, on"),
    ("r", "replay the last seconds slowly"),
    ("l", "show delays"),
    ("f", "full screen, window"),
    ("p", "pair a tablet with the console"),
    ("h", "show this help"),
    ("q", "save and quit"),
)
HELP = Card(
    "Hip extension",
    (
        "How far the thigh nearest the camera reaches behind the body at push-off. "
        "0° is your thigh when you stand still; until that is measured, 0° is vertical.",
        "The blue band is your target. A side camera cannot see the pelvis: compare values within one session only.",
    ),
    (),
    KEY_ROWS,
)
CONSOLE_OFF = Card(
    "Console",
    ("The coach's console is off. Start HipCue with --console, then press p again.",),
)
_ROLES = {
    "coach": ("Pair a coach's tablet", "It can then see everything, lead the session and change the settings."),
    "viewer": ("Pair a viewer's tablet", "It can then see everything and change nothing."),
}
LATENCY_TITLE = "Delays, ms"
LATENCY_HEAD = ("", "p50", "p95", "p99", "max")


def pairing_card(code: PairingCode) -> Card:
    """The code that pairs a tablet with the console."""
    title, may = _ROLES[code.role]
    how = "Scan the code with its camera within two minutes. It works once."
    then = "a viewer" if code.role == "coach" else "the mirror"
    return Card(title, (f"{how} {may}", f"Press p for {then}."), code=code.address)


def no_replay_card(why: str) -> Card:
    """Shown where a replay was asked for and there is none."""
    return Card("Replay", (why, "Press r for the mirror."))


def latency_card(healths: Mapping[str, Health]) -> Card:
    """The delays of all stages over the last seconds, from the camera to sound and screen, and the faults of all processes."""
    paragraphs = tuple(f"{name}: {problem(fault)}" for name in sorted(healths) for fault in healths[name].faults)
    rows = tuple((stage.name, *_figures(latency)) for stage, latency in measured(healths, recent=True))
    return Card(LATENCY_TITLE, paragraphs, LATENCY_HEAD, rows or (("No delays measured yet",),))


def _figures(latency: Latency) -> tuple[str, ...]:
    return tuple(_ms(value) for value in (latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms))


def _ms(value: float) -> str:
    """Milliseconds in at most three digits."""
    return f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"

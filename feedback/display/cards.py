"""The pages that keys lay over the mirror: help, and the delays of every stage."""

from collections.abc import Mapping

from feedback.display.view import Card
from wire.messages import Health, Latency
from wire.stages import measured

KEY_ROWS = (
    ("space", "pause, go on"),
    ("c", "set the zero: stand still"),
    ("+  −", "belt faster, slower"),
    ("m", "sound off, on"),
    ("l", "delays"),
    ("f", "full screen, window"),
    ("h", "this page"),
    ("q", "end and save"),
)
HELP = Card(
    "Hip extension",
    (
        "How far the thigh of the leg nearest the camera reaches behind the body at push-off. "
        "0° is the thigh when you stand still; until that is measured, it is the vertical.",
        "The blue band is your target. A side camera cannot see the pelvis: trust changes within a session.",
    ),
    (),
    KEY_ROWS,
)
LATENCY_TITLE = "Delays, ms"
LATENCY_HEAD = ("", "p50", "p95", "p99", "most")
NOT_WELL = ("degraded", "failed")


def latency_card(healths: Mapping[str, Health]) -> Card:
    """The stages of the way from light to sound and screen over the last seconds, and what ails a process."""
    paragraphs = tuple(f"{name}: {healths[name].reason}" for name in sorted(healths) if healths[name].state in NOT_WELL)
    rows = tuple((stage.name, *_figures(latency)) for stage, latency in measured(healths, recent=True))
    return Card(LATENCY_TITLE, paragraphs, LATENCY_HEAD, rows or (("Nothing counted yet",),))


def _figures(latency: Latency) -> tuple[str, ...]:
    return tuple(_ms(value) for value in (latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms))


def _ms(value: float) -> str:
    """Three figures at most are worth reading."""
    return f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"

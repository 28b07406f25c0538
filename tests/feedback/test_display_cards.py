"""The cards of help and delays, and the guide to the screens."""

import re
from pathlib import Path

from config.settings import Settings
from feedback.display import window
from feedback.display.state.cards import HELP, LATENCY_HEAD, latency_card
from feedback.display.state.screen import Screen
from tests.support.healths import fault, health
from tests.support.screen_states import SIZES_PX, STATES
from wire.faults import FaultCode
from wire.health.stages import CAPTURED_TO_FLIP, POSE, STAGES
from wire.messages import Health, Latency


def measured(process: str, recent: dict[str, Latency]) -> Health:
    long_ago = {name: Latency(99, 50.0, 60.0, 70.0, 80.0) for name in recent}
    return Health(process, 1, "running", 0, 1, {}, {}, long_ago, recent)


def test_help_names_every_key_and_says_what_hip_extension_is() -> None:
    named = {key for keys, _ in HELP.rows for key in keys.split()}
    assert named == {"space", "c", "+", "−", "m", "r", "l", "f", "p", "h", "q"}
    assert len(HELP.rows) == len({*window.KEYS.values(), *window.TYPED_KEYS.values()}) - 1  # + and − share a row
    assert "behind the body at push-off" in HELP.paragraphs[0]


def test_delays_are_those_of_the_last_seconds_in_the_order_of_the_stages() -> None:
    healths = {
        "display": measured("display", {CAPTURED_TO_FLIP: Latency(9, 1.234, 2.0, 3.0, 123.4)}),
        "analysis": measured("analysis", {POSE: Latency(9, 14.0, 18.0, 20.0, 22.0)}),
        "audio": health("audio", "degraded", fault(FaultCode.SOUND_DEVICE_LOST, "audio")),
    }
    card = latency_card(healths)
    assert card.head == LATENCY_HEAD
    assert card.rows == ((POSE, "14.0", "18.0", "20.0", "22.0"), (CAPTURED_TO_FLIP, "1.2", "2.0", "3.0", "123"))
    assert card.paragraphs == ("audio: The sound device has stopped playing",)


def test_the_delays_card_has_a_row_for_every_stage() -> None:
    card = STATES["delays"].view().card
    assert card is not None
    assert [row[0] for row in card.rows] == [stage.name for stage in STAGES]


def test_without_delays_the_card_says_so() -> None:
    assert latency_card({}).rows == (("No delays measured yet",),)


def test_a_key_shows_and_hides_its_card_and_another_key_replaces_it() -> None:
    screen = Screen(Settings())
    titles = []
    for key in ("help", "help", "help", "latency", "latency"):
        screen.toggle_card("help" if key == "help" else "latency")
        card = screen.view(0).card
        titles.append(card.title if card is not None else "")
    assert titles == ["Hip extension", "", "Hip extension", "Delays, ms", ""]


def test_the_page_of_pictures_shows_every_state_in_every_size_and_no_other() -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "screens.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\(screens/([a-z0-9-]+)-\d+x\d+\.webp\)", page))
    assert named == {*STATES, "all"}
    for name in STATES:
        for width_px, height_px in SIZES_PX:
            picture = f"screens/{name}-{width_px}x{height_px}.webp"
            assert picture in page
            assert (docs / picture).exists()
    assert sum(path.stat().st_size for path in (docs / "screens").iterdir()) <= 3_000_000


def test_the_readme_has_every_key() -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", page.split("| key | action |")[1].split("\n\n")[0], re.MULTILINE)
    keys = " ".join(key for key, _ in rows).replace(",", "").split()
    assert set(keys) - {"Esc"} == {key for names, _ in HELP.rows for key in names.split()}

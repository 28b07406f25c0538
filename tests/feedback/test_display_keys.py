"""Given keys in any order, several at once, at any time: each does what the help says, and none stops the screen."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sections.display import DisplaySettings
from config.settings import Settings
from feedback.display import process as process_module
from feedback.display.process import QUIT_GRACE_S, DisplayProcess
from feedback.display.state.cards import CONSOLE_OFF, HELP, LATENCY_TITLE, no_replay_card
from feedback.display.window import Key
from tests.support.fake_window import FakeWindow
from tests.support.short_folder import short_folder
from wire.clock import s_to_ns
from wire.lifecycle import StopFlag
from wire.messages import Command, PairingCode
from wire.node import Node
from wire.sockets import Wire
from wire.topics import DISPLAY

SETTINGS = Settings(display=DisplaySettings(mode="window", width_px=320, height_px=240))
SHOWN_HERE = ("help", "latency", "full_screen", "replay")
"""Keys that only the display handles."""
TITLES = {
    "help": HELP.title,
    "latency": LATENCY_TITLE,
    "pairing_code": CONSOLE_OFF.title,
    "replay": no_replay_card("").title,
}
"""Nothing has been measured, so there is nothing to replay."""
CODE = "http://192.0.2.1:7680/pair?token=x"

keys = st.lists(st.sampled_from(get_args(Key)), max_size=4)
console = st.sampled_from(["", CODE, None])
"""What the console publishes before a round: no code, a code, or nothing."""
steps_ns = st.sampled_from([0, *map(s_to_ns, (0.05, 0.6, 200.0))])
rounds = st.lists(st.tuples(keys, console, steps_ns), min_size=1, max_size=12)
CODE_NS = s_to_ns(120)


class Sent:
    """Keeps the commands instead of publishing them."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def send(self, command: Command) -> None:
        self.names.append(command.name)


class PressedDisplay:
    """A display process whose keys, messages and time the test determines."""

    def __init__(self, directory: Path) -> None:
        self.now_ns = s_to_ns(100)
        self.stop = StopFlag()
        self.sent = Sent()
        self.wire = Wire(directory, DISPLAY, lambda: self.now_ns)
        with patch.object(process_module, "Window", FakeWindow):
            self.display = DisplayProcess(SETTINGS, Node(self.wire, self.stop))
        self.display._commands = self.sent  # type: ignore[assignment]

    @property
    def window(self) -> FakeWindow:
        window = self.display._window
        assert isinstance(window, FakeWindow)
        return window

    def round(self, pressed: list[Key], code: str | None, step_ns: int) -> None:
        self.now_ns += step_ns
        if code is not None:
            self.display._handle(PairingCode(code, ends_ns=self.now_ns + CODE_NS))
        self.window.pressed = list(pressed)
        self.display.show()

    def shown(self) -> str:
        """The title of the card on the screen, "code" for one that pairs, "": there is none."""
        card = self.display._screen.view(self.now_ns).card
        return "" if card is None else "code" if card.code else card.title

    def close(self) -> None:
        self.display.close()
        self.wire.close()


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    folder = short_folder("hc")
    yield folder
    shutil.rmtree(folder)


@given(rounds=rounds)
def test_any_keys_in_any_order(rounds: list[tuple[list[Key], str | None, int]], directory: Path) -> None:
    display = PressedDisplay(directory)
    try:
        everything: list[Key] = []
        card, code_ends_ns, has_console = "", 0, False
        quit_ns: int | None = None
        for pressed, code, step_ns in rounds:
            display.round(pressed, code, step_ns)
            if code is not None:
                has_console, code_ends_ns = True, display.now_ns + CODE_NS if code else 0
            ends = quit_ns is not None and display.now_ns - quit_ns >= s_to_ns(QUIT_GRACE_S)
            everything += pressed
            for key in pressed:
                title = TITLES.get(key)
                if title is not None:
                    card = "" if card == title or (key == "pairing_code" and has_console) else title
                if key == "quit" and quit_ns is None:
                    quit_ns = display.now_ns
            expected = "code" if display.now_ns < code_ends_ns else "" if card == CONSOLE_OFF.title and has_console else card
            assert display.shown() == expected
            assert display.window.full_screen is bool(everything.count("full_screen") % 2)
            assert bool(display.stop) is ends
            if ends:
                break
        assert display.sent.names == [key for key in everything if key not in SHOWN_HERE]
    finally:
        display.close()


def test_a_console_that_starts_after_its_key_was_pressed_is_not_said_to_be_off(wire_directory: Path) -> None:
    display = PressedDisplay(wire_directory)
    display.round(["pairing_code"], None, s_to_ns(1))
    assert display.shown() == CONSOLE_OFF.title
    display.round([], "", s_to_ns(1))
    assert display.shown() == ""
    display.close()

"""The display builds a view only when a drawing is due, however many samples arrive in between. Time is the test's."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from config.sections.display import DisplaySettings
from config.settings import Settings
from feedback.display import process as process_module
from feedback.display.process import RESTING_PERIOD_NS, SCREEN_RETRY_S, DisplayProcess
from feedback.display.state.screen import Screen
from feedback.display.state.view import View
from feedback.display.window import NoScreenError
from tests.support.fake_window import FakeWindow
from tests.support.healths import health
from tests.support.message_examples import sample
from wire.clock import NS_PER_MS, s_to_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.lifecycle import StopFlag
from wire.node import IDLE_WAIT_MS, Node
from wire.sockets import Wire
from wire.topics import ANALYSIS, DISPLAY

FPS = 60
PERIOD_NS = s_to_ns(1) // FPS
SETTINGS = Settings(display=DisplaySettings(mode="window", width_px=320, height_px=240, fps=FPS))


class Rounds:
    """A display process whose rounds, messages and time the test determines; counts the views that it builds."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_ns = s_to_ns(100)
        self.views = 0
        build = Screen.view

        def counted(screen: Screen, now_ns: int) -> View:
            self.views += 1
            return build(screen, now_ns)

        monkeypatch.setattr(process_module, "Window", FakeWindow)
        monkeypatch.setattr(Screen, "view", counted)
        self.wire = Wire(directory, DISPLAY, lambda: self.now_ns)
        self.display = DisplayProcess(SETTINGS, Node(self.wire, StopFlag()))
        self._frames = 0

    @property
    def flips(self) -> int:
        window = self.display._window
        assert isinstance(window, FakeWindow)
        return window.flips

    def sample_arrives(self, grey: int = 0) -> float:
        """Handle a new frame with its sample in one round; returns how long the next round may wait, ms."""
        self._frames += 1
        image = np.full((54, 96, 3), grey, np.uint8)
        times_ns = (self.now_ns, self.now_ns, self.now_ns)
        self.display._handle_frame(Frame(1, self._frames, self._frames, *times_ns, "synthetic", image), self.now_ns)
        self.display._handle(sample(self._frames - 1))
        return self.display.show()


@pytest.fixture
def rounds(wire_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rounds]:
    running = Rounds(wire_directory, monkeypatch)
    yield running
    running.display.close()
    running.wire.close()


def test_samples_within_one_period_build_one_view(rounds: Rounds) -> None:
    rounds.sample_arrives()
    for _ in range(10):
        rounds.now_ns += PERIOD_NS // 20
        rounds.sample_arrives()
    assert (rounds.views, rounds.flips) == (1, 1)
    rounds.now_ns += PERIOD_NS
    rounds.sample_arrives()
    assert (rounds.views, rounds.flips) == (2, 2)


def test_the_round_waits_for_the_rest_of_the_period(rounds: Rounds) -> None:
    rounds.sample_arrives()
    rounds.now_ns += PERIOD_NS // 4
    assert rounds.sample_arrives() == pytest.approx(0.75 * PERIOD_NS / NS_PER_MS, abs=0.01)


def test_a_view_that_has_not_changed_is_not_drawn_again(rounds: Rounds) -> None:
    rounds.sample_arrives()
    rounds.now_ns += 2 * PERIOD_NS
    rounds.display.show()
    assert (rounds.views, rounds.flips) == (2, 1)


def test_a_replay_is_drawn_when_its_picture_changes_and_the_mirror_not_at_all(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(30):
        rounds.sample_arrives()
        rounds.now_ns += s_to_ns(1) // 30
    monkeypatch.setattr(FakeWindow, "read_keys", lambda _window: ["replay"])
    rounds.sample_arrives()
    monkeypatch.setattr(FakeWindow, "read_keys", lambda _window: [])
    rounds.now_ns += s_to_ns(1)  # until the messages of the start are gone
    rounds.sample_arrives()
    rounds.now_ns += s_to_ns(1)
    rounds.sample_arrives()
    before = rounds.flips
    for _ in range(FPS):
        rounds.now_ns += PERIOD_NS
        rounds.sample_arrives()
    assert rounds.flips - before in (7, 8)  # 30 pictures a second, a quarter as fast


class TestWhileNobodyIsInView:
    @pytest.fixture(autouse=True)
    def _rests(self, rounds: Rounds) -> None:
        rounds.sample_arrives()
        rounds.display._handle(health(ANALYSIS, resting=True))
        for _ in range(5):  # until the messages of the start are gone
            rounds.now_ns += RESTING_PERIOD_NS
            rounds.sample_arrives()
        rounds.views = 0

    def test_a_picture_that_looks_the_same_is_not_drawn(self, rounds: Rounds) -> None:
        before = rounds.flips
        for _ in range(20):
            rounds.now_ns += RESTING_PERIOD_NS
            assert rounds.sample_arrives(grey=1) <= IDLE_WAIT_MS
        assert rounds.flips == before

    def test_a_picture_that_has_changed_is_drawn(self, rounds: Rounds) -> None:
        before = rounds.flips
        rounds.now_ns += RESTING_PERIOD_NS
        rounds.sample_arrives(grey=40)
        assert rounds.flips == before + 1

    def test_views_are_built_a_few_times_a_second(self, rounds: Rounds) -> None:
        for _ in range(40):
            rounds.now_ns += RESTING_PERIOD_NS // 4
            rounds.sample_arrives()
        assert rounds.views == 10

    def test_a_key_is_answered_at_once(self, rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
        before = rounds.flips
        rounds.now_ns += RESTING_PERIOD_NS // 10
        monkeypatch.setattr(FakeWindow, "read_keys", lambda _window: ["help"])
        rounds.display.show()
        assert rounds.flips == before + 1

    def test_the_first_picture_after_it_is_drawn(self, rounds: Rounds) -> None:
        before = rounds.flips
        rounds.display._handle(health(ANALYSIS))
        rounds.now_ns += PERIOD_NS
        rounds.sample_arrives(grey=1)
        assert rounds.flips == before + 1


def test_a_screen_that_is_switched_on_later_is_used(
    wire_directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    is_on = False

    def open_window(*wanted: object) -> FakeWindow:
        if not is_on:
            raise NoScreenError
        return FakeWindow(True, (320, 240), "")

    monkeypatch.setattr(process_module, "Window", open_window)
    now_ns = s_to_ns(100)
    with Wire(wire_directory, DISPLAY, lambda: now_ns) as wire:
        node = Node(wire, StopFlag())
        display = DisplayProcess(SETTINGS, node)
        for _ in range(3):
            now_ns += s_to_ns(SCREEN_RETRY_S)
            node.round(0)
        assert [fault.code for fault in node.health.faults] == [FaultCode.SCREEN_MISSING]
        is_on = True
        now_ns += s_to_ns(SCREEN_RETRY_S)
        node.round(0)
        display.show()
        assert isinstance(display._window, FakeWindow)
        assert (display._window.flips, node.health.faults) == (1, ())
        display.close()
    assert capsys.readouterr().out.count("No screen found") == 1

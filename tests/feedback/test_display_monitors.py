"""The screen is shown on the wanted monitor, and its full screen comes back after a TV was switched off."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pygame
import pytest

from config.sections.display import DisplaySettings
from config.settings import Settings
from feedback.display import window as window_module
from feedback.display.monitors import Monitor, connected_monitors, find_monitor, window_monitor
from feedback.display.window import MOST_TRIES, Window
from hipcue.doctor.machine_check import check_screen
from tests.support.elsewhere import Elsewhere, process_with
from tests.support.eventually import eventually
from tests.support.several_monitors import Placed, SeveralMonitors, missing, several_monitors

LAPTOP, TV = Monitor(0, "eDP-1", 640, 480), Monitor(1, "HDMI-1", 800, 600)
PLACED: list[Placed] = [("eDP-1", 0, 0, 640, 480), ("HDMI-1", 640, 0, 800, 600)]


class TestFinding:
    @pytest.mark.parametrize(
        ("wanted", "found"),
        [("", LAPTOP), ("1", LAPTOP), ("2", TV), ("3", None), ("hdmi", TV), ("EDP", LAPTOP), ("DP-2", None), ("0", None)],
    )
    def test_a_monitor_is_found_by_its_number_or_part_of_its_name(self, wanted: str, found: Monitor | None) -> None:
        assert find_monitor([LAPTOP, TV], wanted) == found

    def test_without_monitors_none_is_found(self) -> None:
        assert find_monitor([], "") is None


@pytest.fixture(name="machine", scope="module")
def _machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SeveralMonitors, Elsewhere]]:
    with several_monitors(tmp_path_factory.mktemp("monitors"), PLACED) as monitors, process_with(monitors.environment) as there:
        yield monitors, there


def listed() -> list[Monitor]:
    pygame.display.init()
    try:
        return connected_monitors()
    finally:
        pygame.display.quit()


@dataclass(frozen=True)
class Place:
    """The window's monitor and size, and whether it is visible."""

    monitor: int | None
    size_px: tuple[int, int]
    visible: bool


ON_TV, ON_LAPTOP = Place(1, (800, 600), True), Place(0, (640, 480), True)


def place(window: Window) -> Place:
    """Where it is, as far as the system's events have arrived."""
    window.read_keys()
    return Place(window_monitor(), pygame.display.get_window_size(), pygame.display.get_active())


@contextmanager
def window_at(wanted: str, start: Place) -> Iterator[Window]:
    """A full screen, once it is there."""
    window = Window(True, (320, 240), wanted)
    try:
        eventually(lambda: place(window) == start, f"the window is at {start}")
        yield window
    finally:
        window.close()


def has_its_monitor(wanted: str, start: Place) -> bool:
    with window_at(wanted, start) as window:
        return window.has_its_monitor


def checks_after(system: list[list[str]]) -> list[bool]:
    """The results of the checks after the system has changed the window (xdotool's commands), and when it is back."""
    with window_at("HDMI-1", ON_TV) as window:
        number = str(pygame.display.get_wm_info()["window"])
        for command, *values in system:
            subprocess.run(["xdotool", command, number, *values], check=True)
        eventually(lambda: place(window) != ON_TV, "the window is elsewhere")
        checks = [window.keep_full_screen()]
        eventually(lambda: place(window) == ON_TV, "the window is back")
        return [*checks, window.keep_full_screen()]


@pytest.mark.screen
@pytest.mark.skipif(bool(missing()), reason=missing())
class TestTwoMonitors:
    def test_they_are_listed_with_their_names(self, machine: tuple[SeveralMonitors, Elsewhere]) -> None:
        assert machine[1].call(listed) == [LAPTOP, TV]

    @pytest.mark.parametrize("wanted", ["HDMI-1", "2"])
    def test_the_wanted_one_is_filled(self, machine: tuple[SeveralMonitors, Elsewhere], wanted: str) -> None:
        assert machine[1].call(has_its_monitor, wanted, ON_TV)

    def test_without_the_wanted_one_the_first_is_filled(self, machine: tuple[SeveralMonitors, Elsewhere]) -> None:
        assert not machine[1].call(has_its_monitor, "DP-2", ON_LAPTOP)

    @pytest.mark.parametrize(
        "system",
        [
            [["windowunmap"]],
            [["windowsize", "320", "240"]],
            [["windowmove", "10", "10"]],
            [["windowmove", "10", "10"], ["windowsize", "640", "480"]],
        ],
        ids=["hidden", "reduced", "moved to the other", "moved and reduced"],
    )
    def test_a_full_screen_that_was_lost_comes_back(
        self, machine: tuple[SeveralMonitors, Elsewhere], system: list[list[str]]
    ) -> None:
        assert machine[1].call(checks_after, system) == [True, False]

    def test_while_the_tv_is_off_the_other_one_is_used(self, machine: tuple[SeveralMonitors, Elsewhere]) -> None:
        assert machine[1].call(has_its_monitor_while_off_and_afterwards) == [False, True]

    def test_a_system_that_grants_no_full_screen_is_left_alone(self, machine: tuple[SeveralMonitors, Elsewhere]) -> None:
        assert machine[1].call(checks_without_full_screen) == [True] * MOST_TRIES + [False, False]

    def test_what_is_drawn_is_seen_there(self, machine: tuple[SeveralMonitors, Elsewhere]) -> None:
        monitors, there = machine
        there.call(draw_red, "HDMI-1")
        try:

            def is_red() -> bool:
                picture = monitors.screen.picture()
                return bool((picture[:600, 640:] == (0, 0, 255)).all()) and not np.any(picture[:, :640, 2] == 255)

            eventually(is_red, "the TV is red, and the other monitor is not")
        finally:
            there.call(pygame.display.quit)

    @pytest.mark.parametrize(("wanted", "good"), [("", True), ("hdmi", True), ("DP-2", False)])
    def test_the_doctor_lists_them(self, machine: tuple[SeveralMonitors, Elsewhere], wanted: str, good: bool) -> None:
        found = machine[1].call(check_screen, Settings(display=DisplaySettings(monitor=wanted)))
        assert (found.found, found.good) == ("1: eDP-1 640x480, 2: HDMI-1 800x600", good)


def has_its_monitor_while_off_and_afterwards() -> list[bool]:
    with window_at("HDMI-1", ON_TV) as window:
        with patch.object(window_module, "connected_monitors", lambda: [LAPTOP]):
            window.keep_full_screen()
            eventually(lambda: place(window) == ON_LAPTOP, "the window is on the other monitor")
            found = [window.has_its_monitor]
        window.keep_full_screen()
        eventually(lambda: place(window) == ON_TV, "the window is back")
        return [*found, window.has_its_monitor]


def checks_without_full_screen() -> list[bool]:
    larger = [LAPTOP, Monitor(1, "HDMI-1", 1600, 1200)]
    with window_at("HDMI-1", ON_TV) as window, patch.object(window_module, "connected_monitors", lambda: larger):
        return [window.keep_full_screen() for _ in range(MOST_TRIES + 2)]


def draw_red(wanted: str) -> None:
    window = Window(True, (320, 240), wanted)
    eventually(lambda: place(window) == ON_TV, "the window is there")
    window.surface.fill((255, 0, 0))
    window.flip()

"""Given a code from the console, for pairing or for the runner's report, a camera can read it from the big screen."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import pygame
import pytest

from config.settings import Settings
from feedback.display.paint.painter import Painter
from feedback.display.state.screen import Screen
from feedback.display.state.view import View
from tests.support.qr_reader import read_qr
from tests.support.screen_states import NOW_NS, REPORT_LINK, STATES
from wire.clock import s_to_ns
from wire.frames.frame import Image
from wire.messages import PairingCode, ReportLink

ADDRESS = "http://192.168.100.200:7680/pair#abcdefghijklmnopqrstuv"
CODE = PairingCode(ADDRESS, "coach", s_to_ns(120))


PHONE_PX_PER_M = 1920 / (2 * 2 * np.tan(np.radians(69 / 2)))
"""A phone's picture while it looks for codes: 1920 pixels across 69 degrees, from 2 m."""
SCREEN_WIDTH_M = 1.107
"""A 50-inch screen of 16 to 9."""


def painted(view: View, size_px: tuple[int, int]) -> Image:
    surface = pygame.Surface(size_px, depth=32)
    Painter().paint(surface, view)
    return np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1)[..., ::-1])


def read(view: View, size_px: tuple[int, int]) -> str:
    """What a camera reads from the screen."""
    return read_qr(painted(view, size_px))


@pytest.mark.parametrize("size_px", [(1920, 1080), (1080, 1920), (1280, 720)])
def test_a_camera_reads_the_code_from_the_screen(size_px: tuple[int, int]) -> None:
    screen = Screen(Settings())
    screen.handle(CODE, 0)
    assert read(screen.view(0), size_px) == ADDRESS


def test_the_card_says_what_the_device_may_do() -> None:
    screen = Screen(Settings())
    titles = []
    for code in (CODE, PairingCode(ADDRESS, "viewer", CODE.ends_ns)):
        screen.handle(code, 0)
        card = screen.view(0).card
        assert card is not None
        titles.append(card.title)
    assert titles == ["Pair a coach's tablet", "Pair a viewer's tablet"]


def test_a_code_leaves_the_screen_when_it_expires_or_is_used() -> None:
    screen = Screen(Settings())
    screen.handle(CODE, 0)
    assert screen.view(CODE.ends_ns - 1).card is not None
    assert screen.view(CODE.ends_ns).card is None
    screen.handle(PairingCode(""), 0)
    assert screen.view(0).card is None


def test_without_a_console_the_key_says_so_and_hides_it_again() -> None:
    screen = Screen(Settings())
    screen.toggle_card("pairing_code")
    card = screen.view(0).card
    assert card is not None
    assert "--console" in card.paragraphs[0]
    screen.toggle_card("pairing_code")
    assert screen.view(0).card is None


def test_with_a_console_the_key_shows_no_card_of_the_screens_own() -> None:
    screen = Screen(Settings())
    screen.handle(PairingCode(""), 0)
    screen.toggle_card("pairing_code")
    assert screen.view(0).card is None


@pytest.mark.parametrize("size_px", [(1920, 1080), (1080, 1920), (1280, 720)])
def test_a_phone_reads_the_reports_code_from_two_metres(size_px: tuple[int, int]) -> None:
    picture = painted(STATES["summary-report"].view(), size_px)
    metres = SCREEN_WIDTH_M if size_px[0] > size_px[1] else SCREEN_WIDTH_M * 9 / 16
    scale = PHONE_PX_PER_M * metres / size_px[0]
    seen = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # OpenCV's detector is no match for a phone's: it is given a larger picture, which holds nothing more.
    enlarged = cv2.resize(seen, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    assert read_qr(enlarged.astype(np.uint8)) == REPORT_LINK.address


def test_the_reports_code_leaves_the_summary_when_it_expires_or_is_withdrawn() -> None:
    screen = Screen(Settings())
    phase = STATES["summary-report"].phase
    assert phase is not None
    screen.handle(phase, NOW_NS)
    screen.handle(REPORT_LINK, NOW_NS)
    assert screen.view(REPORT_LINK.ends_ns - 1).board.report_address == REPORT_LINK.address
    assert screen.view(REPORT_LINK.ends_ns).board.report_address == ""
    screen.handle(ReportLink(""), NOW_NS)
    assert screen.view(NOW_NS).board.report_address == ""

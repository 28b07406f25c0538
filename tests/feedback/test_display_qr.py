"""Given a pairing code from the console, a camera can read it from the big screen; without a console, key p says so."""

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
from wire.clock import s_to_ns
from wire.messages import PairingCode

ADDRESS = "http://192.168.100.200:7680/pair#abcdefghijklmnopqrstuv"
CODE = PairingCode(ADDRESS, "coach", s_to_ns(120))


def read(view: View, size_px: tuple[int, int]) -> str:
    """What a camera reads from the screen."""
    surface = pygame.Surface(size_px, depth=32)
    Painter().paint(surface, view)
    picture = np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1)[..., ::-1])
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    return str(text)


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

"""A window without a screen."""

import pygame

from feedback.display.window import Key


class FakeWindow:
    """Takes the place of feedback.display.window.Window: counts its flips, and has the keys pressed that a test presses."""

    has_its_monitor = True

    def __init__(self, full_screen: bool, size_px: tuple[int, int], _monitor: str) -> None:
        self.surface = pygame.Surface(size_px, depth=32)
        self.repaint = True
        self.flips = 0
        self.full_screen = full_screen
        self.pressed: list[Key] = []
        """What the next round finds."""

    @property
    def description(self) -> str:
        return "320x240 full screen" if self.full_screen else "320x240 window"

    def read_keys(self) -> list[Key]:
        pressed, self.pressed = self.pressed, []
        return pressed

    def toggle_full_screen(self) -> None:
        self.full_screen = not self.full_screen
        self.repaint = True

    def keep_full_screen(self) -> bool:
        return False

    def flip(self) -> None:
        self.flips += 1

    def close(self) -> None:
        pass

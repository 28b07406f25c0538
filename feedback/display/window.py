"""The screen and its keys: the only place that opens a window."""

import os
from typing import Literal

import pygame

Key = Literal["pause", "mute", "calibrate", "faster", "slower", "help", "latency", "full_screen", "quit"]

CAPTION = "HipCue"
KEYS: dict[int, Key] = {
    pygame.K_SPACE: "pause",
    pygame.K_m: "mute",
    pygame.K_c: "calibrate",
    pygame.K_h: "help",
    pygame.K_l: "latency",
    pygame.K_f: "full_screen",
    pygame.K_q: "quit",
    pygame.K_ESCAPE: "quit",
}
SIGNS: dict[str, Key] = {"+": "faster", "-": "slower", "−": "slower"}
"""By what is typed, not by where the key lies: plus and minus wander between keyboards, and remotes have their own."""
UNSEEN_DRIVERS = ("dummy", "offscreen", "evdev")
"""SDL's video drivers that open "screens" nobody can see."""
LEAST_WINDOW_PX = (320, 240)


class NoScreenError(Exception):
    """No screen could be opened; the text is one sentence for people."""


def find_screen() -> str | None:
    """The screen that a window would open on, as in "1920x1080 (x11)"; None when there is none. Opens nothing."""
    try:
        driver = _open_driver()
    except NoScreenError:
        return None
    sizes_px = pygame.display.get_desktop_sizes()
    pygame.display.quit()
    return f"{sizes_px[0][0]}x{sizes_px[0][1]} ({driver})" if sizes_px else None


def _open_driver() -> str:
    """Start SDL's video and return its driver's name. Raises NoScreenError where nobody would see it."""
    try:
        pygame.display.init()
    except pygame.error as error:
        raise NoScreenError(f"No screen found: {error}.") from None
    driver = pygame.display.get_driver()
    if driver in UNSEEN_DRIVERS:
        pygame.display.quit()
        raise NoScreenError("No screen found: connect one, or start HipCue from the desktop.")
    return driver


class Window:
    """A window, or the whole screen. Raises NoScreenError when there is nothing to open it on."""

    def __init__(self, full_screen: bool, window_size_px: tuple[int, int]) -> None:
        self._window_size_px = window_size_px
        self._full_screen = full_screen
        self.repaint = True
        """The surface is new or was covered: what stood on it is gone."""
        if _open_driver() == "x11":
            # Through OpenGL without a graphics card a flip takes 8 ms of a core at 1080p; through shared memory 0.3 ms.
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        pygame.display.set_caption(CAPTION)
        try:
            self.surface = self._open()
        except pygame.error as error:
            pygame.display.quit()
            raise NoScreenError(f"No screen found: {error}.") from None

    @property
    def description(self) -> str:
        """As in "1920x1080 full screen"."""
        width_px, height_px = self.surface.get_size()
        return f"{width_px}x{height_px} {'full screen' if self._full_screen else 'window'}"

    def pressed(self) -> list[Key]:
        """What was pressed since the last call; closing the window is "quit"."""
        pressed: list[Key] = []
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                pressed.append("quit")
            elif event.type == pygame.KEYDOWN and (key := SIGNS.get(event.unicode) or KEYS.get(event.key)):
                pressed.append(key)
            elif event.type in (pygame.WINDOWSIZECHANGED, pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED):
                self.surface = pygame.display.get_surface() or self.surface
                self.repaint = True
        return pressed

    def toggle_full_screen(self) -> None:
        """From window to full screen and back; stays as it is where the system refuses."""
        self._full_screen = not self._full_screen
        try:
            self.surface = self._open()
        except pygame.error:
            self._full_screen = not self._full_screen
            self.surface = self._open()

    def flip(self) -> None:
        """Make what was painted visible."""
        pygame.display.flip()

    def close(self) -> None:
        """Give the screen back."""
        pygame.display.quit()

    def _open(self) -> pygame.Surface:
        self.repaint = True
        pygame.mouse.set_visible(not self._full_screen)
        if self._full_screen:
            return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        width_px, height_px = (max(pair) for pair in zip(self._window_size_px, LEAST_WINDOW_PX, strict=True))
        return pygame.display.set_mode((width_px, height_px), pygame.RESIZABLE)

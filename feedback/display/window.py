"""The window and its keys; the only module that opens a screen."""

import os
from contextlib import suppress
from typing import Literal

import pygame

from feedback.display.monitors import Monitor, connected_monitors, find_monitor, move_window, window_monitor
from wire.quiet import quiet_stderr

Key = Literal[
    "pause", "mute", "calibrate", "faster", "slower", "replay", "help", "latency", "full_screen", "pairing_code", "quit"
]

CAPTION = "HipCue"
KEYS: dict[int, Key] = {
    pygame.K_SPACE: "pause",
    pygame.K_m: "mute",
    pygame.K_c: "calibrate",
    pygame.K_r: "replay",
    pygame.K_h: "help",
    pygame.K_l: "latency",
    pygame.K_f: "full_screen",
    pygame.K_p: "pairing_code",
    pygame.K_q: "quit",
    pygame.K_ESCAPE: "quit",
}
TYPED_KEYS: dict[str, Key] = {"+": "faster", "-": "slower", "−": "slower"}
"""By the typed character, not the key's position: plus and minus differ between keyboards and remotes."""
UNSEEN_DRIVERS = ("dummy", "offscreen", "evdev")
"""SDL's video drivers that open invisible screens."""
MIN_WINDOW_PX = (320, 240)
MOST_TRIES = 3
"""If the system refuses full screen this many times, HipCue stops asking until the monitors change."""


class NoScreenError(Exception):
    """No screen could be opened; the text is SDL's reason, or ""."""


def find_screens() -> list[Monitor]:
    """The monitors on which a window could open; none without a screen. Opens no window."""
    try:
        _open_driver()
    except NoScreenError:
        return []
    monitors = connected_monitors()
    pygame.display.quit()
    return monitors


def _open_driver() -> str:
    """Start SDL's video and return its driver's name. Raises NoScreenError if there is no visible screen."""
    try:
        with quiet_stderr():  # Wayland's library prints that it is not there.
            pygame.display.init()
    except pygame.error as error:
        raise NoScreenError(str(error)) from None
    driver = pygame.display.get_driver()
    if driver in UNSEEN_DRIVERS:
        pygame.display.quit()
        raise NoScreenError
    return driver


class Window:
    """A window, or the full screen. Raises NoScreenError if there is no screen.

    `monitor`: the wanted one, as of `find_monitor`. While it is not connected, the first one is used.
    """

    def __init__(self, full_screen: bool, window_size_px: tuple[int, int], monitor: str = "") -> None:
        self._window_size_px = window_size_px
        self._full_screen = full_screen
        self._wanted_monitor = monitor
        self._tries = 0
        """Failed attempts to regain the full screen, and the monitors connected then."""
        self._tried_monitors: list[Monitor] = []
        self.repaint = True
        """The surface is new or was covered: everything must be painted again."""
        # A full screen must not vanish because another window takes the keyboard.
        os.environ.setdefault("SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS", "0")
        if _open_driver() == "x11":
            # At 1080p without a graphics card, a flip takes 8 ms of a core through OpenGL and 0.3 ms through shared memory.
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        pygame.display.set_caption(CAPTION)
        try:
            self.surface = self._open()
        except pygame.error as error:
            pygame.display.quit()
            raise NoScreenError(str(error)) from None

    @property
    def description(self) -> str:
        """As in "1920x1080 full screen"."""
        width_px, height_px = self.surface.get_size()
        return f"{width_px}x{height_px} {'full screen' if self._full_screen else 'window'}"

    @property
    def has_its_monitor(self) -> bool:
        """Whether the wanted monitor is connected."""
        return find_monitor(connected_monitors(), self._wanted_monitor) is not None

    def read_keys(self) -> list[Key]:
        """The keys pressed since the last call; closing the window counts as "quit"."""
        pressed: list[Key] = []
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                pressed.append("quit")
            elif event.type == pygame.KEYDOWN and (key := TYPED_KEYS.get(event.unicode) or KEYS.get(event.key)):
                pressed.append(key)
            elif event.type in (pygame.WINDOWSIZECHANGED, pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED):
                self.surface = pygame.display.get_surface() or self.surface
                self.repaint = True
        return pressed

    def toggle_full_screen(self) -> None:
        """Switch between window and full screen; no change if the system refuses."""
        self._full_screen = not self._full_screen
        try:
            self.surface = self._open()
        except pygame.error:
            self._full_screen = not self._full_screen
            self.surface = self._open()

    def keep_full_screen(self) -> bool:
        """Take the full screen of the wanted monitor if it is lost, as when a TV was off. Returns whether it was.

        Call it about once a second. The system may have moved, reduced or hidden the window, or the monitor may be back.
        """
        monitors = connected_monitors()
        monitor = self._monitor()
        if not self._full_screen or monitor is None or self._fills(monitor):
            self._tries = 0
            return False
        self._tries = 1 if monitors != self._tried_monitors else self._tries + 1
        self._tried_monitors = monitors
        if self._tries > MOST_TRIES:
            return False
        with suppress(pygame.error):  # the next check tries again
            pygame.display.set_mode(MIN_WINDOW_PX, pygame.RESIZABLE, display=monitor.index)
            move_window(monitor)
            self.surface = self._open()
        return True

    def flip(self) -> None:
        """Show what has been painted."""
        pygame.display.flip()

    def close(self) -> None:
        """Close the window."""
        pygame.display.quit()

    def _monitor(self) -> Monitor | None:
        """The monitor to use; None: none is connected."""
        monitors = connected_monitors()
        return find_monitor(monitors, self._wanted_monitor) or find_monitor(monitors, "")

    def _fills(self, monitor: Monitor) -> bool:
        size_px = (monitor.width_px, monitor.height_px)
        is_there = window_monitor() in (None, monitor.index)
        return pygame.display.get_active() and is_there and pygame.display.get_window_size() == size_px

    def _open(self) -> pygame.Surface:
        self.repaint = True
        pygame.mouse.set_visible(not self._full_screen)
        monitor = self._monitor()
        index = 0 if monitor is None else monitor.index
        if self._full_screen:
            return pygame.display.set_mode((0, 0), pygame.FULLSCREEN, display=index)
        width_px, height_px = (max(pair) for pair in zip(self._window_size_px, MIN_WINDOW_PX, strict=True))
        return pygame.display.set_mode((width_px, height_px), pygame.RESIZABLE, display=index)

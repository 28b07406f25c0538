"""The connected monitors, as SDL lists them. SDL's video must have been started."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pygame


@dataclass(frozen=True)
class Monitor:
    """A monitor that is switched on."""

    index: int
    """SDL's number, from 0. People count from 1."""
    name: str
    """As in "DP-2", or the model's; "": unknown."""
    width_px: int
    height_px: int

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.index + 1}:", self.name, f"{self.width_px}x{self.height_px}") if part)


def connected_monitors() -> list[Monitor]:
    """All monitors, the primary one first."""
    sizes_px = pygame.display.get_desktop_sizes()
    return [Monitor(index, _name(index), *size_px) for index, size_px in enumerate(sizes_px)]


def find_monitor(monitors: Sequence[Monitor], wanted: str) -> Monitor | None:
    """The monitor with this number ("1" is the first) or with this in its name; "": the first. None: it is not connected."""
    if not wanted:
        return next(iter(monitors), None)
    number = int(wanted) - 1 if wanted.isdecimal() else None
    return next((one for one in monitors if one.index == number or wanted.casefold() in one.name.casefold()), None)


def window_monitor() -> int | None:
    """The index of the monitor on which the window is; None: unknown."""
    window = _window()
    return None if _SDL is None or window is None else int(_SDL.SDL_GetWindowDisplayIndex(window))


def move_window(monitor: Monitor) -> None:
    """Show the window on this monitor, also if the system has hidden it. SDL cannot move a full-screen window."""
    window = _window()
    if _SDL is not None and window is not None:
        _SDL.SDL_ShowWindow(window)
        _SDL.SDL_RestoreWindow(window)
        _SDL.SDL_SetWindowPosition(window, _CENTRED | monitor.index, _CENTRED | monitor.index)


def _name(index: int) -> str:
    name = None if _SDL is None else _SDL.SDL_GetDisplayName(index)
    return name.decode(errors="replace") if isinstance(name, bytes) else ""


def _window() -> ctypes.c_void_p | None:
    """Pygame's window. SDL numbers windows from 1, and never reuses a number."""
    if _SDL is None:
        return None
    addresses = (_SDL.SDL_GetWindowFromID(number) for number in range(1, _MOST_WINDOWS))
    return next((ctypes.c_void_p(address) for address in addresses if address), None)


def _load_sdl() -> ctypes.CDLL | None:
    """The SDL library that pygame uses, for functions that pygame lacks; None: it was not found."""
    library = Path(pygame.__file__).with_name("SDL2.dll")
    try:
        # Except on Windows, symbols of the libraries that pygame is linked to can be found through its own library.
        sdl = ctypes.CDLL(str(library if library.exists() else pygame.display.__file__))
        sdl.SDL_GetDisplayName.restype = ctypes.c_char_p
        sdl.SDL_GetWindowFromID.restype = ctypes.c_void_p
    except (OSError, AttributeError):
        return None
    return sdl


_CENTRED = 0x2FFF0000
"""SDL_WINDOWPOS_CENTERED_MASK: the position is that of a monitor's centre."""
_MOST_WINDOWS = 1000
_SDL = _load_sdl()

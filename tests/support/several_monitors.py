"""Several monitors on one virtual screen, as SDL finds them: see fake_monitors/fake_xrandr.c."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import virtual_screen

_SOURCE = Path(__file__).parent / "fake_monitors" / "fake_xrandr.c"
Placed = tuple[str, int, int, int, int]
"""Name, left, top, width and height in pixels."""


def missing() -> str:
    """Why there can be no such monitors here; "" when there can."""
    for program, package in (("gcc", "gcc"), ("xdotool", "xdotool")):
        if shutil.which(program) is None:
            return f"{program} is missing (package {package})"
    return virtual_screen.missing()


@dataclass(frozen=True)
class SeveralMonitors:
    """`environment` makes a program find the monitors; `screen` shows all of them."""

    screen: virtual_screen.VirtualScreen
    environment: Mapping[str, str]


@contextmanager
def several_monitors(folder: Path, monitors: list[Placed]) -> Iterator[SeveralMonitors]:
    """A virtual screen that the monitors share, for as long as the block lasts."""
    library, listed, pictures = folder / "libraries", folder / "monitors", folder / "screen"
    library.mkdir()
    pictures.mkdir()
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library / "libXrandr.so.2"), str(_SOURCE)], check=True)
    listed.write_text("".join(" ".join(map(str, monitor)) + "\n" for monitor in monitors))
    width_px = max(left + width for _, left, _, width, _ in monitors)
    height_px = max(top + height for _, _, top, _, height in monitors)
    with virtual_screen.virtual_screen(pictures, width_px, height_px) as screen:
        more = {"LD_LIBRARY_PATH": str(library), "FAKE_MONITORS": str(listed), "SDL_VIDEODRIVER": "x11"}
        yield SeveralMonitors(screen, {**screen.environment, **more})

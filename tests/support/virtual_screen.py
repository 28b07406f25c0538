"""A screen that nobody sees: Xvfb on a display number of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from wire.frames.frame import Image


def missing() -> str:
    """Why there can be no virtual screen here; "" when there can."""
    return "" if shutil.which("Xvfb") else "Xvfb is missing (package xvfb)"


class VirtualScreen:
    """`environment` makes a program open its window there."""

    def __init__(self, number: int, folder: Path) -> None:
        self.environment = {"DISPLAY": f":{number}"}
        self._picture = folder / "Xvfb_screen0"

    def picture(self) -> Image:
        """What is on the screen now, shape (height, width, 3), blue-green-red."""
        packed = self._picture.read_bytes()
        # X window dump, version 7: big-endian header words (X11/XWDFile.h), then the colour map, then the pixels.
        words = np.frombuffer(packed[:100], ">u4")
        header_bytes, width_px, height_px, line_bytes, colours = (int(words[i]) for i in (0, 4, 5, 12, 19))
        pixels = np.frombuffer(packed, np.uint8, height_px * line_bytes, header_bytes + 12 * colours)
        return pixels.reshape(height_px, line_bytes // 4, 4)[:, :width_px, :3].copy()

    def save(self, path: Path) -> None:
        """Write what is on the screen as a PNG."""
        cv2.imwrite(str(path), self.picture())


@contextmanager
def virtual_screen(folder: Path, width_px: int = 1920, height_px: int = 1080) -> Iterator[VirtualScreen]:
    """A screen of this size for as long as the block lasts."""
    reader, writer = os.pipe()
    # Without "-noreset" it starts over when its last window has closed, and refuses connections meanwhile.
    server = subprocess.Popen(
        ["Xvfb", "-noreset", "-displayfd", str(writer), "-screen", "0", f"{width_px}x{height_px}x24", "-fbdir", str(folder)],
        pass_fds=[writer],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            number = int(told.readline())
        yield VirtualScreen(number, folder)
    finally:
        server.terminate()
        server.wait()

"""Draw every state of the big screen, for docs/screens.md: python -m bench.screens [--out FOLDER]."""

import argparse
import os
from pathlib import Path

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import pygame

from bench.screens.webp import write_webp
from feedback.display.paint.painter import Painter
from feedback.display.state.view import View
from tests.support.screen_states import SIZES_PX, STATES
from wire.frames.frame import Image

WEBP_QUALITY = 40
"""Half the size of a JPEG with equally clean letters."""
SEEN_FROM_AFAR = 0.25
"""A 50-inch screen 4 m away covers about a quarter of the angle of a screen on a desk."""
SHEET_COLUMNS = {(1920, 1080): 4, (1080, 1920): 7}
"""Sizes with an overview sheet of all states, and its number of columns."""


def painted(view: View, size_px: tuple[int, int]) -> Image:
    """The view on a screen of this size, shape (height, width, 3), blue-green-red."""
    surface = pygame.Surface(size_px, depth=32)
    Painter().paint(surface, view)
    return np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1)[..., ::-1])


def sheet(pictures: list[Image], columns: int) -> Image:
    """All pictures in rows, at the size they appear from 4 m."""
    small = [
        cv2.resize(picture, None, fx=SEEN_FROM_AFAR, fy=SEEN_FROM_AFAR, interpolation=cv2.INTER_AREA) for picture in pictures
    ]
    small += [np.zeros_like(small[0])] * (-len(small) % columns)
    rows = [np.hstack(small[first : first + columns]) for first in range(0, len(small), columns)]
    return np.vstack(rows).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/screens"))
    parser.add_argument("--only", nargs="*", default=list(STATES), help="names of states")
    parser.add_argument("--png", action="store_true", help="without loss, for a close look")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for size_px in SIZES_PX:
        pictures = [painted(STATES[name].view(), size_px) for name in options.only]
        for name, picture in zip(options.only, pictures, strict=True):
            written.append(options.out / f"{name}-{size_px[0]}x{size_px[1]}.{'png' if options.png else 'webp'}")
            cv2.imwrite(str(written[-1]), picture, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])
        if size_px in SHEET_COLUMNS:
            written.append(options.out / f"all-{size_px[0]}x{size_px[1]}.webp")
            write_webp(sheet(pictures, SHEET_COLUMNS[size_px]), written[-1], WEBP_QUALITY)
    print(f"{len(written)} pictures, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB, in {options.out}")


if __name__ == "__main__":
    main()

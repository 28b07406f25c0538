"""Every state of the big screen as pictures, and the page that shows them: python -m bench.screens [--out FOLDER]."""

import argparse
import os
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import pygame

from bench.screen_states import STATES
from feedback.display.painter import Painter
from feedback.display.view import View
from wire.frames import Image

SIZES_PX = ((1920, 1080), (1080, 1920), (1280, 720))
JPEG_QUALITY = 70


def painted(view: View, size_px: tuple[int, int]) -> Image:
    """The view on a screen of this size, shape (height, width, 3), blue-green-red."""
    surface = pygame.Surface(size_px, depth=32)
    Painter().paint(surface, view)
    return np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1)[..., ::-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/screens"))
    parser.add_argument("--only", nargs="*", default=list(STATES), help="names of states")
    parser.add_argument("--png", action="store_true", help="without loss, for a close look")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    total_bytes = 0
    for name in options.only:
        view = STATES[name].view()
        for size_px in SIZES_PX:
            path = options.out / f"{name}-{size_px[0]}x{size_px[1]}.{'png' if options.png else 'jpg'}"
            cv2.imwrite(str(path), painted(view, size_px), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            total_bytes += path.stat().st_size
    print(f"{len(options.only) * len(SIZES_PX)} pictures, {total_bytes / 1e6:.1f} MB, in {options.out}")


if __name__ == "__main__":
    main()

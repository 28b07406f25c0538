"""How long one drawing takes, in software and without a screen: python -m bench.draw_time."""

import os
import time

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import pygame

from feedback.display.geometry import wedge
from feedback.display.painter import Painter
from feedback.display.view import Bar, Board, Lines, Picture, View
from wire.latency import Histogram
from wire.messages import Band

SIZES_PX = ((1280, 720), (1920, 1080), (3840, 2160), (1080, 1920))
PICTURE_PX = (960, 540)
ROUNDS = 200
ROUNDS_PER_STRIDE = 20
"""A stride changes the board about three times a second at 60 pictures a second."""


def views() -> list[View]:
    """A moving picture with lines, and a stride every `ROUNDS_PER_STRIDE` of them."""
    width_px, height_px = PICTURE_PX
    noise = np.random.default_rng(1).integers(0, 255, (height_px, width_px, 3), np.uint8)
    shown = []
    for index in range(ROUNDS):
        image = np.roll(noise, index, axis=1)
        hip, knee = (480.0 + index % 7, 250.0), (430.0, 350.0)
        outline = wedge(hip, 180.0, (16.0, 20.0), "right", 0.0)
        lines = Lines(hip, knee, (390.0, 450.0), (485.0, 110.0), outline)
        stride = index // ROUNDS_PER_STRIDE
        bars = tuple(Bar(14.0 + (place + stride) % 8, "in") for place in range(20))
        board = Board(value=14.0 + stride, verdict="in", band=Band(16.0, 20.0), bars=bars, cue="Push the belt behind you")
        shown.append(View(Picture(1, index, 0, image, lines, measured=True), board))
    return shown


def main() -> None:
    cv2.setNumThreads(1)
    shown = views()
    print("screen      each picture p50 / p95 ms    board painted afresh every time p50 / p95 ms")
    for size_px in SIZES_PX:
        surface = pygame.Surface(size_px, depth=32)
        results = []
        for afresh in (False, True):
            painter, histogram = Painter(), Histogram()
            painter.paint(surface, shown[0])
            for view in shown:
                if afresh:
                    painter.forget()
                started_ns = time.perf_counter_ns()
                painter.paint(surface, view)
                histogram.add_ns(time.perf_counter_ns() - started_ns)
            results += [histogram.percentile_ms(50), histogram.percentile_ms(95)]
        print("{}x{:<6} {:12.1f} / {:.1f} {:32.1f} / {:.1f}".format(*size_px, *results))


if __name__ == "__main__":
    main()

"""How long one drawing takes, in software and without a screen: python -m bench.draw_time."""

import os
import time
from dataclasses import replace

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import pygame

from feedback.display.paint.painter import Painter
from feedback.display.state.view import View
from tests.support.screen_states import STATES, Scene
from wire.health.histogram import Histogram

SIZES_PX = ((1280, 720), (1920, 1080), (1080, 1920), (3840, 2160))
ROUNDS = 200
ROUNDS_PER_STRIDE = 20
"""A stride changes the board about three times a second at 60 pictures a second."""
BUSIEST = replace(STATES["more-cue"], healths=(*STATES["storing-video"].healths, *STATES["settings-refused"].healths))
"""Lines, wedge, ghost, a cue, a plate over the video and the red dot."""


def views(scene: Scene) -> list[View]:
    """A moving picture, and another stride every `ROUNDS_PER_STRIDE` of them."""
    strides = [replace(scene, strides=(*scene.strides[number:], *scene.strides[:number])).view() for number in range(10)]
    shown = []
    for index in range(ROUNDS):
        view = strides[index // ROUNDS_PER_STRIDE]
        if view.frame is not None:
            # Another array at every round, as from a camera: one that stays in the processor's cache would flatter.
            image = np.roll(view.frame.image, index, axis=1)
            view = replace(view, frame=replace(view.frame, seq=index, image=image))
        shown.append(view)
    return shown


def measured(scene: Scene, size_px: tuple[int, int]) -> Histogram:
    """The time of every drawing."""
    surface, painter, histogram = pygame.Surface(size_px, depth=32), Painter(), Histogram()
    shown = views(scene)
    painter.paint(surface, shown[-1])
    for view in shown:
        started_ns = time.perf_counter_ns()
        painter.paint(surface, view)
        histogram.add_ns(time.perf_counter_ns() - started_ns)
    return histogram


def main() -> None:
    cv2.setNumThreads(1)
    print(f"{'milliseconds':<24} {'p50':>6} {'p95':>6} {'most':>6}")
    for width_px, height_px in SIZES_PX:
        for name, scene in (("good", STATES["good"]), ("busiest", BUSIEST), ("delays", STATES["delays"])):
            histogram = measured(scene, (width_px, height_px))
            figures = (histogram.percentile_ms(50), histogram.percentile_ms(95), histogram.summary().max_ms)
            print(f"{width_px}x{height_px} {name:<14} " + " ".join(f"{figure:6.1f}" for figure in figures))


if __name__ == "__main__":
    main()

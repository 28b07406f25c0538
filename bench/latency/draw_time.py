"""How long one drawing takes, in software and without a screen: python -m bench.latency.draw_time."""

import os
import time
from dataclasses import replace

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import pygame

from console.lane import picture_taking
from feedback.display.paint.painter import Painter
from feedback.display.state.replay import SLOWNESS, SPAN_S
from feedback.display.state.view import View
from tests.support.screen_states import NOW_NS, PUSH_OFF, REPLAY_HZ, STATES, Scene, drawn
from wire.clock import s_to_ns
from wire.frames.frame import Frame
from wire.frames.recent_pictures import RecentPictures
from wire.health.histogram import Histogram

SIZES_PX = ((1280, 720), (1920, 1080), (1080, 1920), (3840, 2160))
CAMERAS_PX = ((640, 480), (1280, 720), (1920, 1080))
PICTURE_PX = (960, 540)
ROUNDS = 200
FASTEST_HZ = 60
REPLAY_STEP_S = SLOWNESS / REPLAY_HZ
REPLAY_VIEWS = 50
ROUNDS_OF_REPLAY = ROUNDS // REPLAY_VIEWS
ROUNDS_PER_STRIDE = 20
"""A stride changes the board about three times a second at 60 pictures a second."""
BUSIEST = replace(STATES["more-cue"], healths=(*STATES["storing-video"].healths, *STATES["settings-refused"].healths))
"""Lines, wedge, ghost, a cue, a plate over the video and the red dot."""


def views(scene: Scene) -> list[View]:
    """A moving picture, and another stride every `ROUNDS_PER_STRIDE` of them; or a replay, with another picture every time."""
    if scene.replay:
        screen = scene.screen(PICTURE_PX)
        return [screen.view(NOW_NS + s_to_ns(number * REPLAY_STEP_S)) for number in range(REPLAY_VIEWS)] * ROUNDS_OF_REPLAY
    strides = [replace(scene, strides=(*scene.strides[number:], *scene.strides[:number])).view() for number in range(10)]
    shown = []
    for index in range(ROUNDS):
        view = strides[index // ROUNDS_PER_STRIDE]
        if view.frame is not None:
            # A different array in every round, as from a camera: one in the processor's cache would be too fast.
            image = np.roll(view.frame.image, index, axis=1)
            view = replace(view, frame=replace(view.frame, seq=index, image=image))
        shown.append(view)
    return shown


def kept(size_px: tuple[int, int]) -> tuple[Histogram, float]:
    """Time to keep one picture of this size for a replay, and its size when kept, kB."""
    image, sample = drawn(PUSH_OFF, size_px, 15.0)
    recent, histogram = RecentPictures(SPAN_S), Histogram()
    for number in range(ROUNDS):
        at_ns = s_to_ns(number / 30)
        recent.offer(Frame(1, number, number, at_ns, at_ns, at_ns, "synthetic", np.roll(image, number, axis=1)), sample)
        started_ns = time.perf_counter_ns()
        recent.keep()
        histogram.add_ns(time.perf_counter_ns() - started_ns)
    return histogram, recent.size_bytes / len(recent.pictures()) / 1000


def kept_sizes(size_kb: float) -> str:
    """How large one kept picture is, and all of them: of the screen's replay, and of the console's."""
    screen_mb, console_mb = (
        span_s * rate_hz * size_kb / 1000
        for span_s, rate_hz in ((SPAN_S, FASTEST_HZ), (picture_taking.SPAN_S, picture_taking.MOST_HZ))
    )
    return f"{size_kb:.0f} kB each, {screen_mb:.1f} MB on the screen, {console_mb:.1f} MB in the console"


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
        for name, scene in (
            ("good", STATES["good"]),
            ("busiest", BUSIEST),
            ("replay", STATES["replay"]),
            ("delays", STATES["delays"]),
        ):
            histogram = measured(scene, (width_px, height_px))
            figures = (histogram.percentile_ms(50), histogram.percentile_ms(95), histogram.summary().max_ms)
            print(f"{width_px}x{height_px} {name:<14} " + " ".join(f"{figure:6.1f}" for figure in figures))
    for size_px in CAMERAS_PX:
        histogram, size_kb = kept(size_px)
        figures = (histogram.percentile_ms(50), histogram.percentile_ms(95), histogram.summary().max_ms)
        row = f"keep a picture, {size_px[0]}x{size_px[1]}"
        print(f"{row:<24} " + " ".join(f"{figure:6.1f}" for figure in figures) + f"   {kept_sizes(size_kb)}")


if __name__ == "__main__":
    main()

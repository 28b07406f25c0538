"""The replay in place of the mirror: a picture with its lines, and below it the near thigh's curve with a cursor."""

import cv2
import numpy as np
import pygame

from feedback.display.paint import palette
from feedback.display.paint.canvas import Canvas
from feedback.display.paint.layout import Layout
from feedback.display.paint.mirror import Mirror, bgr
from feedback.display.state import screen_text
from feedback.display.state.view import Curve, ReplayView
from feedback.display.type.box import Box
from wire.frames.frame import Image
from wire.frames.recent_pictures import KeptPicture
from wire.messages import Band

CURVE_SHARE = 0.3
"""Height of the curve's card as a share of the mirror."""
MARGIN_SHARE = 0.1
"""Room above and below the curve, as a share of its height."""
LEAST_SPAN_DEG = 20.0
"""A smaller movement is not drawn larger than one of this size."""
SUBPIXEL_BITS = 4


class ReplayPanel:
    """Paints replays on one layout; keeps the last picture decompressed and the curve without its cursor."""

    def __init__(self, layout: Layout, mirrored: bool) -> None:
        self._picture_place, self._card = layout.mirror.rows(1 - CURVE_SHARE, CURVE_SHARE, gap=layout.gap_px // 2)
        self._mirror = Mirror(self._picture_place, layout.radius_px, mirrored)
        self._drawn: tuple[Curve, Band | None] | None = None
        self._chart: Image = np.zeros((1, 1, 3), np.uint8)
        self.forget()

    def forget(self) -> None:
        """Release the last picture: the replay is over."""
        self._picture: KeptPicture | None = None
        self._image: Image = np.zeros((1, 1, 3), np.uint8)

    def paint(self, canvas: Canvas, replay: ReplayView) -> None:
        """Paint one moment."""
        if replay.picture is not self._picture:
            decoded = cv2.imdecode(np.frombuffer(replay.picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
            self._picture, self._image = replay.picture, np.asarray(decoded, np.uint8)
        canvas.card(self._picture_place, palette.PANEL)
        self._mirror.paint(canvas.surface, self._image, replay.lines)
        canvas.card(self._card, palette.PANEL)
        layout = canvas.layout
        room = self._card.inset(min(layout.gap_px, self._card.width // 12), min(layout.units(1.5), self._card.height // 12))
        head, chart = room.rows(0.2, 0.8, gap=0)
        cap_px = min(float(layout.label_px), 0.6 * head.height)
        left, right = head.columns(0.7, 0.3, gap=layout.units(1))
        canvas.write(screen_text.REPLAY, left, cap_px, palette.ON_PANEL)
        canvas.write(screen_text.REPLAY_ENDS, right, cap_px, palette.QUIET_ON_PANEL, "right")
        self._paint_chart(canvas, chart, replay)

    def _paint_chart(self, canvas: Canvas, room: Box, replay: ReplayView) -> None:
        """The curve, behind the body upwards as in the strip, with the target as a band."""
        cap_px = min(float(canvas.layout.small_px), 0.16 * room.height)
        names = screen_text.BEHIND, screen_text.IN_FRONT
        gutter = max(canvas.typesetter.width_px(name, cap_px) for name in names) + canvas.layout.units(1.5)
        gutter = min(gutter, room.width // 3)
        chart = Box(room.x + gutter, room.y, room.width - gutter, room.height)
        for name, row in zip(names, Box(room.x, room.y, gutter, room.height).rows(0.3, 0.4, 0.3, gap=0)[::2], strict=True):
            canvas.write(name, row, cap_px, palette.QUIET_ON_PANEL)
        if self._drawn != (replay.curve, replay.band) or self._chart.shape[:2] != (chart.height, chart.width):
            self._drawn = replay.curve, replay.band
            self._chart = drawn_curve(replay.curve, replay.band, (chart.width, chart.height), canvas.layout.units(0.6))
        shown = self._chart.copy()
        thick_px = canvas.layout.units(0.5)
        x = min(chart.width - 1, round(replay.cursor * (chart.width - 1)))
        shown[:, max(0, x - thick_px // 2) : x + thick_px // 2 + 1] = bgr(palette.WHITE)
        surface = pygame.image.frombuffer(shown.tobytes(), (chart.width, chart.height), "BGR")
        canvas.surface.blit(surface, (chart.x, chart.y))


def limits(curve: Curve, band: Band | None) -> tuple[float, float]:
    """The lowest and the highest angle of the chart, so that the whole curve and the band are inside."""
    values = [value for piece in curve for _, value in piece] + ([] if band is None else [band.low_deg, band.high_deg])
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    short = max(0.0, LEAST_SPAN_DEG - (high - low)) / 2
    margin = MARGIN_SHARE * (high - low + 2 * short)
    return low - short - margin, high + short + margin


def drawn_curve(curve: Curve, band: Band | None, size_px: tuple[int, int], thick_px: int) -> Image:
    """The chart without its cursor, shape (height, width, 3), blue-green-red."""
    width_px, height_px = size_px
    chart: Image = np.full((height_px, width_px, 3), bgr(palette.PANEL), np.uint8)
    low, high = limits(curve, band)

    def y_of(value: float) -> float:
        return (high - value) / (high - low) * (height_px - 1)

    if band is not None:
        top, bottom = round(y_of(band.high_deg)), round(y_of(band.low_deg))
        chart[top : max(top + 1, bottom)] = bgr(palette.mixed(palette.BLUE, palette.PANEL, 0.26))
        for edge in (top, bottom):
            chart[max(0, edge - thick_px // 4) : edge + 1] = bgr(palette.BLUE)
    if low < 0 < high:
        zero = round(y_of(0.0))
        chart[zero : zero + 1] = bgr(palette.GREY)
    for piece in curve:
        points = np.array([(_fixed(place * (width_px - 1)), _fixed(y_of(value))) for place, value in piece], np.int32)
        cv2.polylines(chart, [points], False, bgr(palette.WHITE), thick_px, cv2.LINE_AA, SUBPIXEL_BITS)
    return chart


def _fixed(pixels: float) -> int:
    """A place in OpenCV's fixed-point coordinates."""
    return round(pixels * (1 << SUBPIXEL_BITS))

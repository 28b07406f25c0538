"""The strip: the last strides as bars against the target band; the newest bar is wide and has a white cap."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pygame

from feedback.display.paint.canvas import Canvas
from feedback.display.paint.palette import BLUE, GREY, ORANGE, PANEL, QUIET, QUIET_ON_PANEL, WHITE, mixed
from feedback.display.state.measure_format import MeasureFormat
from feedback.display.state.view import LEG_STRIDES, STRIP_STRIDES, Board, StrideBar, Verdict
from feedback.display.type.box import Box
from feedback.display.type.ink import Colour
from wire.messages import Band

COLOURS: dict[Verdict, Colour] = {
    "in": BLUE,
    "below": ORANGE,
    "above": ORANGE,
    "form_first": ORANGE,
    "unsure": GREY,
    "no_target": QUIET,
}
ROOM_BELOW, ROOM_ABOVE = 1.5, 1.0
"""The scale extends past the band by this many band widths: more below, where runners start."""
MIN_WIDTH = 4.0
"""A narrower band is scaled like one of this width."""
STEP = 5.0
"""Without a band the scale ends at multiples of this, so that it changes rarely."""
MIN_BAR = 0.1
"""Least height of a bar as a share of the strip, for strides far below the band."""
OLDER_SHARE = 0.72
"""Opacity of all bars but the newest."""


def scale(band: Band | None, values: Sequence[float]) -> tuple[float, float]:
    """The strip's lowest and highest value. With a band they depend on it alone, so that bars never rescale."""
    if band is not None:
        width = max(MIN_WIDTH, band.high_deg - band.low_deg)
        return band.low_deg - ROOM_BELOW * width, band.high_deg + ROOM_ABOVE * width
    if not values:
        return 0.0, STEP
    return STEP * math.floor(min(values) / STEP) - STEP, STEP * math.ceil(max(values) / STEP) + STEP


def share(value: float, low: float, high: float) -> float:
    """Position of a value on the scale, 0 to 1, clamped to its ends."""
    return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.5


def paint_strip(canvas: Canvas, board: Board) -> None:
    """Paint the strip."""
    box = canvas.layout.strip
    if not board.legs or board.withheld:
        _paint_chart(canvas, box, Chart(board.band, board.bars, board.value is not None, STRIP_STRIDES), board)
        return
    places = box.columns(*(1 for _ in board.legs), gap=canvas.layout.gap_px)
    for leg, place in zip(board.legs, places, strict=True):
        _paint_chart(canvas, place, Chart(leg.band, leg.bars, leg.value is not None, LEG_STRIDES), board)


@dataclass(frozen=True)
class Chart:
    """The bars of one leg."""

    band: Band | None
    bars: tuple[StrideBar, ...]
    is_current: bool
    """Whether the newest bar is the number that is shown."""
    most: int
    """The number of bars that have room."""


def _paint_chart(canvas: Canvas, box: Box, shown: Chart, board: Board) -> None:
    layout = canvas.layout
    canvas.card(box, PANEL)
    pad = min(layout.gap_px, box.width // 8, box.height // 8)
    cap_px = min(layout.label_px, 0.15 * box.height, 0.05 * box.width)
    labels = () if shown.band is None or board.withheld else _labels(shown.band, board.measure)
    gutter = pad + (max(canvas.typesetter.width_px(text, cap_px) for text in labels) + pad * 2 // 3 if labels else 0)
    chart = Box(box.x + gutter, box.y + pad * 2 // 3, box.width - gutter - pad, box.height - 2 * (pad * 2 // 3))
    if board.withheld:
        _paint_counted(canvas, chart, len(board.bars))
        return
    low, high = scale(shown.band, [bar.value for bar in shown.bars])

    def y_of(value: float) -> int:
        return round(chart.bottom - share(value, low, high) * chart.height)

    if shown.band is None:
        _paint_bars(canvas.surface, chart, shown, y_of)
        return
    top, bottom = y_of(shown.band.high_deg), y_of(shown.band.low_deg)
    canvas.surface.fill(mixed(BLUE, PANEL, 0.26), (chart.x, top, chart.width, max(1, bottom - top)))
    _paint_bars(canvas.surface, chart, shown, y_of)
    edge = max(1, layout.units(0.3))
    # The labels of a narrow band's edges would overlap.
    apart = max(bottom - top, round(1.7 * cap_px))
    middle = (top + bottom) // 2
    for y, text, side in ((top, labels[1], -1), (bottom, labels[0], 1)):
        canvas.surface.fill(BLUE, (chart.x, y - edge // 2, chart.width, edge))
        room = Box(box.x, middle + side * apart // 2 - round(cap_px), gutter - pad * 2 // 3, round(2 * cap_px))
        canvas.write(text, room, cap_px, QUIET_ON_PANEL, "right")


def _labels(band: Band, measure: MeasureFormat) -> tuple[str, ...]:
    low, high = measure.edges(band)
    return measure.digits(low), measure.digits(high)


def _paint_counted(canvas: Canvas, chart: Box, count: int) -> None:
    """While the number is withheld, paint identical marks that count the strides."""
    height = max(2, chart.height // 4)
    for place in range(STRIP_STRIDES):
        mark = _slot(chart, STRIP_STRIDES - 1 - place, STRIP_STRIDES)
        body = (mark.x, chart.y + (chart.height - height) // 2, mark.width, height)
        colour = QUIET if place < count else mixed(QUIET, PANEL, 0.15)
        pygame.draw.rect(canvas.surface, mixed(colour, PANEL, 0.6), body, border_radius=min(mark.width, height) // 4)


def _slot(chart: Box, age: int, most: int) -> Box:
    """The box of one of `most` bars; the newest has age 0 and is almost twice as wide as the others."""
    slot = chart.width / (most + 0.8)
    gap = 0.34 * slot
    wide = slot * 1.8 if age == 0 else slot
    right = chart.right - (0.0 if age == 0 else (age + 0.8) * slot)
    left = right - wide + gap
    return Box(round(left), chart.y, max(2, round(right) - round(left)), chart.height)


def _paint_bars(surface: pygame.Surface, chart: Box, shown: Chart, y_of: Callable[[float], int]) -> None:
    for age, bar in enumerate(reversed(shown.bars)):
        newest = age == 0 and shown.is_current
        slot = _slot(chart, age, shown.most)
        top = min(y_of(bar.value), chart.bottom - max(3, round(MIN_BAR * chart.height)))
        body = pygame.Rect(slot.x, top, slot.width, chart.bottom - top)
        colour = COLOURS[bar.verdict]
        if bar.verdict == "unsure":
            # Hollow as well as grey: too low in quality to count.
            line_px = max(1, slot.width // 7)
            body.height = max(body.height, 4 * line_px)
            body.bottom = chart.bottom
            pygame.draw.rect(surface, colour, body, width=line_px, border_radius=min(slot.width, body.height) // 5)
            continue
        corner = slot.width // 6
        painted = colour if newest else mixed(colour, PANEL, OLDER_SHARE)
        pygame.draw.rect(surface, painted, body, border_top_left_radius=corner, border_top_right_radius=corner)
        if newest:
            height = max(3, chart.height // 24)
            cap = pygame.Rect(slot.x - height // 2, top - height // 2, slot.width + height, height)
            pygame.draw.rect(surface, WHITE, cap.clip(pygame.Rect(chart.rect)), border_radius=height // 2)

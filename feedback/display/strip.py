"""The strip: the last strides as bars, the target band as a stripe across them, the newest with a pointer."""

import math
from collections.abc import Callable, Sequence

import pygame

from feedback.display.box import Box
from feedback.display.page import Page
from feedback.display.palette import BLUE, GREY, ORANGE, PANEL, QUIET, QUIET_ON_PANEL, WHITE, Colour, mixed
from feedback.display.view import STRIP_STRIDES, Board, Verdict
from wire.messages import Band

COLOURS: dict[Verdict, Colour] = {"in": BLUE, "below": ORANGE, "above": ORANGE, "held": ORANGE, "unsure": GREY, "open": QUIET}
ROOM_BELOW, ROOM_ABOVE = 1.5, 1.0
"""The scale reaches this many widths of the band past its edges: a runner comes to the band from below."""
LEAST_WIDTH = 4.0
"""A narrower band gets the room of one this wide."""
STEP = 5.0
"""Without a band the scale ends at whole multiples of this: it changes seldom, and then in one piece."""
LEAST_BAR = 0.1
"""A stride far below the band still is a bar, as high as this share of the strip."""
OLDER_SHARE = 0.72
"""The newest bar shines; those before it are this strong."""


def scale(band: Band | None, values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest value of the strip: from the band alone while there is one, so that bars never rescale."""
    if band is not None:
        width = max(LEAST_WIDTH, band.high_deg - band.low_deg)
        return band.low_deg - ROOM_BELOW * width, band.high_deg + ROOM_ABOVE * width
    if not values:
        return 0.0, STEP
    return STEP * math.floor(min(values) / STEP) - STEP, STEP * math.ceil(max(values) / STEP) + STEP


def share(value: float, low: float, high: float) -> float:
    """Where a value lies between the ends of the scale, 0 to 1; beyond them it stays at the end."""
    return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.5


def paint_strip(page: Page, board: Board) -> None:
    """Draw the strip into its place."""
    layout, box = page.layout, page.layout.strip
    page.card(box, PANEL)
    pad = min(layout.gap_px, box.width // 8, box.height // 8)
    cap_px = min(layout.label_px, 0.15 * box.height, 0.05 * box.width)
    labels = _labels(board)
    gutter = pad + (max(page.typesetter.width_px(text, cap_px) for text in labels) + pad * 2 // 3 if labels else 0)
    chart = Box(box.x + gutter, box.y + pad * 2 // 3, box.width - gutter - pad, box.height - 2 * (pad * 2 // 3))
    if board.withheld:
        _paint_counted(page, chart, len(board.bars))
        return
    low, high = scale(board.band, [bar.value for bar in board.bars])

    def y_of(value: float) -> int:
        return round(chart.bottom - share(value, low, high) * chart.height)

    if board.band is None:
        _paint_bars(page.surface, chart, board, y_of)
        return
    top, bottom = y_of(board.band.high_deg), y_of(board.band.low_deg)
    page.surface.fill(mixed(BLUE, PANEL, 0.26), (chart.x, top, chart.width, max(1, bottom - top)))
    _paint_bars(page.surface, chart, board, y_of)
    edge = max(1, layout.units(0.3))
    # The two edges of a narrow band would push their numbers into each other.
    apart = max(bottom - top, round(1.7 * cap_px))
    middle = (top + bottom) // 2
    for y, text, side in ((top, labels[1], -1), (bottom, labels[0], 1)):
        page.surface.fill(BLUE, (chart.x, y - edge // 2, chart.width, edge))
        room = Box(box.x, middle + side * apart // 2 - round(cap_px), gutter - pad * 2 // 3, round(2 * cap_px))
        page.write(text, room, cap_px, QUIET_ON_PANEL, "right")


def _labels(board: Board) -> tuple[str, ...]:
    if board.band is None or board.withheld:
        return ()
    low, high = board.measure.edges(board.band)
    return board.measure.digits(low), board.measure.digits(high)


def _paint_counted(page: Page, chart: Box, count: int) -> None:
    """While the number is withheld: a mark a stride, all alike, says that it counts."""
    height = max(2, chart.height // 4)
    for place in range(STRIP_STRIDES):
        mark = _slot(chart, STRIP_STRIDES - 1 - place)
        body = (mark.x, chart.y + (chart.height - height) // 2, mark.width, height)
        colour = QUIET if place < count else mixed(QUIET, PANEL, 0.15)
        pygame.draw.rect(page.surface, mixed(colour, PANEL, 0.6), body, border_radius=min(mark.width, height) // 4)


def _slot(chart: Box, age: int) -> Box:
    """Where a bar stands; the newest has age 0 and is twice as wide as the others."""
    slot = chart.width / (STRIP_STRIDES + 0.8)
    gap = 0.34 * slot
    wide = slot * 1.8 if age == 0 else slot
    right = chart.right - (0.0 if age == 0 else (age + 0.8) * slot)
    left = right - wide + gap
    return Box(round(left), chart.y, max(2, round(right) - round(left)), chart.height)


def _paint_bars(surface: pygame.Surface, chart: Box, board: Board, y_of: Callable[[float], int]) -> None:
    for age, bar in enumerate(reversed(board.bars)):
        newest = age == 0 and board.value is not None
        slot = _slot(chart, age)
        top = min(y_of(bar.value), chart.bottom - max(3, round(LEAST_BAR * chart.height)))
        body = pygame.Rect(slot.x, top, slot.width, chart.bottom - top)
        colour = COLOURS[bar.verdict]
        if bar.verdict == "unsure":
            # Hollow as well as grey: not measured well enough to count.
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

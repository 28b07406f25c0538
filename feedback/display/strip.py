"""The strip: the last strides as bars, the target band as a stripe across them, the newest with a pointer."""

import math
from collections.abc import Callable, Sequence

import pygame

from feedback.display.layout import Box
from feedback.display.palette import BLUE, GREY, ORANGE, PANEL, QUIET, QUIET_ON_PANEL, WHITE, Colour, mixed
from feedback.display.text import Typesetter
from feedback.display.view import STRIP_STRIDES, Bar, Board, Verdict
from wire.messages import Band

COLOURS: dict[Verdict, Colour] = {"in": BLUE, "below": ORANGE, "above": ORANGE, "unsure": GREY, "open": QUIET}
ROOM_AROUND_BAND = 1.0
"""The scale reaches this many widths of the band, and at least `LEAST_ROOM`, past either of its edges."""
LEAST_ROOM = 4.0
STEP = 5.0
"""Without a band the scale ends at whole multiples of this: it changes seldom, and then in one piece."""


def scale(band: Band | None, values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest value of the strip: from the band alone while there is one, so that bars never rescale."""
    if band is not None:
        room = max(LEAST_ROOM, ROOM_AROUND_BAND * (band.high_deg - band.low_deg))
        return band.low_deg - room, band.high_deg + room
    if not values:
        return 0.0, STEP
    return STEP * math.floor(min(values) / STEP) - STEP, STEP * math.ceil(max(values) / STEP) + STEP


def share(value: float, low: float, high: float) -> float:
    """Where a value lies between the ends of the scale, 0 to 1; beyond them it stays at the end."""
    return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.5


def paint_strip(surface: pygame.Surface, box: Box, board: Board, typesetter: Typesetter) -> None:
    """Draw the strip into its box."""
    radius = max(4, min(box.width, box.height) // 14)
    pygame.draw.rect(surface, PANEL, box.rect, border_radius=radius)
    pad = max(4, min(box.width, box.height) // 12)
    cap_px = min(0.13 * box.height, 0.042 * box.width)
    gutter = 2 * pad + typesetter.width_px("−88°", cap_px)
    chart = Box(box.x + gutter, box.y + pad, box.width - gutter - 2 * pad, box.height - 2 * pad)
    low, high = scale(board.band, [bar.value for bar in board.bars])

    def y_of(value: float) -> int:
        return round(chart.bottom - share(value, low, high) * chart.height)

    if board.band is not None:
        top, bottom = y_of(board.band.high_deg), y_of(board.band.low_deg)
        stripe = pygame.Rect(chart.x, top, chart.width + pad, max(1, bottom - top))
        surface.fill(mixed(BLUE, PANEL, 0.3), stripe)
    _paint_bars(surface, chart, pad, board.bars, y_of)
    if board.band is not None:
        edge = max(1, min(box.width, box.height) // 80)
        # The two edges of a narrow band would push their numbers into each other.
        apart = max(bottom - top, round(1.7 * cap_px))
        middle = (top + bottom) // 2
        for y, value, side in ((top, board.band.high_deg, -1), (bottom, board.band.low_deg, 1)):
            surface.fill(BLUE, pygame.Rect(chart.x, y - edge // 2, chart.width + pad, edge))
            label = Box(
                box.x + pad // 2, middle + side * apart // 2 - round(cap_px), gutter - pad // 2 - pad, round(2 * cap_px)
            )
            text = f"{round(value)}{board.unit}".replace("-", "−")
            typesetter.write(surface, text, label, cap_px, QUIET_ON_PANEL, align="right")


def _paint_bars(surface: pygame.Surface, chart: Box, pad: int, bars: Sequence[Bar], y_of: Callable[[float], int]) -> None:
    slot = chart.width / (STRIP_STRIDES + 0.5)
    for place, bar in enumerate(reversed(bars)):
        newest = place == 0
        left = chart.right - (place + 1) * slot - (0 if newest else 0.5 * slot)
        width = max(2, round((1.25 if newest else 0.62) * slot))
        x = round(left - (0.4 * slot if newest else 0))
        top = min(y_of(bar.value), chart.bottom - 3)
        colour = COLOURS[bar.verdict]
        body = pygame.Rect(x, top, width, chart.bottom - top)
        if bar.verdict == "unsure":
            # Hollow as well as grey: not measured well enough to count.
            line_px = max(1, width // 8)
            body.height = max(body.height, 4 * line_px)
            body.bottom = chart.bottom
            pygame.draw.rect(surface, colour, body, width=line_px, border_radius=min(width, body.height) // 5)
            continue
        painted = colour if newest else mixed(colour, PANEL, 0.72)
        corner = width // 5
        pygame.draw.rect(surface, painted, body, border_top_left_radius=corner, border_top_right_radius=corner)
        if newest:
            cap = pygame.Rect(x - pad // 4, top - max(2, pad // 4), width + pad // 2, max(4, pad // 2))
            pygame.draw.rect(surface, WHITE, cap, border_radius=cap.height // 2)

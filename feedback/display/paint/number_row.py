"""The row of small numbers: cadence, belt speed and the two legs."""

import pygame

from feedback.display.paint import palette
from feedback.display.paint.canvas import Canvas
from feedback.display.state.view import Board
from feedback.display.type.box import Box
from wire.texts import digits


def cells(board: Board) -> tuple[tuple[str, str], ...]:
    """Label and text of each number."""
    measure, sides = board.measure, board.sides
    belt = "Belt, km/h" if not board.incline_pct else f"Belt, {digits(board.incline_pct, '.0f')} %"
    if board.legs:
        found = board.difference
        size = "–" if found is None else f"{digits(found.difference, '+.1f')}{measure.unit}"
        compared = (("Left − right", size), ("± (95 %)", "–" if found is None else f"{found.ci95:.1f}{measure.unit}"))
    else:
        # "~", because the far leg is half hidden behind the near one.
        about = "~" if sides.far is not None else ""
        compared = ((board.near_label, measure.text(sides.near)), (board.far_label, about + measure.text(sides.far)))
    return (
        ("Cadence", "–" if board.cadence_spm is None else str(board.cadence_spm)),
        (belt, "–" if board.belt_kmh is None else f"{board.belt_kmh:.1f}"),
        *compared,
    )


def paint_number_row(canvas: Canvas, board: Board) -> None:
    """Paint the numbers on one card: side by side, or below each other in a narrow box."""
    layout, box = canvas.layout, canvas.layout.number_row
    canvas.card(box, palette.PANEL)
    stacked = box.width < 2.2 * box.height
    gap = layout.gap_px
    room = box.inset(gap, gap // 2) if stacked else box.inset(gap * 2 // 3, 0)
    places = room.rows(1, 1, 1, 1, gap=0) if stacked else room.columns(1, 1, 1, 1, gap=gap)
    for number, ((name, value), place) in enumerate(zip(cells(board), places, strict=True)):
        if number:
            _paint_divider(canvas, place, gap, stacked=stacked)
        if stacked:
            left, right = place.columns(0.62, 0.38, gap=gap // 2)
            canvas.write(name, left, layout.label_px, palette.QUIET_ON_PANEL)
            canvas.write(value, right, min(layout.value_px, 0.5 * place.height), palette.ON_PANEL, "right")
            continue
        upper, lower = place.inset(0, place.height // 9).rows(0.42, 0.58, gap=0)
        canvas.write(name, upper, min(layout.label_px, 0.5 * upper.height), palette.QUIET_ON_PANEL, "center")
        canvas.write(value, lower, min(layout.value_px, 0.75 * lower.height), palette.ON_PANEL, "center")


def _paint_divider(canvas: Canvas, place: Box, gap: int, *, stacked: bool) -> None:
    thick = canvas.layout.units(0.25)
    if stacked:
        line = pygame.Rect(place.x, place.y - thick // 2, place.width, thick)
    else:
        line = pygame.Rect(place.x - gap // 2, place.y + place.height // 5, thick, place.height * 3 // 5)
    canvas.surface.fill(palette.RAISED, line)

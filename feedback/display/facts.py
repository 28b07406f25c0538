"""The lesser numbers side by side: cadence, belt, and the two legs."""

import pygame

from feedback.display import palette
from feedback.display.box import Box
from feedback.display.page import Page
from feedback.display.view import Board


def cells(board: Board) -> tuple[tuple[str, str], ...]:
    """Name and number of each."""
    measure, sides = board.measure, board.sides
    belt = "Belt, km/h" if not board.incline_pct else f"Belt, {board.incline_pct:.0f} %".replace("-", "−")
    # The far leg is half hidden behind the near one: "about".
    about = "~" if sides.far is not None else ""
    return (
        ("Cadence", "–" if board.cadence_spm is None else str(board.cadence_spm)),
        (belt, "–" if board.belt_kmh is None else f"{board.belt_kmh:.1f}"),
        (board.near_label, measure.worded(sides.near)),
        (board.far_label, about + measure.worded(sides.far)),
    )


def paint_facts(page: Page, board: Board) -> None:
    """Draw them on one card: side by side, or where the place is narrow one below the other."""
    layout, box = page.layout, page.layout.facts
    page.card(box, palette.PANEL)
    stacked = box.width < 2.2 * box.height
    gap = layout.gap_px
    room = box.inset(gap, gap // 2) if stacked else box.inset(gap * 2 // 3, 0)
    places = room.rows(1, 1, 1, 1, gap=0) if stacked else room.columns(1, 1, 1, 1, gap=gap)
    for number, ((name, value), place) in enumerate(zip(cells(board), places, strict=True)):
        if number:
            _paint_divider(page, place, gap, stacked=stacked)
        if stacked:
            left, right = place.columns(0.62, 0.38, gap=gap // 2)
            page.write(name, left, layout.label_px, palette.QUIET_ON_PANEL)
            page.write(value, right, min(layout.value_px, 0.5 * place.height), palette.ON_PANEL, "right")
            continue
        upper, lower = place.inset(0, place.height // 9).rows(0.42, 0.58, gap=0)
        page.write(name, upper, min(layout.label_px, 0.5 * upper.height), palette.QUIET_ON_PANEL, "center")
        page.write(value, lower, min(layout.value_px, 0.75 * lower.height), palette.ON_PANEL, "center")


def _paint_divider(page: Page, place: Box, gap: int, *, stacked: bool) -> None:
    thick = page.layout.units(0.25)
    if stacked:
        line = pygame.Rect(place.x, place.y - thick // 2, place.width, thick)
    else:
        line = pygame.Rect(place.x - gap // 2, place.y + place.height // 5, thick, place.height * 3 // 5)
    page.surface.fill(palette.RAISED, line)

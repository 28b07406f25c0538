"""Everything that covers the mirror: the sign of stored video, a rejected settings file, and the cards of help and delays."""

import pygame

from feedback.display.paint import palette
from feedback.display.paint.canvas import Canvas
from feedback.display.paint.qr_code import paint_qr_code
from feedback.display.state import screen_text
from feedback.display.state.view import Board, Card
from feedback.display.type.box import Box

ROW_PITCH = 2.1
"""Row spacing of a table in heights of a capital."""
FIGURES_NAME_SHARE = 2.9
"""Width of the column of names in columns of figures."""
MIN_ROWS = 8
"""A shorter table has the row height of one with this many rows: it must not grow to fill the card."""


def paint_plates(canvas: Canvas, board: Board) -> None:
    """Paint the plates: text is never written on the frame itself."""
    mirror, layout = canvas.layout.mirror, canvas.layout
    top = mirror.y
    if board.refused_settings:
        room = mirror.inset(layout.gap_px, 0)
        height = canvas.typesetter.lines_px(board.refused_settings, room.width, layout.small_px)
        plate = mirror.row(top, min(height + 2 * layout.units(2), mirror.height // 2))
        radius = min(layout.radius_px, plate.height // 2)
        corners = {"border_top_left_radius": radius, "border_top_right_radius": radius}
        pygame.draw.rect(canvas.surface, palette.PANEL, plate.rect, **corners)
        canvas.surface.fill(palette.ORANGE, (plate.x, plate.bottom, plate.width, layout.units(0.5)))
        place = plate.inset(layout.gap_px, layout.units(2))
        canvas.typesetter.write_lines(canvas.surface, board.refused_settings, place, layout.small_px, palette.ON_PANEL)
        top = plate.bottom
    if board.storing_video:
        _paint_red_dot(canvas, Box(mirror.x, top, mirror.width, mirror.bottom - top).inset(layout.units(2), layout.units(2)))


def paint_card(canvas: Canvas, card: Card) -> None:
    """Paint a card in place of the mirror."""
    layout, typesetter = canvas.layout, canvas.typesetter
    canvas.card(layout.mirror, palette.PANEL)
    gap = min(layout.gap_px, layout.mirror.width // 12, layout.mirror.height // 12)
    room = layout.mirror.inset(gap, gap)
    if card.code:
        room = paint_qr_code(canvas.surface, card.code, room, gap)
    title = room.row(room.y, min(layout.units(7), room.height // 5))
    canvas.write(card.title, title, min(0.6 * title.height, layout.value_px), palette.ON_PANEL)
    top = title.bottom + gap // 2
    table = ((card.head,) if card.head else ()) + card.rows
    # The table comes first; the paragraphs get the rest of the space.
    table_px = min(round(len(table) * ROW_PITCH * layout.label_px), round(0.62 * (room.bottom - top)))
    for number, paragraph in enumerate(card.paragraphs):
        rest = room.bottom - table_px - gap - top
        share = rest if number == len(card.paragraphs) - 1 else round(rest * len(paragraph) / _length(card, number))
        if share < layout.units(2):
            break
        place = Box(room.x, top, room.width, share)
        top += (
            typesetter.write_lines(canvas.surface, paragraph, place, layout.label_px * 0.9, palette.QUIET_ON_PANEL) + gap // 2
        )
    if table:
        _paint_table(canvas, Box(room.x, top, room.width, room.bottom - top), table, bool(card.head))


def _length(card: Card, first: int) -> int:
    return max(1, sum(len(paragraph) for paragraph in card.paragraphs[first:]))


def _paint_table(canvas: Canvas, room: Box, table: tuple[tuple[str, ...], ...], has_head: bool) -> None:
    """Paint all rows in the size at which the longest name fits its column."""
    layout, count = canvas.layout, max(len(row) for row in table)
    figures = count > 2
    shares = (FIGURES_NAME_SHARE,) + (1.0,) * (count - 1) if figures else (0.16, 0.84)[:count]
    pitch = min(room.height // max(len(table), MIN_ROWS), round(ROW_PITCH * layout.label_px * 1.1))
    cap_px = min(float(layout.label_px), pitch / ROW_PITCH)
    for column, place in enumerate(room.columns(*shares, gap=layout.units(1))):
        longest = max(canvas.typesetter.width_px(row[column], cap_px) for row in table if column < len(row))
        cap_px *= min(1.0, place.width / max(1, longest))
    for number, cells in enumerate(table):
        row = room.row(room.y + number * pitch, pitch)
        for column, (text, place) in enumerate(zip(cells, row.columns(*shares, gap=layout.units(1)), strict=False)):
            quiet = (number == 0 and has_head) or (column == 0) == figures
            ink = palette.QUIET_ON_PANEL if quiet else palette.ON_PANEL
            canvas.write(text, place, cap_px, ink, "right" if figures and column else "left")


def _paint_red_dot(canvas: Canvas, room: Box) -> None:
    layout = canvas.layout
    cap_px = layout.small_px
    width = canvas.typesetter.width_px(screen_text.STORING_VIDEO, cap_px)
    dot = round(1.3 * cap_px)
    plate = Box(room.x, room.y, min(room.width, width + dot + 4 * cap_px), 3 * cap_px)
    pygame.draw.rect(canvas.surface, palette.NIGHT, plate.rect, border_radius=plate.height // 2)
    pygame.draw.circle(canvas.surface, palette.RED, (plate.x + 3 * cap_px // 2, plate.y + plate.height // 2), dot // 2 + 1)
    left = plate.x + 3 * cap_px // 2 + dot
    place = Box(left, plate.y, plate.right - left - cap_px, plate.height)
    canvas.write(screen_text.STORING_VIDEO, place, cap_px, palette.ON_NIGHT)

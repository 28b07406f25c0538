"""An address as a QR code (ISO/IEC 18004): black on white, whatever the screen's colours are."""

import pygame

from feedback.display.type.box import Box

QUIET_ZONE = 4
"""Modules of white around the code, which the standard asks for."""
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


def paint_qr_code(surface: pygame.Surface, text: str, room: Box, gap_px: int) -> Box:
    """Paint the code as large as there is room for. Returns what is left of the room: beside the code, or below it."""
    import segno  # noqa: PLC0415 - it loads an HTTP client, and most screens never show a code

    modules = segno.make_qr(text, error="m").matrix
    side = len(modules) + 2 * QUIET_ZONE
    wide = room.width >= room.height
    # Some room must be left for the words, and a module must be whole pixels, or cameras cannot read it.
    module_px = max(1, min(room.height, room.width * 3 // 5) // side if wide else min(room.width, room.height * 3 // 5) // side)
    code_px = module_px * side
    top = room.y + (room.height - code_px) // 2 if wide else room.y
    surface.fill(_WHITE, (room.x, top, code_px, code_px))
    for row, line in enumerate(modules, start=QUIET_ZONE):
        for column, dark in enumerate(line, start=QUIET_ZONE):
            if dark:
                surface.fill(_BLACK, (room.x + column * module_px, top + row * module_px, module_px, module_px))
    used_px = code_px + gap_px
    if wide:
        return Box(room.x + used_px, room.y, room.width - used_px, room.height)
    return Box(room.x, room.y + used_px, room.width, room.height - used_px)

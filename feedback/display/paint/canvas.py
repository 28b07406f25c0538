"""A surface with its layout and typesetter, on which every part of the board is painted."""

from dataclasses import dataclass

import pygame

from feedback.display.paint.icons import Icon, icon
from feedback.display.paint.layout import Layout
from feedback.display.type.box import Box
from feedback.display.type.ink import Colour, Ink
from feedback.display.type.typesetter import Align, Typesetter


@dataclass(frozen=True)
class Canvas:
    """Paints cards, text and icons."""

    surface: pygame.Surface
    layout: Layout
    typesetter: Typesetter

    def card(self, box: Box, colour: Colour) -> Box:
        """Paint a card with rounded corners. Returns the box inside its margin."""
        pygame.draw.rect(self.surface, colour, box.rect, border_radius=self._radius_px(box))
        return box.inset(self.layout.gap_px, 0)

    def card_end(self, box: Box, colour: Colour, *, right: bool) -> None:
        """Paint the lower or the right end of a card in its own colour."""
        radius = self._radius_px(box)
        top_left, top_right, bottom_left = (-1, radius, -1) if right else (-1, -1, radius)
        pygame.draw.rect(
            self.surface,
            colour,
            box.rect,
            border_radius=0,
            border_top_left_radius=top_left,
            border_top_right_radius=top_right,
            border_bottom_left_radius=bottom_left,
            border_bottom_right_radius=radius,
        )

    def write(self, text: str, box: Box, cap_px: float, ink: Ink, align: Align = "left") -> Box:
        """Write one line. Returns the place of its glyphs."""
        return self.typesetter.write(self.surface, text, box, cap_px, ink, align=align)

    def icon(self, name: Icon, box: Box, side_px: int, colour: Colour) -> None:
        """Paint an icon in the middle of a box."""
        side_px = max(1, min(side_px, box.width, box.height))
        at = (box.x + (box.width - side_px) // 2, box.y + (box.height - side_px) // 2)
        self.surface.blit(icon(name, side_px, colour), at)

    def _radius_px(self, box: Box) -> int:
        return min(self.layout.radius_px, box.width // 2, box.height // 2)

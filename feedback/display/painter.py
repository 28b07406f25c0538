"""Draws a view on a surface: the picture at every frame, the rest when it has changed."""

import pygame

from feedback.display import palette
from feedback.display.facts import paint_facts
from feedback.display.hero import paint_hero
from feedback.display.layout import DEFAULT_ASPECT, Layout, arrange
from feedback.display.mirror import Mirror
from feedback.display.overlay import paint_card, paint_plates
from feedback.display.page import Page
from feedback.display.strip import paint_strip
from feedback.display.summary import paint_summary
from feedback.display.text import Typesetter
from feedback.display.view import Board, Card, View
from feedback.display.voice import paint_header, paint_status, paint_voice


class Painter:
    """Paints views; keeps glyphs, buffers and what already stands on the surface."""

    def __init__(self, mirrored: bool = False) -> None:
        self.typesetter = Typesetter()
        self._mirrored = mirrored
        self._arranged: tuple[int, int, float] | None = None
        self._layout = arrange(1, 1)
        self._mirror = Mirror(self._layout, mirrored)
        self._surface: pygame.Surface | None = None
        self._stands: tuple[Board, Card | None, bool] | None = None
        self._board_texts = 0

    @property
    def layout(self) -> Layout:
        """Of the surface painted last."""
        return self._layout

    def forget(self) -> None:
        """The surface has lost what was painted on it: paint everything at the next view."""
        self._stands = None

    def paint(self, surface: pygame.Surface, view: View) -> None:
        """Make the surface show the view."""
        self._arrange(surface, view)
        page, board = Page(surface, self._layout, self.typesetter), view.board
        covered = board.camera_lost or view.card is not None or board.summary is not None
        picture = None if covered else view.picture
        stands = (board, view.card, picture is not None)
        placed = self.typesetter.placed
        if surface is not self._surface or stands != self._stands:
            placed.clear()
            surface.fill(palette.NIGHT)
            _paint_board(page, board, view.card)
            self._surface, self._stands, self._board_texts = surface, stands, len(placed)
        if board.summary is not None:
            return
        if picture is not None:
            self._mirror.paint(surface, picture)
        if view.card is None:
            del placed[self._board_texts :]
            paint_plates(page, board)

    def _arrange(self, surface: pygame.Surface, view: View) -> None:
        width_px, height_px = surface.get_size()
        aspect = self._arranged[2] if self._arranged else DEFAULT_ASPECT
        if view.picture is not None:
            aspect = view.picture.image.shape[1] / view.picture.image.shape[0]
        if (width_px, height_px, aspect) != self._arranged:
            self._arranged = (width_px, height_px, aspect)
            self._layout = arrange(width_px, height_px, aspect)
            self._mirror = Mirror(self._layout, self._mirrored)
            self.forget()


def _paint_board(page: Page, board: Board, card: Card | None) -> None:
    if board.summary is not None:
        paint_summary(page, board)
        paint_status(page, board)
        return
    mirror = page.layout.mirror
    if card is not None:
        paint_card(page, card)
    else:
        page.card(mirror, palette.PANEL)
        if board.camera_lost:
            page.icon("camera", mirror, min(mirror.width, mirror.height) // 4, palette.GREY)
    paint_header(page, board)
    paint_hero(page, board)
    paint_strip(page, board)
    paint_facts(page, board)
    paint_voice(page, board)
    paint_status(page, board)

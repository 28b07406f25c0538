"""Paints views on a surface: the mirror every time, the rest only when it has changed."""

import pygame

from feedback.display.paint import palette
from feedback.display.paint.canvas import Canvas
from feedback.display.paint.hero import paint_hero
from feedback.display.paint.layout import DEFAULT_ASPECT, Layout, arrange
from feedback.display.paint.message_bar import paint_header, paint_message_bar, paint_notes
from feedback.display.paint.mirror import Mirror
from feedback.display.paint.number_row import paint_number_row
from feedback.display.paint.overlay import paint_card, paint_plates
from feedback.display.paint.replay_panel import ReplayPanel
from feedback.display.paint.strip import paint_strip
from feedback.display.paint.summary_card import paint_summary
from feedback.display.state.view import Board, Card, View
from feedback.display.type.typesetter import Typesetter


class Painter:
    """Paints views; keeps glyphs, buffers and a record of what is on the surface."""

    def __init__(self, mirrored: bool = False) -> None:
        self.typesetter = Typesetter()
        self._mirrored = mirrored
        self._arranged: tuple[int, int, float] | None = None
        self._layout = arrange(1, 1)
        self._mirror, self._replay = self._pictures()
        self._surface: pygame.Surface | None = None
        self._painted: tuple[Board, Card | None, bool, bool] | None = None
        self._board_texts = 0

    @property
    def layout(self) -> Layout:
        """The layout of the last painted surface."""
        return self._layout

    def invalidate(self) -> None:
        """Paint everything at the next view, because the surface has lost its content."""
        self._painted = None

    def paint(self, surface: pygame.Surface, view: View) -> None:
        """Paint a view on a surface."""
        self._arrange(surface, view)
        canvas, board = Canvas(surface, self._layout, self.typesetter), view.board
        covered = view.card is not None or board.summary is not None
        replay = None if covered else view.replay
        picture = None if covered or board.camera_lost else view.frame
        content = (board, view.card, picture is not None, replay is not None)
        placed = self.typesetter.placed
        if surface is not self._surface or content != self._painted:
            placed.clear()
            surface.fill(palette.NIGHT)
            _paint_board(canvas, board, view.card, replays=replay is not None)
            self._surface, self._painted, self._board_texts = surface, content, len(placed)
        if view.replay is None:
            self._replay.forget()
        if board.summary is not None:
            return
        if view.card is None:
            del placed[self._board_texts :]
        if replay is not None:
            self._replay.paint(canvas, replay)
        elif picture is not None:
            self._mirror.paint(surface, picture.image, picture.lines)
        if view.card is None:
            paint_plates(canvas, board)

    def _arrange(self, surface: pygame.Surface, view: View) -> None:
        width_px, height_px = surface.get_size()
        aspect = self._arranged[2] if self._arranged else DEFAULT_ASPECT
        if view.frame is not None:
            aspect = view.frame.image.shape[1] / view.frame.image.shape[0]
        elif view.replay is not None:
            # Of the whole frame, not of the rounded small picture: nothing may move when the mirror returns.
            aspect = view.replay.picture.frame_size_px[0] / view.replay.picture.frame_size_px[1]
        if (width_px, height_px, aspect) != self._arranged:
            self._arranged = (width_px, height_px, aspect)
            self._layout = arrange(width_px, height_px, aspect)
            self._mirror, self._replay = self._pictures()
            self.invalidate()

    def _pictures(self) -> tuple[Mirror, ReplayPanel]:
        layout = self._layout
        return Mirror(layout.mirror, layout.radius_px, self._mirrored), ReplayPanel(layout, self._mirrored)


def _paint_board(canvas: Canvas, board: Board, card: Card | None, replays: bool) -> None:
    if board.summary is not None:
        paint_summary(canvas, board)
        paint_notes(canvas, board)
        return
    mirror = canvas.layout.mirror
    if card is not None:
        paint_card(canvas, card)
    elif not replays:
        canvas.card(mirror, palette.PANEL)
        if board.camera_lost:
            canvas.icon("camera", mirror, min(mirror.width, mirror.height) // 4, palette.GREY)
    paint_header(canvas, board)
    paint_hero(canvas, board)
    paint_strip(canvas, board)
    paint_number_row(canvas, board)
    paint_message_bar(canvas, board)
    paint_notes(canvas, board)

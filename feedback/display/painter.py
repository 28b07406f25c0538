"""Draws a view on a surface: the picture at every frame, the rest when it has changed."""

import pygame

from feedback.display import palette, sentences
from feedback.display.icons import Icon, icon
from feedback.display.layout import DEFAULT_ASPECT, Box, Layout, arrange
from feedback.display.mirror import Mirror
from feedback.display.palette import Ink
from feedback.display.strip import paint_strip
from feedback.display.text import Typesetter
from feedback.display.view import Board, Verdict, View

WORDS: dict[Verdict, tuple[str, Icon, Ink]] = {
    "below": ("MORE", "up", palette.ON_ACT),
    "above": ("LESS", "down", palette.ON_ACT),
    "in": ("GOOD", "check", palette.ON_GOOD),
}
"""A verdict as one word, one shape and one colour."""


class Painter:
    """Paints views; keeps glyphs, buffers and what already stands on the surface."""

    def __init__(self, mirrored: bool = False) -> None:
        self.typesetter = Typesetter()
        self._mirrored = mirrored
        self._arranged: tuple[int, int, float] | None = None
        self._layout = arrange(1, 1)
        self._mirror = Mirror(self._layout.mirror, mirrored)
        self._surface: pygame.Surface | None = None
        self._board: Board | None = None
        self._had_picture = False

    @property
    def layout(self) -> Layout:
        """Of the surface painted last."""
        return self._layout

    def forget(self) -> None:
        """The surface has lost what was painted on it: paint everything at the next view."""
        self._board = None

    def paint(self, surface: pygame.Surface, view: View) -> None:
        """Make the surface show the view."""
        self._arrange(surface, view)
        picture = None if view.board.camera_lost else view.picture
        if surface is not self._surface or view.board != self._board or (picture is not None) != self._had_picture:
            self.typesetter.placed.clear()
            surface.fill(palette.NIGHT)
            self._paint_board(surface, view.board, picture is None)
            self._surface, self._board, self._had_picture = surface, view.board, picture is not None
        if picture is not None:
            self._mirror.paint(surface, picture)

    def _arrange(self, surface: pygame.Surface, view: View) -> None:
        width_px, height_px = surface.get_size()
        aspect = self._arranged[2] if self._arranged else DEFAULT_ASPECT
        if view.picture is not None:
            aspect = view.picture.image.shape[1] / view.picture.image.shape[0]
        if (width_px, height_px, aspect) != self._arranged:
            self._arranged = (width_px, height_px, aspect)
            self._layout = arrange(width_px, height_px, aspect)
            self._mirror = Mirror(self._layout.mirror, self._mirrored)
            self.forget()

    def _paint_board(self, surface: pygame.Surface, board: Board, dark_mirror: bool) -> None:
        layout = self._layout
        pygame.draw.rect(surface, palette.PANEL, layout.mirror.rect, border_radius=layout.gap_px // 2)
        if dark_mirror and board.camera_lost:
            side_px = min(layout.mirror.width, layout.mirror.height) // 4
            x = layout.mirror.x + (layout.mirror.width - side_px) // 2
            y = layout.mirror.y + (layout.mirror.height - side_px) // 2
            surface.blit(icon("no_camera", side_px, palette.GREY), (x, y))
        self._paint_header(surface, board)
        self._paint_number(surface, board)
        self._paint_chip(surface, board)
        paint_strip(surface, layout.strip, board, self.typesetter)
        self._paint_facts(surface, board)
        self._paint_voice(surface, board)

    def _paint_header(self, surface: pygame.Surface, board: Board) -> None:
        header = self._layout.header
        left, right = header.columns(0.66, 0.34, gap=self._layout.gap_px)
        cap_px = 0.56 * header.height
        self.typesetter.write(surface, board.phase, left, cap_px, palette.ON_NIGHT)
        if board.time_left_s is not None:
            minutes, seconds = divmod(board.time_left_s, 60)
            self.typesetter.write(surface, f"{minutes}:{seconds:02d}", right, cap_px, palette.QUIET_ON_NIGHT, align="right")

    def _paint_number(self, surface: pygame.Surface, board: Board) -> None:
        layout, write = self._layout, self.typesetter.write
        write(surface, board.title, layout.title, 0.55 * layout.title.height, palette.QUIET_ON_NIGHT, align="center")
        ink = palette.QUIET_ON_NIGHT if board.verdict == "unsure" else palette.ON_NIGHT
        number, cap_px = layout.number, layout.digit_px
        if board.value is None:
            write(surface, "–", number, cap_px, palette.QUIET_ON_NIGHT, align="center")
            return
        digits = f"{abs(round(board.value))}"
        # Digits end at a fixed place, so that 9 and 10 do not push each other about.
        width_px = self.typesetter.width_px("888" if not board.unit else "88", cap_px)
        unit_px = self.typesetter.width_px(board.unit, 0.55 * cap_px) if board.unit else 0
        right = number.x + (number.width + width_px - unit_px) // 2
        place = Box(number.x, number.y, right - number.x, number.height)
        stands = write(surface, digits, place, cap_px, ink, align="right")
        if board.unit:
            rest = Box(right, stands.y, number.right - right, max(1, round(0.64 * cap_px)))
            write(surface, board.unit, rest, 0.55 * cap_px, ink)
        if round(board.value) < 0:
            thick_px = max(2, round(0.14 * cap_px))
            long_px = min(round(0.4 * cap_px), max(2, stands.x - number.x - thick_px))
            bar = (stands.x - long_px - thick_px // 2, number.y + (number.height - thick_px) // 2, long_px, thick_px)
            surface.fill(ink.text, bar)

    def _paint_chip(self, surface: pygame.Surface, board: Board) -> None:
        chip = self._layout.chip
        radius = min(chip.height // 5, self._layout.gap_px)
        if board.value is None or board.verdict not in WORDS:
            if board.hint:
                pygame.draw.rect(surface, palette.PANEL, chip.rect, border_radius=radius)
                inner = chip.inset(chip.width // 16, 0)
                most_cap_px = 0.4 * min(chip.height, chip.width // 3)
                self.typesetter.write_large(surface, board.hint, inner, most_cap_px, palette.ON_PANEL)
            return
        word, shape, ink = WORDS[board.verdict]
        pygame.draw.rect(surface, ink.ground, chip.rect, border_radius=radius)
        if chip.width < 2.2 * chip.height:
            side_px = round(0.36 * chip.height)
            surface.blit(icon(shape, side_px, ink.text), (chip.x + (chip.width - side_px) // 2, chip.y + side_px // 3))
            below = Box(chip.x, chip.y + side_px * 4 // 3, chip.width, chip.height - side_px * 4 // 3)
            self.typesetter.write(surface, word, below.inset(chip.width // 12, 0), 0.5 * below.height, ink, align="center")
            return
        cap_px = 0.52 * chip.height
        side_px = round(1.3 * cap_px)
        width_px = self.typesetter.width_px(word, cap_px) + side_px * 3 // 2
        x = chip.x + (chip.width - width_px) // 2
        surface.blit(icon(shape, side_px, ink.text), (x, chip.y + (chip.height - side_px) // 2))
        place = Box(x + side_px * 3 // 2, chip.y, chip.right - x - side_px * 3 // 2, chip.height)
        self.typesetter.write(surface, word, place, cap_px, ink)

    def _paint_facts(self, surface: pygame.Surface, board: Board) -> None:
        facts, gap, write = self._layout.facts, self._layout.gap_px, self.typesetter.write
        cells = [
            ("Cadence", "–" if board.cadence_spm is None else f"{board.cadence_spm}"),
            (board.near_label, _whole(board.near_mean, board.unit)),
            (board.far_label, _whole(board.far_mean, board.unit)),
        ]
        if facts.height > facts.width / 2:
            height = (facts.height - gap) // 3
            places = tuple(facts.row(facts.y + place * (height + gap // 2), height) for place in range(3))
        else:
            places = facts.columns(1, 1, 1, gap=gap // 2)
        for (label, value), place in zip(cells, places, strict=True):
            pygame.draw.rect(surface, palette.PANEL, place.rect, border_radius=gap // 2)
            if place.width > 3 * place.height:
                left, right = place.inset(gap, 0).columns(0.55, 0.45, gap=gap // 2)
                write(surface, label, left, min(0.26 * place.height, 0.06 * place.width), palette.QUIET_ON_PANEL)
                write(surface, value, right, 0.44 * place.height, palette.ON_PANEL, align="right")
                continue
            inner = place.inset(gap // 2, 0)
            upper = Box(inner.x, inner.y + place.height // 12, inner.width, round(0.38 * place.height))
            lower = Box(inner.x, upper.bottom, inner.width, round(0.5 * place.height))
            write(surface, label, upper, 0.2 * place.height, palette.QUIET_ON_PANEL, align="center")
            write(surface, value, lower, 0.38 * place.height, palette.ON_PANEL, align="center")

    def _paint_voice(self, surface: pygame.Surface, board: Board) -> None:
        """The one place where the screen speaks: a message, else a cue, else quietly the target and the notes."""
        voice, gap = self._layout.voice, self._layout.gap_px
        text, ink = (board.message, palette.ON_RAISED) if board.message else (board.cue, palette.ON_VOICE)
        radius = min(voice.height // 5, gap)
        if text:
            pygame.draw.rect(surface, ink.ground, voice.rect, border_radius=radius)
            self.typesetter.write_large(surface, text.upper(), voice.inset(gap, 0), 0.62 * voice.height, ink)
            return
        pygame.draw.rect(surface, palette.PANEL, voice.rect, border_radius=radius)
        left, right = voice.inset(gap, 0).columns(0.5, 0.5, gap=gap)
        if board.band is not None:
            target = sentences.degrees_range(board.band.low_deg, board.band.high_deg, board.unit)
            self.typesetter.write(surface, f"Target {target}", left, 0.32 * voice.height, palette.ON_PANEL)
        notes = "  ·  ".join(board.notes)
        self.typesetter.write(surface, notes, right, 0.2 * voice.height, palette.QUIET_ON_PANEL, align="right")


def _whole(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{round(value)}{unit}".replace("-", "−")

"""Text: fitted into its box, placed by its capitals, every rendered piece kept."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

import pygame

from feedback.display.box import Box
from feedback.display.palette import Ink

Align = Literal["left", "center", "right"]
LEAST_SHARE = 0.5
"""A sentence shrinks to this share of the size asked for; then it is cut with "…". A number is never cut."""
PROBE_PX = 1000
DESCENDING = frozenset("gjpqyQ,;()")
"""Letters that reach below the line: as capitals stand centred, a line with them needs more of the box's height."""
FINE_BELOW_PX = 72
"""Smaller letters are rendered `FINER` times too large and smoothed down: else each is moved to a whole pixel."""
FINER = 4
DEGREE_CLOSER = 0.075
"""The face keeps its degree sign this much too far from the number, in sizes of the font."""
LINE_PITCH = 2.0
"""From one line to the next in heights of a capital."""
MOST_KEPT = 600
"""Rendered pieces; the clock and the numbers repeat, so this holds everything of a session's common texts."""


@dataclass(frozen=True)
class Placed:
    """A text, where its glyphs came to stand, the box it had, and its colours."""

    text: str
    glyphs: Box
    box: Box
    ink: Ink
    wanted: str = ""
    """The whole text, where it had to be cut to fit."""


class Typesetter:
    """Writes on a surface in pygame's own bold face, which is there wherever pygame is."""

    def __init__(self) -> None:
        pygame.font.init()
        probe = pygame.font.Font(None, PROBE_PX)
        # Of a digit: the number is what has a promised height; letters stand a little higher.
        self._cap_of_size = probe.metrics("7")[0][3] / PROBE_PX
        self._fonts: OrderedDict[int, pygame.font.Font] = OrderedDict()
        self._rendered: OrderedDict[tuple[str, int, Ink], pygame.Surface] = OrderedDict()
        self.placed: list[Placed] = []
        """What was written since the list was last cleared, for tests of the design."""

    def width_px(self, text: str, cap_px: float) -> int:
        """Width of a text whose capitals are this high."""
        return self._width(text, self._size(cap_px))

    def write(self, surface: pygame.Surface, text: str, box: Box, cap_px: float, ink: Ink, *, align: Align = "left") -> Box:
        """Write one line, its capitals `cap_px` high and centred in the height of the box; smaller if it must.

        Returns where its glyphs stand: within the box, always.
        """
        size = self._fitting_size(text, box, cap_px)
        while size > 1 and self._width(text, size) > box.width:
            if " " in text and self._cap_of_size * size <= LEAST_SHARE * cap_px:
                text = text.removesuffix("…")[:-1].rstrip() + "…"
            else:
                size -= 1
        return self._place(surface, text, box, size=size, ink=ink, align=align)

    def write_large(self, surface: pygame.Surface, text: str, box: Box, most_cap_px: float, ink: Ink) -> list[Box]:
        """Write as large as the box allows, centred, on one line or two, whichever is larger."""
        single = self._cap_px(self._fitting_size(text, box, min(most_cap_px, 0.62 * box.height)), text, box)
        first, second = _halves(text)
        half = Box(box.x, box.y, box.width, box.height // 2)
        if second:
            double = min(
                self._cap_px(self._fitting_size(part, half, min(most_cap_px, 0.74 * half.height)), part, half)
                for part in (first, second)
            )
            if double > 1.1 * single:
                upper, lower = box.rows(1, 1, gap=0)
                return [
                    self.write(surface, first, upper, double, ink, align="center"),
                    self.write(surface, second, lower, double, ink, align="center"),
                ]
        return [self.write(surface, text, box, single, ink, align="center")]

    def write_lines(self, surface: pygame.Surface, text: str, box: Box, cap_px: float, ink: Ink) -> int:
        """Write a paragraph from the top of the box, as many lines as it takes, smaller if it must; returns its height."""
        size = self._size(cap_px)
        while True:
            lines = self._wrapped(text, box.width, size)
            pitch = max(1, round(LINE_PITCH * self._cap_of_size * size))
            if len(lines) * pitch <= box.height or size <= 1:
                break
            size -= 1
        for place, line in enumerate(lines[: max(1, box.height // pitch)]):
            row = Box(box.x, box.y + place * pitch, box.width, min(pitch, box.height))
            self.write(surface, line, row, self._cap_of_size * size, ink)
        return min(box.height, len(lines) * pitch)

    def lines_px(self, text: str, width_px: int, cap_px: float) -> int:
        """Height of a paragraph of this width."""
        size = self._size(cap_px)
        return len(self._wrapped(text, width_px, size)) * max(1, round(LINE_PITCH * self._cap_of_size * size))

    def _wrapped(self, text: str, width_px: int, size: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer, size) <= width_px:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _place(self, surface: pygame.Surface, text: str, box: Box, *, size: int, ink: Ink, align: Align) -> Box:
        piece = self._piece(text, size, ink)
        cap_px = round(self._cap_of_size * size)
        ascent_px = round(self._font(size * _finer(size)).get_ascent() / _finer(size))
        spare_px = box.width - piece.get_width()
        x = box.x + {"left": 0, "center": spare_px // 2, "right": spare_px}[align]
        cap_top = box.y + (box.height - cap_px) // 2
        top = cap_top - (ascent_px - cap_px)
        surface.blit(piece, (x, top))
        drawn = piece.get_bounding_rect()
        glyphs = Box(x + drawn.x, top + drawn.y, drawn.width, drawn.height)
        self.placed.append(Placed(text, glyphs, box, ink))
        return glyphs

    def _cap_px(self, size: int, text: str, box: Box) -> float:
        while size > 1 and self._width(text, size) > box.width:
            size -= 1
        return self._cap_of_size * size

    def _fitting_size(self, text: str, box: Box, cap_px: float) -> int:
        """First guess: what was asked for, made smaller by the ratio of widths and by the height of the box."""
        size = self._size(min(cap_px, box.height / (1.75 if DESCENDING & set(text) else 1.06)))
        width = self._width(text, size)
        return size if width <= box.width else max(1, int(size * box.width / width) + 1)

    def _size(self, cap_px: float) -> int:
        return max(1, int(cap_px / self._cap_of_size))

    def _font(self, size: int) -> pygame.font.Font:
        font = self._fonts.pop(size, None) or pygame.font.Font(None, size)
        self._fonts[size] = font
        if len(self._fonts) > MOST_KEPT:
            self._fonts.popitem(last=False)
        return font

    def _width(self, text: str, size: int) -> int:
        finer = _finer(size)
        wide_px = self._font(size * finer).size(text)[0] - _closer_px(text, size * finer)
        return -(-wide_px // finer)

    def _piece(self, text: str, size: int, ink: Ink) -> pygame.Surface:
        key = (text, size, ink)
        piece = self._rendered.pop(key, None)
        if piece is None:
            finer = _finer(size)
            piece = self._rendered_line(text, size * finer, ink)
            if finer > 1:
                width_px, height_px = -(-piece.get_width() // finer), -(-piece.get_height() // finer)
                # Smoothing mixes in the colour of what is transparent, so that has to be the ink's too.
                whole = pygame.Surface((width_px * finer, height_px * finer), pygame.SRCALPHA)
                whole.fill((*ink.text, 0))
                whole.blit(piece, (0, 0), special_flags=pygame.BLEND_RGBA_MAX)
                piece = pygame.transform.smoothscale(whole, (width_px, height_px))
        self._rendered[key] = piece
        if len(self._rendered) > MOST_KEPT:
            self._rendered.popitem(last=False)
        return piece

    def _rendered_line(self, text: str, size: int, ink: Ink) -> pygame.Surface:
        """The glyphs on a transparent ground, degree signs moved to their numbers."""
        whole = self._font(size).render(text, True, ink.text)
        if not _closer_px(text, size):
            return whole
        line = pygame.Surface((max(1, whole.get_width() - _closer_px(text, size)), whole.get_height()), pygame.SRCALPHA)
        line.fill((*ink.text, 0))
        x = 0
        for number, part in enumerate(text.split("°")):
            piece = self._font(size).render(f"°{part}" if number else part, True, ink.text)
            x -= round(DEGREE_CLOSER * size) if number and x else 0
            line.blit(piece, (x, 0), special_flags=pygame.BLEND_RGBA_MAX)
            x += piece.get_width()
        return line


def _closer_px(text: str, size: int) -> int:
    return round(DEGREE_CLOSER * size) * text[1:].count("°")


def _finer(size: int) -> int:
    return FINER if size < FINE_BELOW_PX else 1


def _halves(text: str) -> tuple[str, str]:
    """The text cut between two words, as evenly as can be; the second part is "" for a single word."""
    words = text.split()
    if len(words) < 2:
        return text, ""
    cuts = [(" ".join(words[:count]), " ".join(words[count:])) for count in range(1, len(words))]
    return min(cuts, key=lambda cut: max(len(cut[0]), len(cut[1])))

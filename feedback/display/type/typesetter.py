"""Fits text into a box and places it by the height of its capitals."""

import math
from dataclasses import dataclass
from typing import Literal

import pygame

from feedback.display.type.box import Box
from feedback.display.type.ink import Ink
from feedback.display.type.typeface import Typeface

Align = Literal["left", "center", "right"]
MIN_SHARE = 0.5
"""A sentence shrinks to this share of its size before it is cut off with "…". A number is never cut."""
DESCENDING = frozenset("gjpqyQ,;()/")
"""Letters with descenders: because capitals are centred, a line with them needs more of the box's height."""
LINE_PITCH = 2.0
"""Line spacing in heights of a capital."""
TWO_LINES_GAIN = 1.1
"""Two lines are used only if they are this much larger than one: one line is read faster."""
LAST_BASIC_LETTER = 0xFFFF


@dataclass(frozen=True)
class PlacedText:
    """A text, the place of its glyphs, its box and its ink."""

    text: str
    glyphs: Box
    box: Box
    ink: Ink


class Typesetter:
    """Writes text on a surface."""

    def __init__(self) -> None:
        self._face = Typeface()
        self.placed: list[PlacedText] = []
        """The texts written since this list was last cleared, for tests of the design."""

    def width_px(self, text: str, cap_px: float) -> int:
        """Width of a text with capitals of this height."""
        return self._width(text, self._size(cap_px))

    def write(self, surface: pygame.Surface, text: str, box: Box, cap_px: float, ink: Ink, *, align: Align = "left") -> Box:
        """Write one line with capitals of `cap_px`, or smaller to fit, centred in the height of the box.

        Returns the place of its glyphs, always inside the box.
        """
        text = _printable(text)
        size = self._fitting_size(text, box, cap_px)
        least = self._size(MIN_SHARE * cap_px)
        if " " in text and size < least:
            size = self._fitting_size("Hg", box, MIN_SHARE * cap_px)
            while len(text) > 1 and self._width(text, size) > box.width:
                text = text.removesuffix("…")[:-1].rstrip() + "…"
        return self._place(surface, text, box, size=size, ink=ink, align=align)

    def write_large(self, surface: pygame.Surface, text: str, box: Box, most_cap_px: float, ink: Ink) -> list[Box]:
        """Write as large as the box allows, centred, on one line or two, whichever is larger."""
        single = self._cap(self._fitting_size(text, box, min(most_cap_px, 0.62 * box.height)))
        first, second = _halves(text)
        upper, lower = box.rows(1, 1, gap=0)
        if second:
            most = min(most_cap_px, 0.74 * upper.height)
            double = self._cap(min(self._fitting_size(part, upper, most) for part in (first, second)))
            if double > TWO_LINES_GAIN * single:
                return [
                    self.write(surface, first, upper, double, ink, align="center"),
                    self.write(surface, second, lower, double, ink, align="center"),
                ]
        return [self.write(surface, text, box, single, ink, align="center")]

    def write_lines(self, surface: pygame.Surface, text: str, box: Box, cap_px: float, ink: Ink) -> int:
        """Write a paragraph from the top of the box, smaller if necessary to fit. Returns its height."""
        text, size = _printable(text), self._size(cap_px)
        while self._lines_px(text, box.width, size) > box.height and size > 1:
            size -= 1
        pitch = self._pitch(size)
        lines = self._wrapped(text, box.width, size)[: max(1, box.height // pitch)]
        for place, line in enumerate(lines):
            row = Box(box.x, box.y + place * pitch, box.width, min(pitch, box.height))
            self.write(surface, line, row, self._cap(size), ink)
        return min(box.height, len(lines) * pitch)

    def lines_px(self, text: str, width_px: int, cap_px: float) -> int:
        """Height of a paragraph set to this width."""
        return self._lines_px(_printable(text), width_px, self._size(cap_px))

    def _lines_px(self, text: str, width_px: int, size: int) -> int:
        return len(self._wrapped(text, width_px, size)) * self._pitch(size)

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
        piece = self._face.line(text, size, ink)
        drawn = piece.get_bounding_rect()
        # Accents and letters of other scripts may be taller or wider than the metrics say.
        while size > 1 and (drawn.height > box.height or drawn.width > box.width):
            size = min(size - 1, int(size * min(box.height / drawn.height, box.width / drawn.width)))
            piece = self._face.line(text, max(1, size), ink)
            drawn = piece.get_bounding_rect()
        size = max(1, size)
        cap_px, ascent_px = round(self._cap(size)), round(self._face.ascent_of_size * size)
        spare_px = box.width - self._width(text, size)
        x = box.x + {"left": 0, "center": spare_px // 2, "right": spare_px}[align]
        cap_top = box.y + (box.height - cap_px) // 2
        top = cap_top - (ascent_px - cap_px)
        # Letters of other scripts may extend beyond their width or far below the line.
        x = max(box.x - drawn.x, min(x, box.right - drawn.right))
        top = max(box.y - drawn.y, min(top, box.bottom - drawn.bottom))
        surface.blit(piece, (x, top))
        glyphs = Box(x + drawn.x, top + drawn.y, drawn.width, drawn.height)
        self.placed.append(PlacedText(text, glyphs, box, ink))
        return glyphs

    def _fitting_size(self, text: str, box: Box, cap_px: float) -> int:
        """The font size for this height of capitals, or the largest one at which the text fits the box."""
        size = self._size(min(cap_px, box.height / (1.75 if DESCENDING & set(text) else 1.06)))
        return max(1, min(size, int((box.width - 1) / max(1e-6, self._face.width_of_size(text)))))

    def _width(self, text: str, size: int) -> int:
        return math.ceil(self._face.width_of_size(text) * size)

    def _pitch(self, size: int) -> int:
        return max(1, round(LINE_PITCH * self._cap(size)))

    def _cap(self, size: int) -> float:
        return self._face.cap_of_size * size

    def _size(self, cap_px: float) -> int:
        return max(1, int(cap_px / self._face.cap_of_size))


def _printable(text: str) -> str:
    """The text without characters that cannot be drawn: messages may contain anything."""
    return "".join(letter if letter.isprintable() and ord(letter) <= LAST_BASIC_LETTER else " " for letter in text)


def _halves(text: str) -> tuple[str, str]:
    """The text divided between two words as evenly as possible; the second part is "" for a single word."""
    words = text.split()
    if len(words) < 2:
        return text, ""
    cuts = [(" ".join(words[:count]), " ".join(words[count:])) for count in range(1, len(words))]
    return min(cuts, key=lambda cut: max(len(cut[0]), len(cut[1])))

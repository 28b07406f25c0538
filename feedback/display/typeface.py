"""The one face of the screen, pygame's own bold: widths of texts and rendered lines of them, kept."""

from collections import OrderedDict

import pygame

from feedback.display.palette import Ink

PROBE_PX = 1000
FINE_BELOW_PX = 72
"""Smaller letters are rendered `FINER` times too large and smoothed down: else each is moved to a whole pixel."""
FINER = 4
DEGREE_CLOSER = 0.075
"""The face keeps its degree sign this much too far from a number and from the next word, in sizes of the font."""
MOST_FONTS = 100
MOST_WIDTHS = 4000
MOST_LINES = 600
"""Rendered lines; the clock and the numbers repeat, so this holds everything of a session's common texts."""


class Typeface:
    """Sizes are those of pygame.font, in pixels; widths grow in proportion to them, so that a fit is a division."""

    def __init__(self) -> None:
        pygame.font.init()
        self._probe = pygame.font.Font(None, PROBE_PX)
        # Of a digit: the number is what has a promised height; letters stand a little higher.
        self.cap_of_size = self._probe.metrics("7")[0][3] / PROBE_PX
        self.ascent_of_size = self._probe.get_ascent() / PROBE_PX
        self._advances: dict[str, float] = {}
        self._widths: OrderedDict[str, float] = OrderedDict()
        self._fonts: OrderedDict[int, pygame.font.Font] = OrderedDict()
        self._lines: OrderedDict[tuple[str, int, Ink], pygame.Surface] = OrderedDict()

    def width_of_size(self, text: str) -> float:
        """Width of a text in sizes of the font."""
        width = self._widths.get(text)
        if width is None:
            width = self._widths[text] = sum(self._advance(text[place : place + 2]) for place in range(len(text)))
            if len(self._widths) > MOST_WIDTHS:
                self._widths.popitem(last=False)
        return width

    def line(self, text: str, size: int, ink: Ink) -> pygame.Surface:
        """The text on a transparent ground; its letters begin at the left edge and stand in the middle of the font's height."""
        key = (text, size, ink)
        line = self._lines.pop(key, None)
        if line is None:
            line = self._rendered(text, size, ink)
        self._lines[key] = line
        if len(self._lines) > MOST_LINES:
            self._lines.popitem(last=False)
        return line

    def _rendered(self, text: str, size: int, ink: Ink) -> pygame.Surface:
        finer = FINER if size < FINE_BELOW_PX else 1
        font = self._font(size * finer)
        width_px, height_px = int(self.width_of_size(text) * size) + 2, -(-font.get_linesize() // finer)
        # Transparent in the ink's own colour: smoothing would mix in any other.
        line = pygame.Surface((width_px * finer, height_px * finer), pygame.SRCALPHA)
        line.fill((*ink.text, 0))
        x = 0.0
        for place, letter in enumerate(text):
            line.blit(font.render(letter, True, ink.text), (round(x), 0), special_flags=pygame.BLEND_RGBA_MAX)
            x += self._advance(text[place : place + 2]) * size * finer
        return pygame.transform.smoothscale(line, (width_px, height_px)) if finer > 1 else line

    def _advance(self, letter_and_next: str) -> float:
        """From a letter to the next, in sizes of the font.

        The face's table of kerning is right where it moves letters together, and wrong where it moves them apart ("T H").
        """
        known = self._advances.get(letter_and_next)
        if known is None:
            letter, following = letter_and_next[0], letter_and_next[1:]
            alone = self._probe.size(letter)[0]
            pair = self._probe.size(letter_and_next)[0] - self._probe.size(following)[0] if following else alone
            closer = DEGREE_CLOSER if (letter.isdigit() and following == "°") or letter_and_next == "° " else 0.0
            known = min(alone, pair) / PROBE_PX - closer
            self._advances[letter_and_next] = known
        return known

    def _font(self, size: int) -> pygame.font.Font:
        font = self._fonts.pop(size, None) or pygame.font.Font(None, size)
        self._fonts[size] = font
        if len(self._fonts) > MOST_FONTS:
            self._fonts.popitem(last=False)
        return font

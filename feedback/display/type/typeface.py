"""The typeface of the screen, pygame's built-in bold: text widths and rendered lines, both cached."""

from collections import OrderedDict

import pygame

from feedback.display.type.ink import Ink

PROBE_PX = 1000
FINE_BELOW_PX = 72
"""Smaller letters are rendered `FINER` times larger and scaled down, which places them between whole pixels."""
FINER = 4
DEGREE_CLOSER = 0.075
"""How much too far the typeface sets its degree sign from a number and from the next word, in font sizes."""
MAX_FONTS = 100
MAX_WIDTHS = 4000
MAX_LINES = 600
"""Rendered lines: clock and numbers repeat, so this covers the usual texts of a session."""


class Typeface:
    """Sizes are those of pygame.font, in pixels. Widths are proportional to size, so fitting a text is one division."""

    def __init__(self) -> None:
        pygame.font.init()
        self._probe = pygame.font.Font(None, PROBE_PX)
        # Measured on a digit, because the number has a guaranteed height; letters are slightly higher.
        self.cap_of_size = self._probe.metrics("7")[0][3] / PROBE_PX
        self.ascent_of_size = self._probe.get_ascent() / PROBE_PX
        self._advances: dict[str, float] = {}
        self._widths: OrderedDict[str, float] = OrderedDict()
        self._fonts: OrderedDict[int, pygame.font.Font] = OrderedDict()
        self._lines: OrderedDict[tuple[str, int, Ink], pygame.Surface] = OrderedDict()

    def width_of_size(self, text: str) -> float:
        """Width of a text in font sizes."""
        width = self._widths.get(text)
        if width is None:
            width = self._widths[text] = sum(self._advance(text[place : place + 2]) for place in range(len(text)))
            if len(self._widths) > MAX_WIDTHS:
                self._widths.popitem(last=False)
        return width

    def line(self, text: str, size: int, ink: Ink) -> pygame.Surface:
        """The text on a transparent background, starting at the left edge and centred in the font's height."""
        key = (text, size, ink)
        line = self._lines.pop(key, None)
        if line is None:
            line = self._rendered(text, size, ink)
        self._lines[key] = line
        if len(self._lines) > MAX_LINES:
            self._lines.popitem(last=False)
        return line

    def _rendered(self, text: str, size: int, ink: Ink) -> pygame.Surface:
        finer = FINER if size < FINE_BELOW_PX else 1
        font = self._font(size * finer)
        width_px, height_px = int(self.width_of_size(text) * size) + 2, -(-font.get_linesize() // finer)
        # Transparent in the ink's own colour: scaling down would mix in any other.
        line = pygame.Surface((width_px * finer, height_px * finer), pygame.SRCALPHA)
        line.fill((*ink.text, 0))
        x = 0.0
        for place, letter in enumerate(text):
            line.blit(font.render(letter, True, ink.text), (round(x), 0), special_flags=pygame.BLEND_RGBA_MAX)
            x += self._advance(text[place : place + 2]) * size * finer
        return pygame.transform.smoothscale(line, (width_px, height_px)) if finer > 1 else line

    def _advance(self, letter_and_next: str) -> float:
        """Distance from a letter to the next, in font sizes.

        The typeface's kerning is good where it moves letters together and bad where it moves them apart ("T H").
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
        if len(self._fonts) > MAX_FONTS:
            self._fonts.popitem(last=False)
        return font

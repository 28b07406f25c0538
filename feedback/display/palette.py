"""Colours: two that signal (Okabe & Ito 2008, safe for colour-blind eyes), the rest white, greys and night.

Blue is the target and "good", orange asks to do something, red is for stored video alone. A word, a shape or a place says each
of them too.
"""

from dataclasses import dataclass

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

LEAST_CONTRAST = 7.0
"""WCAG 2.1, success criterion 1.4.6 (level AAA) for all text."""

NIGHT: Colour = (8, 11, 15)
PANEL: Colour = (20, 26, 33)
RAISED: Colour = (40, 50, 61)
WHITE: Colour = (246, 248, 250)
QUIET: Colour = (178, 189, 200)
GREY: Colour = (104, 115, 126)
BLUE: Colour = (86, 180, 233)
ORANGE: Colour = (255, 168, 28)
RED: Colour = (255, 77, 66)


@dataclass(frozen=True)
class Ink:
    """A text colour together with the only ground it may stand on."""

    text: Colour
    ground: Colour


ON_NIGHT = Ink(WHITE, NIGHT)
QUIET_ON_NIGHT = Ink(QUIET, NIGHT)
ON_PANEL = Ink(WHITE, PANEL)
QUIET_ON_PANEL = Ink(QUIET, PANEL)
GOOD_ON_PANEL = Ink(BLUE, PANEL)
ON_RAISED = Ink(WHITE, RAISED)
QUIET_ON_RAISED = Ink((214, 222, 230), RAISED)
ON_GOOD = Ink(NIGHT, BLUE)
ON_ACT = Ink(NIGHT, ORANGE)
ON_VOICE = Ink(NIGHT, WHITE)

INKS = (
    ON_NIGHT,
    QUIET_ON_NIGHT,
    ON_PANEL,
    QUIET_ON_PANEL,
    GOOD_ON_PANEL,
    ON_RAISED,
    QUIET_ON_RAISED,
    ON_GOOD,
    ON_ACT,
    ON_VOICE,
)
"""Every ink that the painter writes with."""


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 (black) to 1 (white), as WCAG 2.1 defines it."""
    linear = [part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1 to 21, the same whichever is text and whichever is ground."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: Colour, ground: Colour, share: float) -> Colour:
    """`share` (0 to 1) of the colour over the ground: what translucent paint looks like, without blending."""
    red, green, blue = (round(share * top + (1 - share) * under) for top, under in zip(colour, ground, strict=True))
    return red, green, blue

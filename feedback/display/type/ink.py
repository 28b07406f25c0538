"""Text colours: each ink is tied to the background it is read on, and its contrast follows WCAG 2.1."""

from dataclasses import dataclass

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

MIN_CONTRAST = 7.0
"""WCAG 2.1, success criterion 1.4.6 (level AAA), for all text."""


@dataclass(frozen=True)
class Ink:
    """A text colour and the only background it may be written on."""

    text: Colour
    ground: Colour


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 (black) to 1 (white), as defined by WCAG 2.1."""
    linear = [part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1 to 21; the order of the two colours does not matter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)

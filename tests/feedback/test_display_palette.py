"""Text has enough contrast, and colour-blind viewers can distinguish the two signals."""

import pytest

from feedback.display.paint.palette import BLUE, INKS, ORANGE, mixed
from feedback.display.type.ink import MIN_CONTRAST, Colour, Ink, contrast, luminance


@pytest.mark.parametrize("ink", INKS)
def test_every_text_has_enough_contrast(ink: Ink) -> None:
    assert contrast(ink.text, ink.ground) >= MIN_CONTRAST


def test_contrast_follows_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21.0)
    assert contrast((255, 255, 255), (119, 119, 119)) == pytest.approx(4.48, abs=0.01)
    assert luminance((255, 0, 0)) == pytest.approx(0.2126)


# Linear red, green and blue as seen with two colour vision deficiencies (Machado, Oliveira & Fernandes 2009, severity 1).
PROTANOPIA = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTERANOPIA = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))


@pytest.mark.parametrize("eye", [PROTANOPIA, DEUTERANOPIA])
def test_the_two_signals_differ_for_colour_blind_eyes(eye: tuple[tuple[float, ...], ...]) -> None:
    def seen(colour: Colour) -> list[float]:
        linear = [(part / 255) ** 2.2 for part in colour]
        return [sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in eye]

    assert max(abs(one - other) for one, other in zip(seen(BLUE), seen(ORANGE), strict=True)) > 0.4


def test_mixing_ranges_from_the_background_to_the_colour() -> None:
    assert mixed((200, 100, 0), (0, 0, 0), 0.5) == (100, 50, 0)
    assert mixed((200, 100, 0), (1, 2, 3), 0.0) == (1, 2, 3)

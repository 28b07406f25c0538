"""The colours of the screen: two signals (Okabe & Ito 2008, safe for colour-blind viewers), white, greys and night.

Blue is the target and "good"; orange asks for a change; red is for stored video alone. A word, a shape or a position always
carries the same meaning as the colour.
"""

from feedback.display.type.ink import Colour, Ink

NIGHT: Colour = (8, 11, 15)
PANEL: Colour = (20, 26, 33)
RAISED: Colour = (40, 50, 61)
WHITE: Colour = (246, 248, 250)
QUIET: Colour = (178, 189, 200)
GREY: Colour = (104, 115, 126)
BLUE: Colour = (86, 180, 233)
ORANGE: Colour = (255, 168, 28)
RED: Colour = (255, 77, 66)

ON_NIGHT = Ink(WHITE, NIGHT)
QUIET_ON_NIGHT = Ink(QUIET, NIGHT)
ON_PANEL = Ink(WHITE, PANEL)
QUIET_ON_PANEL = Ink(QUIET, PANEL)
GOOD_ON_PANEL = Ink(BLUE, PANEL)
ON_RAISED = Ink(WHITE, RAISED)
QUIET_ON_RAISED = Ink((214, 222, 230), RAISED)
ON_GOOD = Ink(NIGHT, BLUE)
ON_ACTION = Ink(NIGHT, ORANGE)
ON_CUE = Ink(NIGHT, WHITE)

INKS = (
    ON_NIGHT,
    QUIET_ON_NIGHT,
    ON_PANEL,
    QUIET_ON_PANEL,
    GOOD_ON_PANEL,
    ON_RAISED,
    QUIET_ON_RAISED,
    ON_GOOD,
    ON_ACTION,
    ON_CUE,
)
"""Every ink that the painter uses."""


def mixed(colour: Colour, ground: Colour, share: float) -> Colour:
    """The opaque equivalent of `colour` at an opacity of `share` (0 to 1) over `ground`."""
    red, green, blue = (round(share * top + (1 - share) * under) for top, under in zip(colour, ground, strict=True))
    return red, green, blue

"""Icons with the meaning of the words beside them, drawn four times larger, scaled down and cached."""

from functools import lru_cache
from typing import Literal

import pygame

from feedback.display.type.ink import Colour

Icon = Literal["up", "down", "check", "unsure", "camera", "pause", "person", "wait", "warning"]
OVERSAMPLING = 4

_ARROW_UP = ((0.5, 0.03), (0.97, 0.52), (0.66, 0.52), (0.66, 0.97), (0.34, 0.97), (0.34, 0.52), (0.03, 0.52))
_CHECK = ((0.01, 0.53), (0.17, 0.37), (0.38, 0.58), (0.83, 0.12), (0.99, 0.28), (0.38, 0.9))


@lru_cache(maxsize=64)
def icon(name: Icon, side_px: int, colour: Colour) -> pygame.Surface:
    """A square image of the icon on a transparent background."""
    large_px = side_px * OVERSAMPLING
    # Transparent in the icon's own colour, so that scaling down does not darken its edge.
    canvas = pygame.Surface((large_px, large_px), pygame.SRCALPHA)
    canvas.fill((*colour, 0))

    def at(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
        return [(x * large_px, y * large_px) for x, y in points]

    if name == "up":
        pygame.draw.polygon(canvas, colour, at(_ARROW_UP))
    elif name == "down":
        pygame.draw.polygon(canvas, colour, at(tuple((x, 1 - y) for x, y in _ARROW_UP)))
    elif name == "check":
        pygame.draw.polygon(canvas, colour, at(_CHECK))
    elif name == "pause":
        for left in (0.2, 0.58):
            bar = pygame.Rect(left * large_px, 0.12 * large_px, 0.22 * large_px, 0.76 * large_px)
            pygame.draw.rect(canvas, colour, bar, border_radius=large_px // 24)
    elif name == "camera":
        body = pygame.Rect(0.04 * large_px, 0.26 * large_px, 0.62 * large_px, 0.48 * large_px)
        pygame.draw.rect(canvas, colour, body, border_radius=large_px // 14)
        pygame.draw.polygon(canvas, colour, at(((0.7, 0.44), (0.96, 0.28), (0.96, 0.72), (0.7, 0.56))))
        pygame.draw.polygon(canvas, (*colour, 0), at(((0.08, 0.04), (0.2, 0.04), (0.92, 0.96), (0.8, 0.96))))
        pygame.draw.polygon(canvas, colour, at(((0.06, 0.1), (0.12, 0.04), (0.86, 0.9), (0.8, 0.96))))
    elif name == "person":
        pygame.draw.circle(canvas, colour, (0.5 * large_px, 0.19 * large_px), 0.16 * large_px)
        body = pygame.Rect(0.2 * large_px, 0.42 * large_px, 0.6 * large_px, 0.8 * large_px)
        pygame.draw.rect(canvas, colour, body, border_radius=round(0.3 * large_px))
    elif name == "warning":
        pygame.draw.polygon(canvas, colour, at(((0.5, 0.04), (0.98, 0.92), (0.02, 0.92))))
        bar = pygame.Rect(0.45 * large_px, 0.34 * large_px, 0.1 * large_px, 0.3 * large_px)
        pygame.draw.rect(canvas, (*colour, 0), bar)
        pygame.draw.circle(canvas, (*colour, 0), (0.5 * large_px, 0.76 * large_px), 0.065 * large_px)
    elif name == "wait":
        for middle in (0.16, 0.5, 0.84):
            pygame.draw.circle(canvas, colour, (middle * large_px, 0.5 * large_px), 0.11 * large_px)
    else:
        pygame.draw.circle(canvas, colour, (0.5 * large_px, 0.5 * large_px), 0.42 * large_px, round(0.13 * large_px))
    return pygame.transform.smoothscale(canvas, (side_px, side_px))

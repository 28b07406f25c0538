"""Paints with OpenCV: nested polygons, from a dark edge to a light core, give soft shading."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.synthetic.pinhole_camera import Vector
from wire.frames.frame import Image

Colour = tuple[float, float, float]
"""Blue, green, red, 0–255."""

_FRACTION_BITS = 4
_ONE = 1 << _FRACTION_BITS
_INNERMOST = 0.92
"""The innermost layer covers this share of the way to the core, because a polygon without area would not be painted."""


@dataclass(frozen=True)
class Shading:
    """Brightness factors of a surface's edge and core, and the number of layers from one to the other."""

    layers: int
    edge: float
    core: float


@dataclass(frozen=True)
class Part:
    """A shaded surface ready to be painted."""

    layers: NDArray[np.int32]
    """Shape (layers, points, 2), outermost first, fixed-point pixels."""
    colours: tuple[Colour, ...]


def tinted(colour: Colour, factor: float) -> Colour:
    """A brighter or darker colour, limited to what a pixel can hold."""
    blue, green, red = (min(255.0, part * factor) for part in colour)
    return blue, green, red


def shaded(outline: Vector, core: Vector, colour: Colour, shading: Shading) -> Part:
    """A surface between an outline and a core, both of shape (points, 2); the core may be a single point."""
    inward = np.linspace(0, _INNERMOST, shading.layers)[:, None, None]
    return Part(_fixed(outline + (core - outline) * inward), _ramp(colour, shading))


def paint(image: Image, *parts: Part) -> None:
    """Paint parts with the same number of layers, layer by layer, so that no seam shows where they overlap, as at a joint."""
    for layer in range(len(parts[0].colours)):
        for part in parts:
            cv2.fillPoly(image, [part.layers[layer]], part.colours[layer], cv2.LINE_AA, _FRACTION_BITS)


def fill(image: Image, outline: Vector, colour: Colour) -> None:
    """One flat polygon."""
    cv2.fillPoly(image, [_fixed(outline)], colour, cv2.LINE_AA, _FRACTION_BITS)


def stroke(image: Image, line: Vector, colour: Colour, thickness_px: float) -> None:
    """An open line, at least one pixel thick."""
    cv2.polylines(image, [_fixed(line)], False, colour, max(1, int(thickness_px)), cv2.LINE_AA, _FRACTION_BITS)


def ellipse(image: Image, centre: Sequence[float], radii_px: tuple[float, float], colour: Colour) -> None:
    """A filled ellipse with level axes."""
    x, y = (int(part * _ONE) for part in centre)
    axes = (int(radii_px[0] * _ONE), int(radii_px[1] * _ONE))
    cv2.ellipse(image, (x, y), axes, 0, 0, 360, colour, -1, cv2.LINE_AA, _FRACTION_BITS)


def window(image: Image, low: Vector, high: Vector) -> Image:
    """A view of the image between two corners; empty if it lies outside."""
    x0, y0 = np.maximum(low, 0).astype(int)
    x1, y1 = np.maximum(high, 0).astype(int)
    return image[y0:y1, x0:x1]


def _fixed(points: Vector) -> NDArray[np.int32]:
    return np.asarray(np.rint(points * _ONE), dtype=np.int32)


@lru_cache(maxsize=256)
def _ramp(colour: Colour, shading: Shading) -> tuple[Colour, ...]:
    """Colours from edge to core; they brighten fastest near the edge, as on a round body."""
    steps = 1 - (1 - np.linspace(0, 1, shading.layers)) ** 2
    return tuple(tinted(colour, shading.edge + (shading.core - shading.edge) * step) for step in steps.tolist())

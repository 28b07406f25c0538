"""Outlines of the body: the thickness of each limb along its length, and the contours of head, hair, ear, eye and shoe.

All were drawn by hand, and tuned on the pose model itself (the thigh's shape moves the hip that it detects), so its error on
this runner says nothing about its error on people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PART_STATIONS = 9


@dataclass(frozen=True)
class Profile:
    """Half-widths of a limb at stations along it, from 0 (first joint) to 1 (second joint); arrays of equal length."""

    stations: Floats
    front_m: Floats
    back_m: Floats

    def part(self, start: float, end: float) -> "Profile":
        """The section of the limb between two stations."""
        stations = np.linspace(start, end, _PART_STATIONS)
        return Profile(
            stations,
            np.interp(stations, self.stations, self.front_m),
            np.interp(stations, self.stations, self.back_m),
        )

    def grown(self, by_m: float) -> "Profile":
        """The same limb, thicker by `by_m` along its whole length, as clothes are."""
        return Profile(self.stations, self.front_m + by_m, self.back_m + by_m)


def _profile(*rows: tuple[float, float, float], count: int = 11) -> Profile:
    """A smooth profile through rows of (station, front_m, back_m)."""
    knots, front_m, back_m = np.array(rows).T
    stations = np.linspace(knots[0], knots[-1], count)
    return Profile(stations, _hermite(knots, front_m, stations), _hermite(knots, back_m, stations))


def _hermite(knots: Floats, values: Floats, at: Floats) -> Floats:
    """Cubic Hermite interpolation, slopes by central differences."""
    slopes = np.gradient(values, knots)
    left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    span = knots[left + 1] - knots[left]
    t = (at - knots[left]) / span
    start, end = values[left], values[left + 1]
    bow = (1 - t) * slopes[left] * span - t * slopes[left + 1] * span
    result: Floats = start + (end - start) * t * t * (3 - 2 * t) + t * (1 - t) * bow
    return result


def _contour(*corners: tuple[float, float], steps: int = 3) -> Floats:
    """A smooth closed line (Catmull–Rom) through the corners, `steps` points per corner; shape (points, 2)."""
    here = np.array(corners)
    before, after, beyond = np.roll(here, 1, 0), np.roll(here, -1, 0), np.roll(here, -2, 0)
    t = (np.arange(steps) / steps)[:, None, None]
    cubic = t**3 * (3 * (here - after) + beyond - before)
    square = t**2 * (2 * before - 5 * here + 4 * after - beyond)
    line: Floats = here + 0.5 * (t * (after - before) + square + cubic)
    return line.swapaxes(0, 1).reshape(-1, 2)


def _points(corners: Sequence[tuple[float, float]]) -> Floats:
    return np.array(corners)


THIGH = _profile((0, 0.072, 0.100), (0.2, 0.076, 0.096), (0.45, 0.072, 0.080), (0.75, 0.061, 0.057), (1, 0.055, 0.050))
SHANK = _profile(
    (0, 0.055, 0.048), (0.12, 0.050, 0.056), (0.32, 0.045, 0.070), (0.55, 0.041, 0.058), (0.8, 0.034, 0.040),
    (1, 0.034, 0.040),
)  # fmt: skip
TRUNK = _profile(
    (-0.20, 0.085, 0.100), (-0.05, 0.100, 0.122), (0.12, 0.103, 0.112), (0.35, 0.103, 0.084), (0.6, 0.112, 0.100),
    (0.85, 0.102, 0.108), (1.0, 0.065, 0.080), count=14,
)  # fmt: skip
UPPER_ARM = _profile((0, 0.054, 0.058), (0.25, 0.052, 0.055), (0.6, 0.046, 0.047), (1, 0.040, 0.042))
FOREARM = _profile((0, 0.041, 0.043), (0.25, 0.042, 0.046), (0.7, 0.032, 0.032), (1, 0.025, 0.026))
NECK = _profile((0, 0.056, 0.060), (0.5, 0.050, 0.054), (1, 0.050, 0.055), count=6)

SOCK = SHANK.part(0.86, 1.0).grown(0.004)
SHORTS_LEG = THIGH.part(0.0, 0.5).grown(0.008)
SHORTS_SEAT = TRUNK.part(-0.2, 0.06).grown(0.006)
SLEEVE = UPPER_ARM.part(0.0, 0.5).grown(0.010)

HEAD_HEIGHT_M = 0.235
# In units of the head's height, (forward, up), from the ear.
HEAD = _contour(
    (0.02, 0.52), (0.18, 0.50), (0.30, 0.42), (0.365, 0.30), (0.385, 0.18), (0.375, 0.10), (0.40, 0.02), (0.465, -0.10),
    (0.455, -0.145), (0.40, -0.155), (0.405, -0.20), (0.415, -0.235), (0.39, -0.265), (0.405, -0.30), (0.38, -0.345),
    (0.385, -0.40), (0.35, -0.455), (0.26, -0.47), (0.12, -0.40), (0.02, -0.32), (-0.10, -0.34), (-0.25, -0.26),
    (-0.36, -0.10), (-0.40, 0.10), (-0.36, 0.30), (-0.24, 0.44), (-0.10, 0.51),
)  # fmt: skip
HAIR = _contour(
    (0.385, 0.24), (0.34, 0.17), (0.27, 0.22), (0.16, 0.23), (0.12, 0.10), (0.10, -0.02), (0.05, 0.03), (-0.03, 0.05),
    (-0.07, -0.05), (-0.06, -0.20), (-0.20, -0.28), (-0.37, -0.14), (-0.42, 0.10), (-0.38, 0.32), (-0.26, 0.48),
    (-0.10, 0.56), (0.05, 0.575), (0.20, 0.55), (0.32, 0.46), (0.385, 0.34),
)  # fmt: skip
EAR = _contour((-0.06, 0.06), (0.02, 0.09), (0.05, 0.03), (0.03, -0.06), (-0.01, -0.13), (-0.05, -0.10), (-0.07, -0.01))
EYE = _contour((0.255, 0.055), (0.30, 0.085), (0.35, 0.06), (0.345, 0.03), (0.29, 0.025))
IRIS = _points([(0.325, 0.053)])
EAR_FOLD = _points([(-0.02, 0.05), (0.02, 0.03), (0.0, -0.05)])
EYELID = _points([(0.25, 0.065), (0.30, 0.095), (0.36, 0.065)])
EYEBROW = _points([(0.23, 0.14), (0.30, 0.17), (0.37, 0.145)])
MOUTH = _points([(0.41, -0.25), (0.34, -0.255), (0.29, -0.27)])
NOSTRIL = _points([(0.40, -0.14), (0.37, -0.12), (0.375, -0.09)])

# In metres, (forward, up), from the ankle, the foot level.
SHOE = _contour(
    (-0.062, 0.028), (-0.040, 0.052), (0.012, 0.055), (0.045, 0.030), (0.085, 0.006), (0.150, -0.012), (0.190, -0.028),
    (0.205, -0.048), (0.200, -0.060), (-0.072, -0.058), (-0.078, -0.02),
)  # fmt: skip
SOLE = _contour(
    (-0.080, -0.040), (-0.03, -0.044), (0.06, -0.048), (0.14, -0.046), (0.207, -0.044), (0.212, -0.056),
    (0.195, -0.066), (0.14, -0.079), (0.04, -0.078), (-0.055, -0.076), (-0.078, -0.066),
)  # fmt: skip
SHOE_STRIPE = _points([(0.035, 0.02), (0.055, 0.012), (0.03, -0.04), (0.01, -0.04)])

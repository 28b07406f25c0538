"""How far the camera hangs turned, told by the room: walls, windows and the machine's frame are upright or level.

Posture cannot tell it: a runner who leans and a camera that hangs askew look the same.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from wire.frames import Image

MOST_DEG = 15.0
"""An edge further from upright and level than this is a sloping one: a handrail, an incline."""
_LEAST_LENGTH = 0.05
"""Of the picture's longer side; shorter edges are clothes, bodies and noise."""
_SIDE_PX = 960
# Edges of one direction agree within about a degree; what perspective turns away from it does not agree with much else.
_WIDTH_DEG = 0.75
_LEAST_AGREEING = 0.3
_LEAST_TOTAL = 1.0
"""Length of all edges that agree, in sides of the picture."""


@dataclass(frozen=True)
class CameraRoll:
    """What the edges say."""

    roll_deg: float
    """How far the camera hangs turned clockwise, seen from behind it: `analysis.camera_roll_deg`."""
    sd_deg: float
    """Spread of the edges that agree; how wrong it may be."""
    agreeing: float
    """Share of the length of all nearly upright and level edges that agree, 0 to 1."""


def estimate_roll(image: Image) -> CameraRoll | None:
    """From one picture (blue-green-red); None: too few edges, or they do not agree."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, _SIDE_PX / max(grey.shape))
    grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    lines = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if lines is None:
        return None
    across, down = (lines[:, 0, 2:] - lines[:, 0, :2]).astype(np.float64).T
    length = np.hypot(across, down) / max(grey.shape)
    # The turn of each edge from the nearer of level and upright, clockwise as seen: a camera turned clockwise shows the
    # world turned the other way.
    turned_deg = (np.degrees(np.arctan2(down, across)) + 45.0) % 90.0 - 45.0
    kept = (length >= _LEAST_LENGTH) & (np.abs(turned_deg) <= MOST_DEG)
    rolls_deg, length = -turned_deg[kept], length[kept]
    if length.size == 0:
        return None
    grid_deg = np.arange(-MOST_DEG, MOST_DEG + 0.05, 0.1)
    density = np.exp(-(((grid_deg[:, None] - rolls_deg) / _WIDTH_DEG) ** 2) / 2) @ length
    agree = np.abs(rolls_deg - grid_deg[int(density.argmax())]) <= 2 * _WIDTH_DEG
    if length[agree].sum() < max(_LEAST_TOTAL, _LEAST_AGREEING * length.sum()):
        return None
    mean_deg = float(np.average(rolls_deg[agree], weights=length[agree]))
    variance_deg2 = float(np.average((rolls_deg[agree] - mean_deg) ** 2, weights=length[agree]))
    return CameraRoll(mean_deg, float(np.sqrt(variance_deg2)), float(length[agree].sum() / length.sum()))

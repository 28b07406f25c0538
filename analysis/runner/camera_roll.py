"""Estimates the camera's roll from the room: walls, windows and the frame of the treadmill are upright or level.

Posture cannot show it: a leaning runner and a tilted camera look the same.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from wire.frames.frame import Image

MOST_DEG = 15.0
"""An edge further from upright or level than this is a slope: a handrail, an incline."""
_LEAST_LENGTH = 0.05
"""Share of the longer side of the image; shorter edges are clothes, bodies and noise."""
_SIDE_PX = 960
# Upright and level edges agree within about a degree; those that perspective turns agree with few others.
_WIDTH_DEG = 0.75
_LEAST_AGREEING = 0.3
_LEAST_TOTAL = 1.0
"""Total length of the edges that agree, in sides of the image."""


@dataclass(frozen=True)
class CameraRoll:
    """The estimate."""

    roll_deg: float
    """The camera's roll, clockwise as seen from behind it: `analysis.camera_roll_deg`."""
    sd_deg: float
    """Spread of the edges that agree, the uncertainty of the estimate."""
    agreeing: float
    """Share of the edges that agree, by length, among all nearly upright or level ones, 0 to 1."""


def estimate_roll(image: Image) -> CameraRoll | None:
    """The roll, from one image (blue-green-red); None: too few edges, or they do not agree."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, _SIDE_PX / max(grey.shape))
    grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    lines = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if lines is None:
        return None
    across, down = (lines[:, 0, 2:] - lines[:, 0, :2]).astype(np.float64).T
    length = np.hypot(across, down) / max(grey.shape)
    # The angle of each edge from level or upright, whichever is nearer, clockwise as seen: a camera rolled clockwise shows the
    # world rotated the other way.
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

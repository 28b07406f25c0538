"""The part of the picture that matters, at the size that matters: cut before anything else, then scaled down."""

import cv2
import numpy as np

from config.schema import Zone
from wire.frames import Image


def frame_picture(image: Image, zone: Zone, max_side_px: int) -> Image:
    """The zone of the picture, its longer side at most `max_side_px`. Never enlarged; no copy where nothing changes."""
    height_px, width_px = image.shape[:2]
    cut = image[_span(zone.top, zone.bottom, height_px), _span(zone.left, zone.right, width_px)]
    longer_px = max(cut.shape[:2])
    if longer_px <= max_side_px:
        return cut
    scale = max_side_px / longer_px
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    return cv2.resize(cut, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _span(start: float, end: float, length_px: int) -> slice:
    """A part of a side in whole pixels, one at least."""
    first = min(round(start * length_px), length_px - 1)
    return slice(first, max(first + 1, round(end * length_px)))

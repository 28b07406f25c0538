"""The part of the picture that matters, at the size that matters: cut before anything else, then scaled down."""

import math

import cv2
import numpy as np

from config.schema import Zone
from wire.frames import Image


def frame_picture(image: Image, zone: Zone, max_side_px: int) -> Image:
    """The zone of the picture, its longer side at most `max_side_px`. Never enlarged; no copy where nothing changes.

    Scaled by a half, a third, a quarter …: means of whole blocks of pixels take a tenth of the time of any other scale.
    The one or two columns and rows that fill no block are left out.
    """
    height_px, width_px = image.shape[:2]
    cut = image[_span(zone.top, zone.bottom, height_px), _span(zone.left, zone.right, width_px)]
    shrink = math.ceil(max(cut.shape[:2]) / max_side_px)
    if shrink == 1:
        return cut
    height_px, width_px = (max(1, side_px // shrink) for side_px in cut.shape[:2])
    whole = cut[: height_px * shrink, : width_px * shrink]
    return cv2.resize(whole, (width_px, height_px), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _span(start: float, end: float, length_px: int) -> slice:
    """A part of a side in whole pixels, one at least."""
    first = min(round(start * length_px), length_px - 1)
    return slice(first, max(first + 1, round(end * length_px)))

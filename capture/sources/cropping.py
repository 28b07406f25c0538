"""Rotates pictures, crops them to the treadmill's zone and scales them down, before anything else handles them."""

import math

import cv2
import numpy as np

from config.sections.capture import CaptureSettings, Zone
from wire.frames.frame import Image

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def framed(image: Image, settings: CaptureSettings) -> Image:
    """The picture to be measured. The zone refers to the rotated picture, which is the one that people see."""
    turn = _TURNS.get(settings.rotate_deg)
    rotated = image if turn is None else cv2.rotate(image, turn).astype(np.uint8, copy=False)
    return crop_and_scale(rotated, settings.zone, settings.max_side_px)


def crop_and_scale(image: Image, zone: Zone, max_side_px: int) -> Image:
    """The zone of the picture, its longer side at most `max_side_px`. Never enlarges; returns a view where nothing is scaled.

    The scale is a half, a third, a quarter …: means over whole blocks of pixels take a tenth of the time of any other scale.
    The last columns and rows, which do not fill a block, are dropped.
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
    """A range of whole pixels along a side; never empty."""
    first = min(round(start * length_px), length_px - 1)
    return slice(first, max(first + 1, round(end * length_px)))

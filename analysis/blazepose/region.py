"""The square of the picture that a network looks at: how it is made, cut out, and its points brought back.

Coordinates are MediaPipe's: (0, 0) is where the picture's first pixel is sampled, and a crop of side s covers 0 to s.
That mixes pixel centres and pixel corners, but the networks were trained on it.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from analysis.landmarks import Floats
from wire.frames import Image

MARGIN = 1.25
"""How much larger than the person's circle the square is; scale_x and scale_y of pose_landmarks_to_roi.pbtxt."""


@dataclass(frozen=True)
class Region:
    """A square in the picture; it may reach beyond it.

    `rotation_rad`: by how much the square is turned, clockwise as seen (y points down); 0 is upright.
    """

    center_x_px: float
    center_y_px: float
    side_px: float
    rotation_rad: float = 0.0

    def matrix(self, crop_side_px: int) -> Floats:
        """From a point of the crop, (x, y, 1), to the picture: shape (2, 3)."""
        scale = self.side_px / crop_side_px
        cosine, sine = scale * math.cos(self.rotation_rad), scale * math.sin(self.rotation_rad)
        half = crop_side_px / 2
        return np.array(
            (
                (cosine, -sine, self.center_x_px - half * (cosine - sine)),
                (sine, cosine, self.center_y_px - half * (sine + cosine)),
            )
        )


def whole_picture(width_px: int, height_px: int) -> Region:
    """The smallest upright square around a whole picture: what "letterbox" means."""
    return Region(width_px / 2, height_px / 2, float(max(width_px, height_px)))


def around_person(middle_px: Floats, edge_px: Floats) -> Region | None:
    """The square around a person; None when the points coincide or are no numbers.

    `middle_px`: middle of the hips; `edge_px`: the point above it on the circle around the whole body, both shape (2,).
    The square is turned so that the body stands upright in it
    (AlignmentPointsRectsCalculator with a target angle of 90°, then RectTransformationCalculator).
    """
    across_px, down_px = (float(d) for d in edge_px - middle_px)
    radius_px = math.hypot(across_px, down_px)
    if not 0 < radius_px < math.inf or not np.isfinite(middle_px).all():
        return None
    turned_rad = math.pi / 2 - math.atan2(-down_px, across_px)
    upright_rad = (turned_rad + math.pi) % (2 * math.pi) - math.pi
    return Region(float(middle_px[0]), float(middle_px[1]), 2 * radius_px * MARGIN, upright_rad)


def cut_out(image: Image, region: Region, crop_side_px: int, border: int) -> Image:
    """This region of the picture, upright, shape (crop_side_px, crop_side_px, 3), colours in the picture's own order.

    `border`: what lies beyond the picture, cv2.BORDER_CONSTANT (black) or cv2.BORDER_REPLICATE.
    ImageToTensorCalculator matches four corners and warps in perspective; the plain matrix takes a third less time, and no
    pixel differs by more than one grey level.
    """
    crop = cv2.warpAffine(
        image,
        region.matrix(crop_side_px),
        (crop_side_px, crop_side_px),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
    )
    return np.asarray(crop, dtype=np.uint8)


def to_picture(points: Floats, region: Region, crop_side_px: int) -> Floats:
    """Points of the crop, shape (n, 2), in pixels of the picture."""
    matrix = region.matrix(crop_side_px)
    placed: Floats = points @ matrix[:, :2].T + matrix[:, 2]
    return placed


def to_crop(points_px: Floats, region: Region, crop_side_px: int) -> Floats:
    """Points of the picture, shape (n, 2), in pixels of the crop: the inverse of to_picture."""
    matrix = region.matrix(crop_side_px)
    placed: Floats = np.linalg.solve(matrix[:, :2], (points_px - matrix[:, 2]).T).T
    return placed

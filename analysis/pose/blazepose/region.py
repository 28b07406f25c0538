"""The square region of the image that a network sees: cropping it, mirroring it, and mapping its points back.

Coordinates are MediaPipe's: (0, 0) is where the first pixel of the image is sampled, and a crop of side s covers 0 to s.
That mixes pixel centres and pixel corners, but the networks were trained that way.

On a mirror image the networks place hip and knee differently, by 1 to 3° of thigh on real runners. BlazePose therefore runs
every other frame on its mirror image, at no cost; analysis/gait/mirror_difference.py averages the two views.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from analysis.pose.landmarks import COUNT, OTHER_SIDE, Floats
from wire.frames.frame import Image

MARGIN = 1.25
"""The square is larger than the person's circle by this factor: scale_x and scale_y of pose_landmarks_to_roi.pbtxt."""


@dataclass(frozen=True)
class Region:
    """A square in the image; it may extend beyond the image.

    `rotation_rad`: the square's rotation, clockwise as seen (y points down); 0 is upright.
    """

    center_x_px: float
    center_y_px: float
    side_px: float
    rotation_rad: float = 0.0

    def matrix(self, crop_side_px: int) -> Floats:
        """Maps a point of the crop, (x, y, 1), to the image: shape (2, 3)."""
        scale = self.side_px / crop_side_px
        cosine, sine = scale * math.cos(self.rotation_rad), scale * math.sin(self.rotation_rad)
        half = crop_side_px / 2
        return np.array(
            (
                (cosine, -sine, self.center_x_px - half * (cosine - sine)),
                (sine, cosine, self.center_y_px - half * (sine + cosine)),
            )
        )


def whole_image(width_px: int, height_px: int) -> Region:
    """The smallest upright square around a whole image (letterbox)."""
    return Region(width_px / 2, height_px / 2, float(max(width_px, height_px)))


def around_person(middle_px: Floats, edge_px: Floats) -> Region | None:
    """The square around a person; None if the points coincide or are not finite.

    `middle_px`: midpoint of the hips; `edge_px`: the point above it on the circle around the whole body, both shape (2,).
    The square is rotated so that the body is upright in it
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
    """This region of the image, upright, shape (crop_side_px, crop_side_px, 3), in the image's own colour order.

    `border`: how to fill what lies beyond the image, cv2.BORDER_CONSTANT (black) or cv2.BORDER_REPLICATE.
    ImageToTensorCalculator matches four corners and applies a perspective warp; the affine warp takes a third less time, and
    no pixel differs by more than one grey level.
    """
    crop = cv2.warpAffine(
        image,
        region.matrix(crop_side_px),
        (crop_side_px, crop_side_px),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
    )
    return np.asarray(crop, dtype=np.uint8)


def mirrored_image(crop: Image) -> Image:
    """The crop flipped left to right."""
    return np.asarray(cv2.flip(crop, 1), dtype=np.uint8)  # a fiftieth of the time of NumPy's copy


def mirrored_back(points: Floats, visibility: Floats, crop_side_px: int) -> tuple[Floats, Floats]:
    """Landmarks found in the mirrored crop, shape (33 or more, 2), and their visibility, shape (33,), as in the crop itself."""
    back = points.copy()
    back[:COUNT] = back[OTHER_SIDE]
    back[:, 0] = crop_side_px - back[:, 0]
    return back, visibility[OTHER_SIDE]


def to_image(points: Floats, region: Region, crop_side_px: int) -> Floats:
    """Points of the crop, shape (n, 2), in pixels of the image."""
    matrix = region.matrix(crop_side_px)
    placed: Floats = points @ matrix[:, :2].T + matrix[:, 2]
    return placed


def to_crop(points_px: Floats, region: Region, crop_side_px: int) -> Floats:
    """Points of the image, shape (n, 2), in pixels of the crop: the inverse of `to_image`."""
    matrix = region.matrix(crop_side_px)
    placed: Floats = np.linalg.solve(matrix[:, :2], (points_px - matrix[:, 2]).T).T
    return placed

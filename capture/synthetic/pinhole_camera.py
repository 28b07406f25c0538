"""A pinhole camera beside the treadmill.

Axes are those of body_pose.py; pixels count x right and y down from the upper left corner.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from capture.synthetic.body_pose import Point
from wire.messages import Facing

Vector = NDArray[np.float64]
"""Shape (2,) or (points, 2), in pixels unless stated otherwise."""

_BELT_ROW = 0.90
"""Row of the belt's centre line, as a share of the picture's height."""
_RUNNER_COLUMN = 0.47
"""Column of the runner, as a share of the picture's width, measured from the side that the runner faces away from."""


@dataclass(frozen=True)
class SideCamera:
    """Position and field of view of the camera.

    Its axis is level and, at yaw 0, perpendicular to the belt. The focal length follows from `fill`.
    """

    width_px: int
    height_px: int
    facing: Facing = "right"
    """The running direction in the picture."""
    yaw_deg: float = 0.0
    """Rotation of runner and treadmill about the vertical through the belt's centre, + brings the front nearer."""
    roll_deg: float = 0.0
    """Rotation of the picture about its centre, + clockwise."""
    distance_m: float = 2.6
    """From the belt's centre line: close enough that the far leg looks smaller, which helps the pose model to identify it."""
    height_m: float = 1.1
    fill: float = 0.80
    """Share of the picture's height taken up by a runner of `stature_m`."""
    stature_m: float = 1.75
    origin_m: tuple[float, float] = (0.0, 0.0)
    """Offset (x, z) of everything projected, for another treadmill in view of the same camera."""

    @property
    def focal_px(self) -> float:
        """Focal length."""
        return self.fill * self.height_px / self.stature_m * self.distance_m

    @property
    def mirror(self) -> int:
        """1 if forward is to the right in the picture, else -1."""
        return 1 if self.facing == "right" else -1

    @cached_property
    def axes(self) -> Vector:
        """Rows: the unit vectors of forward and up in the picture, ignoring yaw."""
        c, s = self._roll
        return np.array([(self.mirror * c, self.mirror * s), (s, -c)])

    def project(self, point_m: Point) -> tuple[float, float, float]:
        """(x, y, scale): the point's position in pixels, and the number of pixels per metre there."""
        c, s = self._yaw
        x_m, z_m = point_m[0] + self.origin_m[0], point_m[2] + self.origin_m[1]
        scale = self.focal_px / (self.distance_m - (s * x_m + c * z_m))
        horizon_px = _BELT_ROW * self.height_px - self.focal_px * self.height_m / self.distance_m
        column = _RUNNER_COLUMN if self.mirror > 0 else 1 - _RUNNER_COLUMN
        x_px = column * self.width_px + self.mirror * scale * (c * x_m - s * z_m)
        return (*self._rolled(x_px, horizon_px + scale * (self.height_m - point_m[1])), scale)

    def see(self, point_m: Point) -> tuple[Vector, float]:
        """`project`, with the position as an array."""
        x_px, y_px, scale = self.project(point_m)
        return np.array((x_px, y_px)), scale

    def _rolled(self, x_px: float, y_px: float) -> tuple[float, float]:
        c, s = self._roll
        middle_x, middle_y = self.width_px / 2, self.height_px / 2
        right, down = x_px - middle_x, y_px - middle_y
        return middle_x + c * right - s * down, middle_y + s * right + c * down

    @cached_property
    def _roll(self) -> tuple[float, float]:
        return _cos_sin(self.roll_deg)

    @cached_property
    def _yaw(self) -> tuple[float, float]:
        return _cos_sin(self.yaw_deg)


def _cos_sin(angle_deg: float) -> tuple[float, float]:
    angle_rad = math.radians(angle_deg)
    return math.cos(angle_rad), math.sin(angle_rad)

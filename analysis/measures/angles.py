"""The table of angles: the points that define each one, and its sign. Degrees; definitions in docs/measures.md."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.pose.landmarks import Floats, LegPoints
from wire.messages import Facing

Point = Floats | tuple[float, float]
"""Shape (2,), pixels."""
DOWN = (0.0, 1.0)
"""Gravity, in the runner's frame."""


@dataclass(frozen=True)
class Angle:
    """The rotation from direction `a` to direction `b`, in the runner's frame (x forward, y down).

    A direction is a pair of points, "from" and "to"; None is gravity. A rotation that moves the lower end forward is positive.
    """

    a: tuple[str, str] | None
    b: tuple[str, str]
    sign: float = 1.0
    offset_deg: float = 0.0


# Thigh + in front of the body, knee + flexed, ankle + dorsiflexed (foot at a right angle to the shank: 0), trunk + forward.
ANGLES: dict[str, Angle] = {
    "thigh": Angle(None, ("hip", "knee")),
    "knee": Angle(("hip", "knee"), ("knee", "ankle"), sign=-1.0),
    "ankle": Angle(("knee", "ankle"), ("heel", "toe"), offset_deg=-90.0),
    "trunk_lean": Angle(None, ("shoulder", "mid_hip"), sign=-1.0),
    "hip_trunk": Angle(("shoulder", "mid_hip"), ("hip", "knee")),
}


class RunnerFrame:
    """Converts pixels to the runner's own directions: x forward, y along gravity.

    `camera_roll_deg`: the camera's roll, clockwise as seen from behind it; it is corrected here.
    """

    def __init__(self, facing: Facing, camera_roll_deg: float = 0.0) -> None:
        self.forward = 1.0 if facing == "right" else -1.0
        roll_rad = math.radians(camera_roll_deg)
        self._cosine, self._sine = math.cos(roll_rad), math.sin(roll_rad)

    def direction(self, start_px: Point, end_px: Point) -> tuple[float, float]:
        """The vector between two points, forward and down, pixels."""
        x, y = float(end_px[0] - start_px[0]), float(end_px[1] - start_px[1])
        # A camera rolled clockwise shows the world rotated counter-clockwise; rotate it back.
        return self.forward * (self._cosine * x - self._sine * y), self._sine * x + self._cosine * y


def angle_deg(name: str, points_px: Mapping[str, Point], frame: RunnerFrame) -> float:
    """The angle `name` of ANGLES from named points of shape (2,), in [-180, 180)."""
    angle = ANGLES[name]
    a = DOWN if angle.a is None else frame.direction(points_px[angle.a[0]], points_px[angle.a[1]])
    b = frame.direction(points_px[angle.b[0]], points_px[angle.b[1]])
    # From a to b, positive if the lower end moves forward (+x): opposite to the sense of rotation in an image with y down.
    turn_deg = math.degrees(math.atan2(b[0] * a[1] - b[1] * a[0], a[0] * b[0] + a[1] * b[1]))
    value_deg = angle.sign * turn_deg + angle.offset_deg
    return (value_deg + 180.0) % 360.0 - 180.0


def named_points(leg: LegPoints, shoulder_px: Floats, mid_hip_px: Floats) -> dict[str, tuple[float, float]]:
    """The points of one leg and the trunk by the names used in ANGLES."""
    named = {
        "hip": leg.hip_px,
        "knee": leg.knee_px,
        "ankle": leg.ankle_px,
        "heel": leg.heel_px,
        "toe": leg.toe_px,
        "shoulder": shoulder_px,
        "mid_hip": mid_hip_px,
    }
    # Arithmetic on the elements of arrays takes three times as long.
    return {name: (float(point[0]), float(point[1])) for name, point in named.items()}

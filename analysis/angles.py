"""Angles as a table: which points make each one, and its sign. Degrees; definitions in docs/measures.md."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.landmarks import Floats, LegPoints
from wire.messages import Facing

DOWN = (0.0, 1.0)
"""Gravity, in the runner's frame."""


@dataclass(frozen=True)
class Angle:
    """The turn from direction `a` to direction `b`, in the runner's frame (x forward, y down).

    A direction is a pair of points, "from" and "to"; DOWN is gravity. Positive is a turn that carries the lower end forward.
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
    """Turns pixels into the runner's own directions: x forward, y along gravity.

    `camera_roll_deg` is how far the camera hangs turned clockwise (seen from behind it); it is taken out here.
    """

    def __init__(self, facing: Facing, camera_roll_deg: float = 0.0) -> None:
        self.forward = 1.0 if facing == "right" else -1.0
        roll_rad = math.radians(camera_roll_deg)
        self._cosine, self._sine = math.cos(roll_rad), math.sin(roll_rad)

    def direction(self, start_px: Floats, end_px: Floats) -> tuple[float, float]:
        """Forward and down, pixels."""
        x, y = float(end_px[0] - start_px[0]), float(end_px[1] - start_px[1])
        # A camera turned clockwise shows the world turned counter-clockwise; turn it back.
        return self.forward * (self._cosine * x - self._sine * y), self._sine * x + self._cosine * y


def angle_deg(name: str, points_px: Mapping[str, Floats], frame: RunnerFrame) -> float:
    """The angle `name` of ANGLES from named points of shape (2,), in [-180, 180)."""
    angle = ANGLES[name]
    a = DOWN if angle.a is None else frame.direction(points_px[angle.a[0]], points_px[angle.a[1]])
    b = frame.direction(points_px[angle.b[0]], points_px[angle.b[1]])
    # From a to b, positive when the lower end goes forward (+x): the turn against the image's y-down sense.
    turn_deg = math.degrees(math.atan2(b[0] * a[1] - b[1] * a[0], a[0] * b[0] + a[1] * b[1]))
    value_deg = angle.sign * turn_deg + angle.offset_deg
    return (value_deg + 180.0) % 360.0 - 180.0


def named_points(leg: LegPoints, shoulder_px: Floats, mid_hip_px: Floats) -> dict[str, Floats]:
    """The points of one leg and the trunk under the names that ANGLES uses."""
    return {
        "hip": leg.hip_px,
        "knee": leg.knee_px,
        "ankle": leg.ankle_px,
        "heel": leg.heel_px,
        "toe": leg.toe_px,
        "shoulder": shoulder_px,
        "mid_hip": mid_hip_px,
    }

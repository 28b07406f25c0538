"""Directions and shapes at the hip, in pixels of the frame (x right, y down)."""

import math

from wire.messages import Facing, Point

WEDGE_STEPS = 12
"""Straight segments of the wedge's arc; at 12 its corners are invisible."""


def direction(angle_behind_deg: float, facing: Facing, roll_deg: float) -> Point:
    """Unit vector from the hip downward and `angle_behind_deg` behind the body, away from where the runner faces.

    `roll_deg` is the camera's clockwise rotation, seen from behind it: gravity then points to the lower right of the frame.
    """
    behind = -1.0 if facing == "right" else 1.0
    angle_rad = math.radians(angle_behind_deg)
    level_x, level_y = behind * math.sin(angle_rad), math.cos(angle_rad)
    roll_rad = math.radians(roll_deg)
    return (
        level_x * math.cos(roll_rad) + level_y * math.sin(roll_rad),
        -level_x * math.sin(roll_rad) + level_y * math.cos(roll_rad),
    )


def line_from(hip_px: Point, length_px: float, angle_behind_deg: float, facing: Facing, roll_deg: float) -> tuple[Point, Point]:
    """A line from the hip in this direction: both ends."""
    x, y = direction(angle_behind_deg, facing, roll_deg)
    return hip_px, (hip_px[0] + length_px * x, hip_px[1] + length_px * y)


def wedge(
    hip_px: Point, radius_px: float, edges_deg: tuple[float, float], facing: Facing, roll_deg: float
) -> tuple[Point, ...]:
    """Outline of the wedge between two angles behind the vertical (low, high): the hip, then the arc between them."""
    low_deg, high_deg = edges_deg
    angles_deg = [low_deg + (high_deg - low_deg) * step / WEDGE_STEPS for step in range(WEDGE_STEPS + 1)]
    return hip_px, *(line_from(hip_px, radius_px, angle_deg, facing, roll_deg)[1] for angle_deg in angles_deg)

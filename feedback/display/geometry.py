"""The target band as a wedge at the hip, in pixels of the picture."""

import math

from wire.messages import Facing, Point

WEDGE_STEPS = 12
"""Straight pieces of the wedge's arc; at 12 the corners cannot be seen."""


def down(angle_behind_deg: float, facing: Facing, roll_deg: float) -> Point:
    """Unit vector that points down and `angle_behind_deg` behind the body.

    Behind is opposite to where the runner faces. `roll_deg` is the camera's turn clockwise, seen from behind it:
    gravity then points to the picture's lower right.
    """
    behind = -1.0 if facing == "right" else 1.0
    angle_rad = math.radians(angle_behind_deg)
    level_x, level_y = behind * math.sin(angle_rad), math.cos(angle_rad)
    roll_rad = math.radians(roll_deg)
    return (
        level_x * math.cos(roll_rad) + level_y * math.sin(roll_rad),
        -level_x * math.sin(roll_rad) + level_y * math.cos(roll_rad),
    )


def wedge(hip_px: Point, reach_px: float, edges_deg: tuple[float, float], facing: Facing, roll_deg: float) -> tuple[Point, ...]:
    """Outline of the wedge between two angles behind the vertical (low, high): the hip, then the arc between them."""
    low_deg, high_deg = edges_deg
    outline = [hip_px]
    for step in range(WEDGE_STEPS + 1):
        x, y = down(low_deg + (high_deg - low_deg) * step / WEDGE_STEPS, facing, roll_deg)
        outline.append((hip_px[0] + reach_px * x, hip_px[1] + reach_px * y))
    return tuple(outline)

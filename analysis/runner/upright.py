"""Whether a person's head is up in the picture: a camera, or the pictures of a clip, may lie on their side."""

import math

from analysis.pose.landmarks import ANKLES, Landmarks, mid_shoulder_px

MOST_LEAN_DEG = 60.0
"""Lean of the line from the ankles to the shoulders. Somebody who bends down, cycles or climbs leans by 40° at most."""


def body_axis_px(landmarks: Landmarks) -> tuple[float, float]:
    """From the middle of the ankles to the middle of the shoulders: pixels to the right, and pixels up."""
    points = landmarks.points_px
    across_px, down_px = (mid_shoulder_px(landmarks) - (points[ANKLES["left"]] + points[ANKLES["right"]]) / 2).tolist()
    return across_px, -down_px


def turn_to_upright_deg(across_px: float, up_px: float) -> int:
    """The clockwise turn of the picture that brings the head up, for the sum of several body axes: 0, 90, 180 or 270."""
    lean_deg = math.degrees(math.atan2(across_px, up_px))
    return 0 if abs(lean_deg) <= MOST_LEAN_DEG else round(-lean_deg / 90) % 4 * 90

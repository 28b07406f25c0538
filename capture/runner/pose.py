"""The truth of one instant: joints in metres and angles in degrees.

Space: x forward (the way the runner runs), y up, z from the belt's middle line toward the camera; y = 0 is the belt.
"""

from dataclasses import dataclass

Point = tuple[float, float, float]
"""(x, y, z) in metres."""


@dataclass(frozen=True)
class Leg:
    """One leg; its joints lie in one plane parallel to the running direction."""

    hip: Point
    knee: Point
    ankle: Point
    heel: Point
    """Lowest back point of the sole."""
    toe: Point
    """Lowest front point of the sole."""
    thigh_deg: float
    """Thigh against the vertical, + in front of the body."""
    knee_flexion_deg: float
    """0 is straight, + flexed."""
    ankle_deg: float
    """Foot against shank, 0 is a right angle, + dorsiflexed."""

    @property
    def foot_pitch_deg(self) -> float:
        """Foot against the belt, + toes up."""
        return self.thigh_deg - self.knee_flexion_deg + self.ankle_deg


@dataclass(frozen=True)
class Arm:
    """One arm."""

    shoulder: Point
    elbow: Point
    wrist: Point


@dataclass(frozen=True)
class Pose:
    """The whole runner. The near leg and arm are the ones toward the camera (anatomically right when facing right)."""

    near_leg: Leg
    far_leg: Leg
    near_arm: Arm
    far_arm: Arm
    pelvis: Point
    """Midway between the hips."""
    neck: Point
    head: Point
    """Middle of the head, at the height of the ears."""
    trunk_lean_deg: float
    """Pelvis to neck against the vertical, + forward."""
    head_lean_deg: float
    """Head against the vertical, + forward."""

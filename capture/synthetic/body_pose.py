"""The true pose at one instant: joints in metres, angles in degrees.

Axes: x forward (the running direction), y up, z from the belt's centre line toward the camera; y = 0 is the belt.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

Point = tuple[float, float, float]
"""(x, y, z) in metres."""


@dataclass(frozen=True)
class LegPose:
    """One leg; its joints lie in one plane parallel to the running direction."""

    hip: Point
    knee: Point
    ankle: Point
    heel: Point
    """Lowest back point of the sole."""
    toe: Point
    """Lowest front point of the sole."""
    thigh_deg: float
    """Thigh against vertical, + in front of the body."""
    knee_flexion_deg: float
    """0 straight, + flexed."""
    ankle_deg: float
    """Foot against shank, 0 at a right angle, + dorsiflexed."""

    @property
    def foot_pitch_deg(self) -> float:
        """Foot against the belt, + toes up."""
        return self.thigh_deg - self.knee_flexion_deg + self.ankle_deg


@dataclass(frozen=True)
class ArmPose:
    """One arm."""

    shoulder: Point
    elbow: Point
    wrist: Point


@dataclass(frozen=True)
class BodyPose:
    """The whole runner. The near leg and arm are on the camera's side (the anatomically right ones when facing right)."""

    near_leg: LegPose
    far_leg: LegPose
    near_arm: ArmPose
    far_arm: ArmPose
    pelvis: Point
    """Midpoint of the hips."""
    neck: Point
    head: Point
    """Centre of the head, at ear height."""
    trunk_lean_deg: float
    """Pelvis to neck against vertical, + forward."""
    head_lean_deg: float
    """Head against vertical, + forward."""

    def from_other_side(self) -> "BodyPose":
        """The pose for a camera on the other side of the belt: what is near for one is far for the other."""
        return replace(
            self,
            near_leg=_across(self.far_leg),
            far_leg=_across(self.near_leg),
            near_arm=_across(self.far_arm),
            far_arm=_across(self.near_arm),
            pelvis=_mirrored(self.pelvis),
            neck=_mirrored(self.neck),
            head=_mirrored(self.head),
        )


LimbT = TypeVar("LimbT", LegPose, ArmPose)


def _across(limb: LimbT) -> LimbT:
    """The limb with its points seen from the other side."""
    points = {item.name: value for item in fields(limb) if isinstance(value := getattr(limb, item.name), tuple)}
    mirrored: dict[str, Any] = {name: _mirrored(point) for name, point in points.items()}
    return replace(limb, **mirrored)


def _mirrored(point_m: Point) -> Point:
    x_m, y_m, z_m = point_m
    return x_m, y_m, -z_m

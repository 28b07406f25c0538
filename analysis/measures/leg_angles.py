"""The angles of the two labelled legs and the trunk in one frame."""

import math
from dataclasses import dataclass

import numpy as np

from analysis.gait.leg_clues import BodyClues
from analysis.gait.phase_filter import Candidate
from analysis.measures.angles import RunnerFrame, angle_deg, named_points
from analysis.pose.landmarks import (
    EARS,
    ELBOWS,
    SHOULDERS,
    WRISTS,
    Floats,
    Landmarks,
    LegPoints,
    Side,
    leg_points,
    mid_hip_px,
    mid_shoulder_px,
)
from wire.messages import Leg

_ARMS = [*SHOULDERS.values(), *ELBOWS.values(), *WRISTS.values(), *EARS.values()]


@dataclass(frozen=True)
class LabelledLeg:
    """One leg as labelled by the model, with its angles in degrees."""

    points: LegPoints
    thigh_deg: float
    knee_deg: float
    ankle_deg: float
    hip_trunk_deg: float
    """Thigh against the trunk line, + in front."""
    ankle_ahead_px: float
    """Distance of the ankle ahead of the hip."""

    @property
    def candidate(self) -> Candidate:
        """The angles that the gait filter uses."""
        return Candidate(self.thigh_deg, self.knee_deg)

    def message(self, thigh_deg: float) -> Leg:
        """The leg as published, with the tracked thigh angle."""
        points = self.points
        return Leg(
            thigh_deg=thigh_deg,
            knee_deg=self.knee_deg,
            ankle_deg=self.ankle_deg,
            hip_px=_pair(points.hip_px),
            knee_px=_pair(points.knee_px),
            ankle_px=_pair(points.ankle_px),
            heel_px=_pair(points.heel_px),
            toe_px=_pair(points.toe_px),
        )


@dataclass(frozen=True)
class BodyAngles:
    """Both labelled legs, the one labelled as the near leg first, and the trunk."""

    legs: tuple[LabelledLeg, LabelledLeg]
    trunk_lean_deg: float
    shoulder_px: tuple[float, float]
    mirrored: bool | None = None
    """As in Landmarks."""
    elbow_ahead: float = 0.0
    """Distance of the elbow labelled near ahead of the one labelled far, in trunk lengths."""
    arms_px: tuple[complex, ...] = ()
    """As in BodyClues."""
    trunk_px: float = 1.0
    width: float = 0.0
    """Distance of the near shoulder ahead of the far one, plus the same of the hips, in trunk lengths: 0 exactly from the side,
    about -0.02 for each degree by which the camera stands ahead of the runner (as labelled)."""

    @property
    def clues(self) -> BodyClues:
        """Evidence of which leg is which, besides their angles."""
        return BodyClues(self.elbow_ahead, self.arms_px, (self.legs[0].points.lengths_px, self.legs[1].points.lengths_px))


@dataclass(frozen=True)
class StandingAngles:
    """A runner's angles in quiet standing before this camera, means of both legs: the zeros of hip extension and ankle."""

    thigh_deg: float
    """Against vertical, as the pose model would read it at push-off."""
    hip_trunk_deg: float
    """Against the trunk line, likewise."""
    ankle_deg: float
    bias_deg: float = 0.0
    """What was subtracted from both angles of the thigh, because the pose model reads it otherwise at push-off."""


NOT_CALIBRATED = StandingAngles(thigh_deg=0.0, hip_trunk_deg=0.0, ankle_deg=0.0)
"""The zeros without a calibration: the vertical, the trunk line, a right angle."""


def body_angles(landmarks: Landmarks, frame: RunnerFrame) -> BodyAngles:
    """All angles of one frame. A runner who faces right has the right side near the camera."""
    sides: tuple[Side, Side] = ("right", "left") if frame.forward > 0 else ("left", "right")
    shoulder_px, hip_px = mid_shoulder_px(landmarks), mid_hip_px(landmarks)
    near, far = (_labelled(leg_points(landmarks, side), shoulder_px, hip_px, frame) for side in sides)
    named = named_points(near.points, shoulder_px, hip_px)
    trunk_px = max(1.0, math.dist(shoulder_px, hip_px))
    near_elbow_px, far_elbow_px = (landmarks.points_px[ELBOWS[side]] for side in sides)
    near_shoulder_px, far_shoulder_px = (landmarks.points_px[SHOULDERS[side]] for side in sides)
    shoulders_px = frame.direction(far_shoulder_px, near_shoulder_px)[0]
    hips_px = frame.direction(far.points.hip_px, near.points.hip_px)[0]
    return BodyAngles(
        legs=(near, far),
        trunk_lean_deg=angle_deg("trunk_lean", named, frame),
        shoulder_px=_pair(shoulder_px),
        mirrored=landmarks.mirrored,
        elbow_ahead=frame.direction(far_elbow_px, near_elbow_px)[0] / trunk_px,
        arms_px=tuple(landmarks.points_px[_ARMS].view(np.complex128)[:, 0].tolist()),
        trunk_px=trunk_px,
        width=(shoulders_px + hips_px) / trunk_px,
    )


def _labelled(points: LegPoints, shoulder_px: Floats, hip_px: Floats, frame: RunnerFrame) -> LabelledLeg:
    named = named_points(points, shoulder_px, hip_px)
    return LabelledLeg(
        points=points,
        thigh_deg=angle_deg("thigh", named, frame),
        knee_deg=angle_deg("knee", named, frame),
        ankle_deg=angle_deg("ankle", named, frame),
        hip_trunk_deg=angle_deg("hip_trunk", named, frame),
        ankle_ahead_px=frame.direction(named["hip"], named["ankle"])[0],
    )


def _pair(point: Floats) -> tuple[float, float]:
    return float(point[0]), float(point[1])

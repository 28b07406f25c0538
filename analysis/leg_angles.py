"""The angles of the two labelled legs and the trunk in one frame."""

from dataclasses import dataclass

from analysis.angles import RunnerFrame, angle_deg, named_points
from analysis.gait_phase import Candidate
from analysis.landmarks import Floats, Landmarks, LegPoints, Side, leg_points, mid_hip_px, mid_shoulder_px
from wire.messages import Leg


@dataclass(frozen=True)
class LabelledLeg:
    """One leg as the model labelled it, with its angles in degrees."""

    points: LegPoints
    thigh_deg: float
    knee_deg: float
    ankle_deg: float
    hip_trunk_deg: float
    """Thigh against the trunk line, + in front."""
    ankle_ahead_px: float
    """How far the ankle is ahead of the hip."""

    @property
    def candidate(self) -> Candidate:
        """What the gait filter needs of it."""
        return Candidate(self.thigh_deg, self.knee_deg)

    def message(self, thigh_deg: float) -> Leg:
        """The leg as it goes out, with the tracked thigh angle."""
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
    """Both labelled legs, the one that the model puts on the near side first, and the trunk."""

    legs: tuple[LabelledLeg, LabelledLeg]
    trunk_lean_deg: float
    shoulder_px: tuple[float, float]
    mirrored: bool | None = None
    """How the pose model looked: see Landmarks."""


def body_angles(landmarks: Landmarks, frame: RunnerFrame) -> BodyAngles:
    """All angles of one frame. The runner's right side is near the camera when they face right."""
    sides: tuple[Side, Side] = ("right", "left") if frame.forward > 0 else ("left", "right")
    shoulder_px, hip_px = mid_shoulder_px(landmarks), mid_hip_px(landmarks)
    near, far = (_labelled(leg_points(landmarks, side), shoulder_px, hip_px, frame) for side in sides)
    named = named_points(near.points, shoulder_px, hip_px)
    return BodyAngles((near, far), angle_deg("trunk_lean", named, frame), _pair(shoulder_px), landmarks.mirrored)


def _labelled(points: LegPoints, shoulder_px: Floats, hip_px: Floats, frame: RunnerFrame) -> LabelledLeg:
    named = named_points(points, shoulder_px, hip_px)
    return LabelledLeg(
        points=points,
        thigh_deg=angle_deg("thigh", named, frame),
        knee_deg=angle_deg("knee", named, frame),
        ankle_deg=angle_deg("ankle", named, frame),
        hip_trunk_deg=angle_deg("hip_trunk", named, frame),
        ankle_ahead_px=float(frame.direction(points.hip_px, points.ankle_px)[0]),
    )


def _pair(point: Floats) -> tuple[float, float]:
    return float(point[0]), float(point[1])

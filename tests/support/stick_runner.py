"""A runner of sticks: landmarks with exactly known angles, as a perfect pose model would give them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.pose.landmarks import ANKLES, COUNT, EARS, HEELS, HIPS, KNEES, NOSE, SHOULDERS, TOES, Floats, Landmarks
from capture.synthetic.body_pose import BodyPose, LegPose, Point
from capture.synthetic.kinematics import Runner, RunnerParameters
from wire.messages import Facing

PX_PER_M = 300.0
WIDTH_PX, HEIGHT_PX = 640, 720


@dataclass(frozen=True)
class StickRunner:
    """Seen from the side by a camera far away, so that angles in the picture are the runner's own."""

    facing: Facing = "right"
    extension_deg: float = 18.0
    far_extension_deg: float | None = None
    cadence_spm: float = 170.0
    stand_s: float = 0.0
    roll_deg: float = 0.0
    """The camera hangs turned clockwise by this."""

    @cached_property
    def runner(self) -> Runner:
        """The movement."""
        return Runner(
            RunnerParameters(
                extension_deg=self.extension_deg,
                far_extension_deg=self.far_extension_deg,
                cadence_spm=self.cadence_spm,
                stand_s=self.stand_s,
            )
        )

    def landmarks(self, pose: BodyPose) -> Landmarks:
        """All 33 points; those without a part in the measurement lie at the neck."""
        return true_landmarks(pose, self.facing, self.px)

    def px(self, point_m: Point) -> Floats:
        """Where a point in space is in the picture."""
        forward = 1.0 if self.facing == "right" else -1.0
        x, y = forward * PX_PER_M * point_m[0], -PX_PER_M * point_m[1]
        roll = math.radians(-self.roll_deg)
        turned = (x * math.cos(roll) - y * math.sin(roll), x * math.sin(roll) + y * math.cos(roll))
        return np.array([WIDTH_PX / 2 + turned[0], 0.9 * HEIGHT_PX + turned[1]])


def true_landmarks(pose: BodyPose, facing: Facing, seen_px: Callable[[Point], Floats]) -> Landmarks:
    """All 33 points of a runner; `seen_px` says where a point in space is in the picture.

    Those without a part in the measurement lie at the neck.
    """
    points = np.repeat([seen_px(pose.neck)], COUNT, axis=0)
    near, far = ("right", "left") if facing == "right" else ("left", "right")
    for side, leg, arm in ((near, pose.near_leg, pose.near_arm), (far, pose.far_leg, pose.far_arm)):
        for table, point in _leg_points(leg):
            points[table[side]] = seen_px(point)
        points[SHOULDERS[side]] = seen_px(arm.shoulder)
        points[EARS[side]] = seen_px(pose.head)
    points[NOSE] = seen_px((pose.head[0] + 0.08, pose.head[1], 0.0))
    return Landmarks(points, np.ones(COUNT))


def swapped(landmarks: Landmarks) -> Landmarks:
    """The same points with the legs' labels exchanged."""
    points = landmarks.points_px.copy()
    for table in (HIPS, KNEES, ANKLES, HEELS, TOES):
        points[[table["left"], table["right"]]] = points[[table["right"], table["left"]]]
    return replace(landmarks, points_px=points)


def collapsed(landmarks: Landmarks, onto: str) -> Landmarks:
    """Both labelled legs on the leg labelled `onto` ("left" or "right")."""
    points = landmarks.points_px.copy()
    other = "left" if onto == "right" else "right"
    for table in (HIPS, KNEES, ANKLES, HEELS, TOES):
        points[table[other]] = points[table[onto]] + 1.0
    return replace(landmarks, points_px=points)


def _leg_points(leg: LegPose) -> tuple[tuple[dict[str, int], Point], ...]:
    return ((HIPS, leg.hip), (KNEES, leg.knee), (ANKLES, leg.ankle), (HEELS, leg.heel), (TOES, leg.toe))

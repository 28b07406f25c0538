"""Quiet standing: the zeros of hip extension and ankle, found without being asked.

A runner who stands still beside the belt before the session gives the zero; posture cannot tell the camera's roll, which
comes from the settings.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.landmarks import Floats
from analysis.leg_angles import BodyAngles, LabelledLeg
from analysis.mirror_difference import middle

STILL_S = 2.0
"""So long nothing may move."""
# Standing still sways by 1 to 2 % of a trunk length and the pose model jitters by about as much; running moves the knees by
# half a trunk length.
_STILL_TRUNK_LENGTHS = 0.05
_MOST_THIGH_DEG = 15.0
_MOST_KNEE_DEG = 30.0
_MOST_LEAN_DEG = 20.0
_LEAST_FRAMES = 10


@dataclass(frozen=True)
class Standing:
    """What quiet standing says of this runner in front of this camera."""

    thigh_deg: float
    """Mean of both thighs against vertical."""
    hip_trunk_deg: float
    """Thigh against the trunk line."""
    ankle_deg: float


NOT_CALIBRATED = Standing(thigh_deg=0.0, hip_trunk_deg=0.0, ankle_deg=0.0)
"""Zeros for somebody who was never seen standing: the vertical, the trunk line, a right angle."""


class StandingWatch:
    """Looks for quiet standing, frame by frame."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, BodyAngles]] = deque()

    def update(self, t_s: float, body: BodyAngles) -> Standing | None:
        """Take in one frame; the standing once it has lasted `STILL_S`, else None."""
        self._frames.append((t_s, body))
        while self._frames[0][0] < t_s - STILL_S:
            self._frames.popleft()
        long_enough = t_s - self._frames[0][0] >= 0.9 * STILL_S and len(self._frames) >= _LEAST_FRAMES
        if not long_enough or not _upright(body):
            return None
        bodies = [body for _, body in self._frames]
        if not all(_upright(body) for body in bodies) or _movement(bodies) > _STILL_TRUNK_LENGTHS:
            return None
        return Standing(
            thigh_deg=_middle(bodies, lambda leg: leg.thigh_deg),
            hip_trunk_deg=_middle(bodies, lambda leg: leg.hip_trunk_deg),
            ankle_deg=_middle(bodies, lambda leg: leg.ankle_deg),
        )


def _middle(bodies: list[BodyAngles], angle_deg: Callable[[LabelledLeg], float]) -> float:
    """Of both legs over all frames."""
    found = middle((body.mirrored, angle_deg(leg)) for body in bodies for leg in body.legs)
    assert found is not None
    return found


def _upright(body: BodyAngles) -> bool:
    return abs(body.trunk_lean_deg) <= _MOST_LEAN_DEG and all(
        abs(leg.thigh_deg) <= _MOST_THIGH_DEG and leg.knee_deg <= _MOST_KNEE_DEG for leg in body.legs
    )


def _movement(bodies: list[BodyAngles]) -> float:
    """The largest standard deviation of a knee, ankle or hip over the frames, in trunk lengths."""
    joints: Floats = np.array(
        [
            [point for leg in body.legs for point in (leg.points.hip_px, leg.points.knee_px, leg.points.ankle_px)]
            for body in bodies
        ]
    )
    trunk_px = np.median(
        [
            np.hypot(*(np.array(body.shoulder_px) - (body.legs[0].points.hip_px + body.legs[1].points.hip_px) / 2))
            for body in bodies
        ]
    )
    return float(joints.std(axis=0).max() / max(trunk_px, 1.0))

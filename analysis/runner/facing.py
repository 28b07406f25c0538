"""The direction the runner faces: decided once from evidence over time, then kept; never inferred frame by frame."""

import numpy as np

from analysis.pose.landmarks import EARS, HEELS, NOSE, TOES, Landmarks, mid_hip_px, mid_shoulder_px
from analysis.time_window import TimeWindow
from wire.messages import Facing

# As measured by the pose model on runners seen from the side, the nose is ahead of the ears by about 0.13 trunk lengths and the
# toes are ahead of the heels by 0.1 to 0.35; seen from the front or back both are near 0.
SETTLE_S = 0.6
WINDOW_S = 2.0
"""Older evidence is dropped: somebody who first faced the camera may have turned to run since."""
ENOUGH = 0.08
_TOE_WEIGHT = 0.3


def forwardness(landmarks: Landmarks) -> float:
    """Distance of nose and toes to the right, in trunk lengths: + facing right, − facing left."""
    points = landmarks.points_px
    trunk_px = float(np.hypot(*(mid_shoulder_px(landmarks) - mid_hip_px(landmarks)))) + 1e-6
    nose_px = points[NOSE, 0] - (points[EARS["left"], 0] + points[EARS["right"], 0]) / 2
    toes_px = sum(points[TOES[side], 0] - points[HEELS[side], 0] for side in ("left", "right")) / 2
    return float(np.clip((nose_px + _TOE_WEIGHT * toes_px) / trunk_px, -0.5, 0.5))


class FacingVote:
    """Collects the evidence of the last `WINDOW_S`."""

    def __init__(self) -> None:
        self._evidence: TimeWindow[float] = TimeWindow(WINDOW_S)

    def update(self, t_s: float, landmarks: Landmarks) -> Facing | None:
        """Add a frame; the facing, or None until there is enough evidence."""
        self._evidence.add(t_s, forwardness(landmarks))
        mean = float(np.mean(self._evidence.values))
        if self._evidence.span_s < SETTLE_S or abs(mean) < ENOUGH:
            return None
        return "right" if mean > 0 else "left"

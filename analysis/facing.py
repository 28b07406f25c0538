"""Which way the runner faces: settled once by evidence over time, then kept. Never inferred frame by frame."""

from collections import deque

import numpy as np

from analysis.landmarks import EARS, HEELS, NOSE, TOES, Landmarks, mid_hip_px, mid_shoulder_px
from wire.messages import Facing

# The nose lies ahead of the ears by about 0.13 trunk lengths and the toes ahead of the heels by 0.1 to 0.35, as measured by
# the pose model on runners seen from the side; seen from the front or back both are near 0.
SETTLE_S = 0.6
WINDOW_S = 2.0
"""Older evidence is dropped: somebody who faced the camera first may have turned to run since."""
ENOUGH = 0.08
_TOE_WEIGHT = 0.3


def forwardness(landmarks: Landmarks) -> float:
    """How far nose and toes lie to the right, in trunk lengths: + facing right, − facing left."""
    points = landmarks.points_px
    trunk_px = float(np.hypot(*(mid_shoulder_px(landmarks) - mid_hip_px(landmarks)))) + 1e-6
    nose_px = points[NOSE, 0] - (points[EARS["left"], 0] + points[EARS["right"], 0]) / 2
    toes_px = sum(points[TOES[side], 0] - points[HEELS[side], 0] for side in ("left", "right")) / 2
    return float(np.clip((nose_px + _TOE_WEIGHT * toes_px) / trunk_px, -0.5, 0.5))


class FacingVote:
    """Collects the evidence of the last `WINDOW_S`."""

    def __init__(self) -> None:
        self._evidence: deque[tuple[float, float]] = deque()

    def update(self, t_s: float, landmarks: Landmarks) -> Facing | None:
        """Take in one frame; None until there is enough."""
        self._evidence.append((t_s, forwardness(landmarks)))
        while self._evidence[0][0] < t_s - WINDOW_S:
            self._evidence.popleft()
        mean = float(np.mean([forward for _, forward in self._evidence]))
        if t_s - self._evidence[0][0] < SETTLE_S or abs(mean) < ENOUGH:
            return None
        return "right" if mean > 0 else "left"

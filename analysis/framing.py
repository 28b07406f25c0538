"""Is the whole runner in the picture, from the side, large enough? A measurement of anything else would be a guess."""

from collections import deque
from statistics import median

import numpy as np

from analysis.landmarks import ANKLES, HEELS, HIPS, KNEES, SHOULDERS, TOES, Landmarks, mid_hip_px, mid_shoulder_px
from analysis.states import OBLIQUE, PARTLY_OUT, TOO_SMALL

WINDOW_S = 1.5
LEAST_EVIDENCE_S = 0.4
# Share of frames with a joint or a foot outside the picture. Well framed runners: 0 to 0.02; cut off at the feet: 0.4 to 1.
MOST_OUT = 0.2
# Shoulder width over trunk length: 0.1 to 0.3 from the side, about 0.8 from the front (the shoulders turn by 10° in running).
MOST_SHOULDER_WIDTH = 0.5
# Shoulder to ankle in pixels; the pose model sees the body in 256 pixels, less than half of that leaves it guessing.
LEAST_BODY_PX = 120.0

_BODY = [joint for pair in (SHOULDERS, HIPS, KNEES, ANKLES, HEELS, TOES) for joint in pair.values()]


class FramingWatch:
    """Judges the last `WINDOW_S` of frames."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, bool, float, float]] = deque()

    def update(self, t_s: float, landmarks: Landmarks, width_px: int, height_px: int) -> str | None:
        """Take in one frame; the state that names what is wrong, None while nothing is."""
        points = landmarks.points_px[_BODY]
        out = bool(((points < 0) | (points > (width_px, height_px))).any())
        trunk_px = float(np.hypot(*(mid_shoulder_px(landmarks) - mid_hip_px(landmarks))))
        shoulders = landmarks.points_px[[SHOULDERS["left"], SHOULDERS["right"]], 0]
        legs_px = [np.hypot(*(landmarks.points_px[ANKLES[s]] - landmarks.points_px[HIPS[s]])) for s in ("left", "right")]
        self._frames.append((t_s, out, float(abs(shoulders[0] - shoulders[1])) / max(trunk_px, 1.0), trunk_px + max(legs_px)))
        while self._frames[0][0] < t_s - WINDOW_S:
            self._frames.popleft()
        if t_s - self._frames[0][0] < LEAST_EVIDENCE_S:
            return None
        # Sorted lists: for so few numbers numpy's median takes several times as long.
        _, outside, widths, bodies_px = zip(*self._frames, strict=True)
        if sum(outside) > MOST_OUT * len(outside):
            return PARTLY_OUT
        if median(widths) > MOST_SHOULDER_WIDTH:
            return OBLIQUE
        return TOO_SMALL if median(bodies_px) < LEAST_BODY_PX else None

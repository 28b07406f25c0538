"""Is the whole runner in the picture, from the side, large enough? A measurement of anything else would be a guess."""

import math
from collections import deque
from statistics import median

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
        # Plain numbers: numpy takes a hundred times as long for a dozen of them, most of all in a process that has just slept.
        points = landmarks.points_px.tolist()
        out = any(x < 0 or y < 0 or x > width_px or y > height_px for x, y in (points[joint] for joint in _BODY))
        trunk_px = math.dist(mid_shoulder_px(landmarks), mid_hip_px(landmarks))
        shoulders_px = abs(points[SHOULDERS["left"]][0] - points[SHOULDERS["right"]][0])
        leg_px = max(math.dist(points[ANKLES[side]], points[HIPS[side]]) for side in ("left", "right"))
        self._frames.append((t_s, out, shoulders_px / max(trunk_px, 1.0), trunk_px + leg_px))
        while self._frames[0][0] < t_s - WINDOW_S:
            self._frames.popleft()
        if t_s - self._frames[0][0] < LEAST_EVIDENCE_S:
            return None
        _, outside, widths, bodies_px = zip(*self._frames, strict=True)
        if sum(outside) > MOST_OUT * len(outside):
            return PARTLY_OUT
        if median(widths) > MOST_SHOULDER_WIDTH:
            return OBLIQUE
        return TOO_SMALL if median(bodies_px) < LEAST_BODY_PX else None

"""Checks that the whole runner is in view, upright, from the side and large enough; anything else cannot be measured."""

import math
from statistics import median

from analysis.pose.landmarks import ANKLES, HEELS, HIPS, KNEES, SHOULDERS, TOES, Landmarks, mid_hip_px, mid_shoulder_px
from analysis.runner.steady_state import Steady
from analysis.runner.upright import body_axis_px, turn_to_upright_deg
from analysis.time_window import TimeWindow
from wire.faults import SampleState

WINDOW_S = 1.5
LEAST_EVIDENCE_S = 0.4
# Share of frames with a joint or a foot outside the image. Well framed runners: 0 to 0.02; cut off at the feet: 0.4 to 1.
MOST_OUT = 0.2
# A point this far outside, in body heights, may still be an error of the pose model.
_OUT_BY = 0.02
# Shoulder width over trunk length: 0.1 to 0.3 from the side, about 0.8 from the front (the shoulders rotate by 10° in running).
MOST_SHOULDER_WIDTH = 0.5
# The mean with sign of the widths of shoulders and hips together, in which that rotation cancels: up to 0.5 on eight clips from
# the side, 0.58 by the proportions of the body where the camera is 30° off side-on.
MOST_MEAN_WIDTHS, _MEAN_OVER_S = 0.52, 1.0
# Shoulder to ankle in pixels. The pose model sees the body in 256 pixels; with less than half of that it guesses.
LEAST_BODY_PX = 120.0
# Somebody who fills this share of the picture's height does not become larger by standing nearer.
_FILLS_PICTURE = 0.5

_BODY = [joint for pair in (SHOULDERS, HIPS, KNEES, ANKLES, HEELS, TOES) for joint in pair.values()]


class FramingWatch:
    """Checks the frames of the last `WINDOW_S`."""

    def __init__(self) -> None:
        self._frames: TimeWindow[tuple[bool, float, float, float, tuple[float, float]]] = TimeWindow(WINDOW_S)
        self._state: Steady[SampleState | None] | None = None

    def update(self, t_s: float, landmarks: Landmarks, width_px: int, height_px: int) -> SampleState | None:
        """Add a frame; the state that describes what is wrong, or None. A change must last before it is reported."""
        # Plain floats: for a dozen of them numpy takes a hundred times as long, above all in a process that has just slept.
        points = landmarks.points_px.tolist()
        trunk_px = math.dist(mid_shoulder_px(landmarks), mid_hip_px(landmarks))
        shoulders_px, hips_px = (points[pair["left"]][0] - points[pair["right"]][0] for pair in (SHOULDERS, HIPS))
        leg_px = max(math.dist(points[ANKLES[side]], points[HIPS[side]]) for side in ("left", "right"))
        body_px = trunk_px + leg_px
        by_px = _OUT_BY * body_px
        out = any(
            x < -by_px or y < -by_px or x > width_px + by_px or y > height_px + by_px
            for x, y in (points[joint] for joint in _BODY)
        )
        trunk_px = max(trunk_px, 1.0)
        self._frames.add(
            t_s, (out, abs(shoulders_px) / trunk_px, (shoulders_px + hips_px) / trunk_px, body_px, body_axis_px(landmarks))
        )
        if self._frames.span_s < LEAST_EVIDENCE_S:
            return None
        found = self._judge(height_px)
        if self._state is None:
            self._state = Steady(found)
        return self._state.update(t_s, found)

    def _judge(self, height_px: int) -> SampleState | None:
        outside, shoulders, widths, bodies_px, axes_px = zip(*self._frames.values, strict=True)
        body_px = median(bodies_px)
        if body_px < LEAST_BODY_PX:
            # First, because for somebody so small the pose model's points are arbitrary.
            return SampleState.TOO_FEW_PIXELS if body_px > _FILLS_PICTURE * height_px else SampleState.TOO_SMALL
        if turn_to_upright_deg(*map(sum, zip(*axes_px, strict=True))):
            return SampleState.NOT_UPRIGHT
        if sum(outside) > MOST_OUT * len(outside):
            return SampleState.PARTLY_OUT
        turned = self._frames.span_s >= _MEAN_OVER_S and abs(sum(widths)) > MOST_MEAN_WIDTHS * len(widths)
        return SampleState.OBLIQUE if turned or median(shoulders) > MOST_SHOULDER_WIDTH else None

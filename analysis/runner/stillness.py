"""Detects that nothing moves: a picture that is repeated, or somebody who stands. Such frames teach nothing about running."""

import math
from dataclasses import dataclass

from analysis.measures.leg_angles import BodyAngles
from analysis.time_window import TimeWindow

_APART_S = 0.03
"""Frames are compared over this time at least; in less the feet of a runner hardly move either."""
_KEEP_S = 0.3
# Mean movement of knees and ankles, trunk lengths. A runner's feet alone move by 0.2 and more in `_APART_S`; the pose model
# jitters by 0.01 to 0.02.
_MOST_MOVED = 0.04


Joints = tuple[tuple[float, float], ...]
"""Knee and ankle of the leg labelled near, then of the other, pixels."""


@dataclass(frozen=True)
class _Seen:
    t_s: float
    mirrored: bool | None
    joints_px: Joints


class StillWatch:
    """Follows one person. Frames in order of time."""

    def __init__(self) -> None:
        self._recent: TimeWindow[_Seen] = TimeWindow(_KEEP_S)

    def update(self, t_s: float, body: BodyAngles) -> bool:
        """Whether nothing has moved since an earlier frame, `_APART_S` or more ago and seen the same way round."""
        points = [leg.points for leg in body.legs]
        joints_px = tuple((float(x), float(y)) for one in points for x, y in (one.knee_px, one.ankle_px))
        middle_px = (points[0].hip_px + points[1].hip_px) / 2
        trunk_px = max(1.0, math.dist(middle_px, body.shoulder_px))
        before = [one for one in self._recent.values if one.mirrored == body.mirrored and t_s - one.t_s >= _APART_S]
        self._recent.add(t_s, _Seen(t_s, body.mirrored, joints_px))
        return bool(before) and _moved_px(before[-1].joints_px, joints_px) <= _MOST_MOVED * trunk_px


def _moved_px(before: Joints, now: Joints) -> float:
    """Mean movement of the joints, pixels; exchanged labels do not count as movement."""
    return min(sum(map(math.dist, other, now)) for other in (before, (*before[2:], *before[:2]))) / len(now)

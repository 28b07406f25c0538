"""Quiet standing: the zeros of hip extension and ankle, found without a command.

A runner who stands still beside the belt before the session gives the zeros. The camera's roll cannot be found from posture;
it comes from the settings.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from analysis.gait.mirror_difference import median_of_views
from analysis.measures.leg_angles import BodyAngles, LabelledLeg, StandingAngles
from analysis.measures.zero_bias import NO_BIAS, ZeroBias
from analysis.time_window import TimeWindow

STILL_S = 2.0
"""Nothing may move for this long."""
# Standing still sways by 1 to 2 % of a trunk length, and the pose model jitters by about as much; running moves the knees by
# half a trunk length.
_STILL_TRUNK_LENGTHS = 0.05
_MOST_THIGH_DEG = 15.0
_MOST_KNEE_DEG = 30.0
_MOST_LEAN_DEG = 20.0
_LEAST_FRAMES = 10


@dataclass(frozen=True)
class _Posture:
    """The values needed from one frame, computed once: while somebody stands, each frame compares the whole window."""

    body: BodyAngles
    upright: bool
    joints_px: list[float]
    """x and y of hip, knee and ankle of both legs."""
    trunk_px: float


class StandingWatch:
    """Detects quiet standing. `bias`: by how much the pose model reads it differently from push-off."""

    def __init__(self, bias: ZeroBias = NO_BIAS) -> None:
        self._bias = bias
        self._postures: TimeWindow[_Posture] = TimeWindow(STILL_S)

    def update(self, t_s: float, body: BodyAngles) -> StandingAngles | None:
        """Add a frame; the standing angles once the standing has lasted `STILL_S`, else None."""
        self._postures.add(t_s, _posture(body))
        postures = self._postures.values
        long_enough = self._postures.span_s >= 0.9 * STILL_S and len(postures) >= _LEAST_FRAMES
        if not long_enough or not all(posture.upright for posture in reversed(postures)):
            return None
        joints_px = np.array([posture.joints_px for posture in postures])
        trunk_px = np.median([posture.trunk_px for posture in postures])
        if joints_px.std(axis=0).max() / max(trunk_px, 1.0) > _STILL_TRUNK_LENGTHS:
            return None
        width = float(np.median([posture.body.width for posture in postures]))
        bias_deg = self._bias.excess_deg(width)
        return StandingAngles(
            thigh_deg=_median_deg(postures, lambda leg: leg.thigh_deg) - bias_deg,
            hip_trunk_deg=_median_deg(postures, lambda leg: leg.hip_trunk_deg) - bias_deg,
            ankle_deg=_median_deg(postures, lambda leg: leg.ankle_deg),
            bias_deg=bias_deg,
        )


def _posture(body: BodyAngles) -> _Posture:
    near, far = (leg.points for leg in body.legs)
    return _Posture(
        body=body,
        upright=_upright(body),
        joints_px=[xy for leg in (near, far) for point in (leg.hip_px, leg.knee_px, leg.ankle_px) for xy in point.tolist()],
        trunk_px=float(np.hypot(*(np.array(body.shoulder_px) - (near.hip_px + far.hip_px) / 2))),
    )


def _median_deg(postures: Iterable[_Posture], angle_deg: Callable[[LabelledLeg], float]) -> float:
    """The median over all frames of the mean of both legs.

    In quiet standing the far leg is hidden, and where the pose model believes it to be differs by some 2° from the near leg. A
    median over the angles of both would lie anywhere between the two, depending on a few frames.
    """
    found = median_of_views((posture.body.mirrored, fmean(map(angle_deg, posture.body.legs))) for posture in postures)
    assert found is not None
    return found


def _upright(body: BodyAngles) -> bool:
    return abs(body.trunk_lean_deg) <= _MOST_LEAN_DEG and all(
        abs(leg.thigh_deg) <= _MOST_THIGH_DEG and leg.knee_deg <= _MOST_KNEE_DEG for leg in body.legs
    )

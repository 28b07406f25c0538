"""Corrects the zeros of hip extension: the pose model reads quiet standing differently from push-off.

Between standing and push-off BlazePose moves the hip forward over the pelvis and the knee back, so hip extension zeroed by the
angle that it reads in standing is too large; with the camera ahead of the runner it becomes smaller, behind the runner larger.
Learnt from rendered people (bench/accuracy/zero_bias.py). Changes and angles that are not zeroed are not affected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.pose.pose_estimator import PoseModel

_MOST_WIDTH = 0.4
"""Width of the body at the largest yaw of the rendered clips; beyond it there are no data."""


@dataclass(frozen=True)
class ZeroBias:
    """How much too large hip extension is with the zero read in standing: a linear function of the width of the body."""

    side_on_deg: float
    """Where shoulders and hips are seen exactly from the side."""
    per_width_deg: float
    """Added per `BodyAngles.width`."""

    @property
    def side_on(self) -> "ZeroBias":
        """The same correction for a camera without yaw."""
        return replace(self, per_width_deg=0.0)

    def excess_deg(self, width: float) -> float:
        """Degrees by which hip extension is too large. `width`: as in BodyAngles, in standing."""
        return self.side_on_deg + self.per_width_deg * min(max(width, -_MOST_WIDTH), _MOST_WIDTH)


NO_BIAS = ZeroBias(0.0, 0.0)
LEARNT: Mapping[PoseModel, ZeroBias] = {PoseModel.BLAZEPOSE_FULL: ZeroBias(3.3, 9.1)}
"""From `python -m bench.accuracy.zero_bias` on 26 clips of 13 rendered people (MakeHuman's mesh, CC0)."""


def bias_of(model: PoseModel | None) -> ZeroBias:
    """The bias of a pose model: none where none was learnt."""
    return NO_BIAS if model is None else LEARNT.get(model, NO_BIAS)

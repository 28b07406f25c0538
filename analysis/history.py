"""The last frames of a runner, kept until the strides around them are settled."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analysis.leg_angles import BodyAngles, LabelledLeg
from wire.messages import LegName

KEEP_S = 1.3
"""The longest stride of a runner and the time until it is settled."""


@dataclass(frozen=True)
class Seen:
    """One frame's angles and which labelled leg is which."""

    t_s: float
    frame_index: int | None
    """None: seen before the facing was known, so published without a measurement."""
    body: BodyAngles
    near_label: int | None
    far_label: int | None
    quality: float

    def leg(self, name: LegName) -> LabelledLeg | None:
        """This leg of the runner; None: not seen in this frame."""
        label = self.near_label if name == "near" else self.far_label
        return None if label is None else self.body.legs[label]


class History:
    """The frames of the last `KEEP_S`, in order of time."""

    def __init__(self) -> None:
        self.frames: deque[Seen] = deque()

    def add(self, seen: Seen) -> None:
        """Take in a frame later than all others."""
        self.frames.append(seen)
        while self.frames[0].t_s < seen.t_s - KEEP_S:
            self.frames.popleft()

    def last(self, duration_s: float) -> list[Seen]:
        """The frames of this last time."""
        from_s = self.frames[-1].t_s - duration_s
        return [seen for seen in self.frames if seen.t_s >= from_s]

    def around(self, at_s: float, within_s: float) -> list[Seen]:
        """The frames that lie no further from `at_s`."""
        return [seen for seen in self.frames if abs(seen.t_s - at_s) <= within_s]

    @property
    def fps(self) -> float:
        """Frames per second, by the median time between two."""
        return 1.0 / float(np.median(np.diff([seen.t_s for seen in self.frames]))) if len(self.frames) > 1 else 0.0

    @property
    def leg_px(self) -> float:
        """Length of a leg, thigh and shank."""
        return float(np.median([leg.points.length_px for seen in self.frames for leg in seen.body.legs]))

    def index_at(self, t_s: float) -> int | None:
        """The index of the frame captured at exactly this time; None: unknown."""
        return next((seen.frame_index for seen in reversed(self.frames) if seen.t_s == t_s), None)


def legs(frames: Iterable[Seen], name: LegName) -> list[tuple[float, LabelledLeg]]:
    """When this leg was seen in these frames, and the leg there."""
    return [(seen.t_s, leg) for seen in frames if (leg := seen.leg(name)) is not None]


def vertical_oscillation_leg(frames: list[Seen]) -> float:
    """Highest to lowest point of the hips over these frames, in leg lengths.

    The 5th and 95th percentile stand for the ends, so that one thrown point does not count.
    """
    hips_px = [float(sum(leg.points.hip_px[1] for leg in seen.body.legs) / 2) for seen in frames]
    legs_px = [leg.points.length_px for seen in frames for leg in seen.body.legs]
    low_px, high_px = np.percentile(hips_px, (5, 95))
    return float((high_px - low_px) / np.median(legs_px))

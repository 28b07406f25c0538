"""The last frames of a runner, kept until the strides they belong to are settled."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from analysis.gait.tracks import KEEP_S
from analysis.measures.leg_angles import BodyAngles, LabelledLeg
from analysis.time_window import TimeWindow
from wire.messages import LegName


@dataclass(frozen=True)
class MeasuredFrame:
    """The angles of one frame, and which labelled leg is the near one."""

    t_s: float
    frame_index: int | None
    """None: the facing was not known yet, so the frame was published without a measurement."""
    body: BodyAngles
    near_label: int | None
    far_label: int | None
    quality: float

    def leg(self, name: LegName) -> LabelledLeg | None:
        """The near or the far leg; None: not seen in this frame."""
        label = self.near_label if name == "near" else self.far_label
        return None if label is None else self.body.legs[label]


class FrameHistory:
    """The frames of the last `KEEP_S`, in order of time."""

    def __init__(self) -> None:
        self._window: TimeWindow[MeasuredFrame] = TimeWindow(KEEP_S)

    def add(self, frame: MeasuredFrame) -> None:
        """Add a frame, later than all others."""
        self._window.add(frame.t_s, frame)

    def exchange_legs(self) -> None:
        """Near and far were the other way round in all these frames."""
        frames = self._window.values
        for at, frame in enumerate(frames):
            frames[at] = replace(frame, near_label=frame.far_label, far_label=frame.near_label)

    @property
    def frames(self) -> deque[MeasuredFrame]:
        """In order of time."""
        return self._window.values

    def last(self, duration_s: float) -> list[MeasuredFrame]:
        """The frames of the last `duration_s`."""
        from_s = self.frames[-1].t_s - duration_s
        return [frame for frame in self.frames if frame.t_s >= from_s]

    def around(self, at_s: float, within_s: float) -> list[MeasuredFrame]:
        """The frames no further than `within_s` from `at_s`."""
        return [frame for frame in self.frames if abs(frame.t_s - at_s) <= within_s]

    @property
    def fps(self) -> float:
        """Frames per second, from the median interval."""
        return 1.0 / float(np.median(np.diff([frame.t_s for frame in self.frames]))) if len(self.frames) > 1 else 0.0

    @property
    def leg_px(self) -> float:
        """Median length of a leg (thigh and shank)."""
        return float(np.median([leg.points.length_px for frame in self.frames for leg in frame.body.legs]))

    def index_at(self, t_s: float) -> int | None:
        """The index of the frame captured at exactly this time; None: unknown."""
        return next((frame.frame_index for frame in reversed(self.frames) if frame.t_s == t_s), None)


def legs(frames: Iterable[MeasuredFrame], name: LegName) -> list[tuple[float, LabelledLeg]]:
    """The time and the leg for each of these frames in which this leg was seen."""
    return [(frame.t_s, leg) for frame in frames if (leg := frame.leg(name)) is not None]

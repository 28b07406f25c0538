"""Which frame a measurement belongs to, and the sample of a frame without one."""

from dataclasses import dataclass

from analysis.standing import Standing
from wire.clock import NS_PER_S
from wire.messages import Facing, Leg, Sample, Stamps


@dataclass(frozen=True)
class FrameFacts:
    """The frame that landmarks come from."""

    epoch: int
    seq: int
    index: int
    width_px: int
    height_px: int
    stamps: Stamps

    @property
    def t_s(self) -> float:
        """When it was captured."""
        return self.stamps.capture_ns / NS_PER_S

    def empty_sample(self, state: str, facing: Facing | None, standing: Standing | None) -> Sample:
        """The sample of this frame without a measurement; `state` says why (analysis/states.py)."""
        return Sample(
            epoch=self.epoch,
            frame_seq=self.seq,
            frame_index=self.index,
            stamps=self.stamps,
            width_px=self.width_px,
            height_px=self.height_px,
            state=state,
            facing=facing,
            near=Leg(),
            far=Leg(),
            shoulder_px=None,
            trunk_lean_deg=None,
            cadence_spm=None,
            quality=0.0,
            standing_thigh_deg=None if standing is None else standing.thigh_deg,
        )

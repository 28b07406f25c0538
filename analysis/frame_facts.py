"""The frame that a measurement belongs to, and the sample of a frame without one."""

from dataclasses import dataclass

from wire.clock import NS_PER_S
from wire.faults import SampleState
from wire.frames.frame import Frame
from wire.messages import Facing, Leg, Sample, Stamps


@dataclass(frozen=True)
class FrameFacts:
    """The frame that landmarks come from, without its pixels."""

    epoch: int
    seq: int
    index: int
    width_px: int
    height_px: int
    stamps: Stamps

    @classmethod
    def of(cls, frame: Frame, received_ns: int = 0, pose_started_ns: int = 0, pose_ended_ns: int = 0) -> "FrameFacts":
        """The facts of a frame, with the times of its analysis."""
        return cls(
            epoch=frame.epoch,
            seq=frame.seq,
            index=frame.index,
            width_px=frame.width_px,
            height_px=frame.height_px,
            stamps=Stamps(
                capture_ns=frame.capture_ns,
                read_ns=frame.read_ns,
                frame_published_ns=frame.published_ns,
                frame_received_ns=received_ns,
                pose_started_ns=pose_started_ns,
                pose_ended_ns=pose_ended_ns,
                published_ns=pose_ended_ns,
            ),
        )

    @property
    def t_s(self) -> float:
        """Capture time, seconds."""
        return self.stamps.capture_ns / NS_PER_S

    def empty_sample(
        self, state: SampleState, facing: Facing | None, standing_thigh_deg: float | None, camera_roll_deg: float
    ) -> Sample:
        """The sample of this frame without a measurement; `state` is the reason.

        `standing_thigh_deg`: the zero of hip extension; None: not calibrated.
        """
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
            standing_thigh_deg=standing_thigh_deg,
            camera_roll_deg=camera_roll_deg,
        )

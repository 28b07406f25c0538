"""Turns a frame into its sample and strides, with the pose model, the gait engine and the search for the right person."""

from msgspec import structs

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.measures.zero_bias import ZeroBias, bias_of
from analysis.pose.pose_estimator import PoseEstimator
from analysis.runner.person_search import PersonSearch
from analysis.runner.treadmill_place import TreadmillPlace
from config.settings import Settings
from wire.clock import Clock
from wire.frames.frame import Frame
from wire.messages import Belt, CameraName, Facing, Sample, Stride, side_of


class Measurement:
    """Measures frames, live and recorded alike. The caller closes `pose`."""

    def __init__(self, settings: Settings, pose: PoseEstimator, camera: CameraName = "main") -> None:
        facing: Facing | None = None if settings.analysis.facing == "auto" else settings.analysis.facing
        self._pose = pose
        self._engine = GaitEngine(facing, settings.analysis.camera_roll_deg, _zero_bias(pose, settings, camera))
        self._search = PersonSearch()
        self._roll_deg = settings.analysis.camera_roll_deg
        self._treadmill = TreadmillPlace()
        self._camera = camera
        self._offset_deg = settings.capture.other_side.extension_offset_deg if camera == "other_side" else 0.0
        self._view: tuple[int, int, int] | None = None

    def configure(self, settings: Settings) -> None:
        """Apply changed settings, as far as they take effect without a restart."""
        if settings.analysis.camera_roll_deg != self._roll_deg:
            self._roll_deg = settings.analysis.camera_roll_deg
            self._engine.recalibrate(self._roll_deg)

    def recalibrate(self) -> None:
        """Forget the zeros: the runner will stand still for new ones."""
        self._engine.recalibrate()

    def start_over(self) -> None:
        """Forget the runner and the zeros: the next person in view is somebody else, and may face the other way."""
        self._engine.forget_person()

    def belt(self, belt: Belt) -> None:
        """Set the state of the treadmill from now on."""
        self._engine.belt = belt

    def measure(self, frame: Frame, clock: Clock, received_ns: int = 0) -> tuple[Sample, list[Stride]]:
        """Measure one frame; frames must come in order of time. `clock` only stamps the time that the pose model took."""
        started_ns = clock()
        found = self._pose.estimate(frame.image)
        facts = FrameFacts.of(frame, received_ns, started_ns, clock())
        view = frame.epoch, frame.width_px, frame.height_px
        if view != self._view:
            # Reopened, perhaps another camera or mode: a place in its image is no longer the same place in the room.
            self._view, self._treadmill = view, TreadmillPlace()
        t_s = facts.t_s
        on_treadmill = None if found is None else self._treadmill.contains(t_s, found)
        stranger = on_treadmill is False
        sample, strides = self._engine.measure(facts, None if stranger else found)
        if found is not None and any(stride.leg == "near" for stride in strides):
            self._treadmill.learn(t_s, found)
        if self._search.update(t_s, sample.state, on_treadmill) and self._pose.look_elsewhere(frame.image) and not stranger:
            self._engine.forget_person()
        return structs.replace(sample, camera=self._camera), [self._named(stride, sample.facing) for stride in strides]

    def _named(self, stride: Stride, facing: Facing | None) -> Stride:
        side = None if facing is None else side_of(stride.leg, facing)
        return structs.replace(stride.lowered(self._offset_deg), side=side, camera=self._camera)


def _zero_bias(pose: PoseEstimator, settings: Settings, camera: CameraName) -> ZeroBias:
    """The correction for this pose model. With two cameras it ignores yaw: one of them would see a turned runner from ahead."""
    bias = bias_of(pose.model)
    paired = camera == "other_side" or settings.capture.has_other_side
    return bias.side_on if paired else bias

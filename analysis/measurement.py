"""One picture in, its sample and strides out: the pose model, the engine, and the search for the right person together."""

from analysis.engine import Engine
from analysis.frame_facts import FrameFacts
from analysis.home import Home
from analysis.person import PersonSearch
from analysis.pose import PoseEstimator
from config.schema import Settings
from wire.clock import Clock
from wire.frames import Frame
from wire.messages import Belt, Facing, Sample, Stamps, Stride


class Measurement:
    """The same live and on recordings. `pose` is closed by whoever opened it."""

    def __init__(self, settings: Settings, pose: PoseEstimator) -> None:
        facing: Facing | None = None if settings.analysis.facing == "auto" else settings.analysis.facing
        self._pose = pose
        self._engine = Engine(facing, settings.analysis.camera_roll_deg)
        self._search = PersonSearch()
        self._roll_deg = settings.analysis.camera_roll_deg
        self._home = Home()
        self._camera: tuple[int, int, int] | None = None

    def configure(self, settings: Settings) -> None:
        """Take over changed settings, as far as they apply without a restart."""
        if settings.analysis.camera_roll_deg != self._roll_deg:
            self._roll_deg = settings.analysis.camera_roll_deg
            self._engine.recalibrate(self._roll_deg)

    def recalibrate(self) -> None:
        """The runner will stand still for a new zero."""
        self._engine.recalibrate()

    def belt(self, belt: Belt) -> None:
        """What the treadmill does from now on."""
        self._engine.belt = belt

    def measure(self, frame: Frame, clock: Clock, received_ns: int = 0) -> tuple[Sample, list[Stride]]:
        """Measure one frame; frames must come in order of time. `clock` only stamps how long the pose model took."""
        started_ns = clock()
        found = self._pose.estimate(frame.image)
        facts = frame_facts(frame, received_ns, started_ns, clock())
        camera = frame.epoch, frame.width_px, frame.height_px
        if camera != self._camera:
            # Opened anew, perhaps another one, or in another mode: places in its picture mean something else.
            self._camera, self._home = camera, Home()
        t_s = facts.t_s
        at_home = None if found is None else self._home.holds(t_s, found)
        stranger = at_home is False
        sample, strides = self._engine.measure(facts, None if stranger else found)
        if found is not None and any(stride.leg == "near" for stride in strides):
            self._home.learn(t_s, found)
        if self._search.update(t_s, sample.state, at_home) and self._pose.look_elsewhere(frame.image) and not stranger:
            self._engine.forget_person()
        return sample, strides


def frame_facts(frame: Frame, received_ns: int = 0, pose_started_ns: int = 0, pose_ended_ns: int = 0) -> FrameFacts:
    """What the engine needs to know of a frame."""
    return FrameFacts(
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

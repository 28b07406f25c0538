"""The measurement engine: landmarks in, samples and strides out.

Pure and causal: it runs live, on a clip and in a test alike. What is known of one runner is in followed_runner.py; here is
when a runner is lost, and what outlasts them.
"""

from itertools import count

from analysis.belt import with_belt
from analysis.followed_runner import LEGS, FollowedRunner
from analysis.frame_facts import FrameFacts
from analysis.landmarks import Landmarks
from analysis.standing import Standing
from analysis.states import NO_PERSON
from wire.messages import Belt, Facing, Sample, Stride

LOST_S = 0.5
"""A runner not seen for this long is lost; whoever comes next starts anew."""
FORGOTTEN_S = 10.0
"""After this long whoever comes is somebody else: the standing calibration is forgotten too."""


class Engine:
    """Follows one runner at a time through a stream of landmarks.

    `facing` may be configured; otherwise it is settled once from what is seen, and anew after the runner was lost.
    """

    def __init__(self, facing: Facing | None = None, camera_roll_deg: float = 0.0) -> None:
        self.belt: Belt | None = None
        """What the treadmill does now; None: unknown."""
        self._configured_facing = facing
        self._roll_deg = camera_roll_deg
        self._numbers = {leg: count(1) for leg in LEGS}
        self._runner: FollowedRunner | None = None
        self._standing: Standing | None = None
        self._last_s: float | None = None
        self._last_seen_s: float | None = None

    @property
    def facing(self) -> Facing | None:
        """Which way the runner faces, once it is known."""
        return self._configured_facing if self._runner is None else self._runner.facing

    def measure(self, facts: FrameFacts, landmarks: Landmarks | None) -> tuple[Sample, list[Stride]]:
        """Take in one frame: the sample to publish for it, and the strides that it has settled.

        A frame that is not later than the one before is measured as nothing: time runs forward only.
        """
        forward = self._last_s is None or facts.t_s > self._last_s
        if forward:
            self._last_s = facts.t_s
            self._mind_absence(facts.t_s)
        if landmarks is None or not forward:
            return facts.empty_sample(NO_PERSON, self.facing, self._standing), []
        self._last_seen_s = facts.t_s
        if self._runner is None:
            self._runner = FollowedRunner(self._configured_facing, self._roll_deg, self._standing, self._numbers)
        sample, strides = self._runner.measure(facts, landmarks)
        self._standing = self._runner.standing
        return sample, [with_belt(stride, self.belt) for stride in strides]

    def recalibrate(self, camera_roll_deg: float | None = None) -> None:
        """Forget the zero from quiet standing: it is asked for anew, or the camera's roll is another from now on."""
        self._standing = None
        self._roll_deg = self._roll_deg if camera_roll_deg is None else camera_roll_deg
        if self._runner is not None:
            self._runner.recalibrate(self._roll_deg)

    def forget_person(self) -> None:
        """From now on the landmarks are somebody else's."""
        self._runner = self._standing = None

    def _mind_absence(self, t_s: float) -> None:
        away_s = 0.0 if self._last_seen_s is None else t_s - self._last_seen_s
        if away_s > LOST_S:
            self._runner = None
        if away_s > FORGOTTEN_S:
            self._standing = None

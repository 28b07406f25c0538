"""The measurement engine: turns landmarks into samples and strides.

Pure and causal, so it runs the same live, on a clip and in a test. What is known about one runner is in followed_runner.py;
this file decides when a runner is lost, and keeps what outlasts them.
"""

from itertools import count

import numpy as np

from analysis.frame_facts import FrameFacts
from analysis.measures.leg_angles import StandingAngles
from analysis.measures.stride_measures import with_belt
from analysis.measures.zero_bias import NO_BIAS, ZeroBias
from analysis.pose.landmarks import Landmarks
from analysis.runner.followed_runner import LEGS, FollowedRunner
from wire.faults import SampleState
from wire.messages import Belt, Facing, Sample, Stride

LOST_S = 0.5
"""A runner not seen for this long is lost; the next person starts afresh."""
FORGOTTEN_S = 10.0
"""After this long the next person is somebody else, so the standing calibration is forgotten too."""
_FURTHEST_PX = 1e6
"""A point further away is no place in a picture."""


class GaitEngine:
    """Follows one runner at a time through a stream of landmarks.

    `facing`: as configured; None: settled from the landmarks, and again after the runner was lost. `zero_bias`: of the pose
    model that finds the landmarks.
    """

    def __init__(self, facing: Facing | None = None, camera_roll_deg: float = 0.0, zero_bias: ZeroBias = NO_BIAS) -> None:
        self.belt: Belt | None = None
        """The current state of the treadmill; None: unknown."""
        self._configured_facing = facing
        self._roll_deg = camera_roll_deg
        self._zero_bias = zero_bias
        self._numbers = {leg: count(1) for leg in LEGS}
        self._runner: FollowedRunner | None = None
        self._standing: StandingAngles | None = None
        self._takes_zero = True
        self._last_s: float | None = None
        self._last_seen_s: float | None = None

    @property
    def facing(self) -> Facing | None:
        """The direction the runner faces; None: not known yet."""
        return self._configured_facing if self._runner is None else self._runner.facing

    def measure(self, facts: FrameFacts, landmarks: Landmarks | None) -> tuple[Sample, list[Stride]]:
        """Measure one frame: the sample to publish for it, and the strides that it settled.

        A frame that is not later than the previous one, or whose landmarks are no places, counts as a frame without a person.
        """
        forward = self._last_s is None or facts.t_s > self._last_s
        if forward:
            self._last_s = facts.t_s
            self._check_absence(facts.t_s)
        if landmarks is None or not forward or not _are_places(landmarks):
            zero_deg = None if self._standing is None else self._standing.thigh_deg
            return facts.empty_sample(SampleState.NO_PERSON, self.facing, zero_deg, self._roll_deg), []
        self._last_seen_s = facts.t_s
        if self._runner is None:
            self._runner = FollowedRunner(
                self._configured_facing, self._roll_deg, self._standing, self._numbers, self._takes_zero, self._zero_bias
            )
        sample, strides = self._runner.measure(facts, landmarks)
        self._standing, self._takes_zero = self._runner.standing, self._runner.takes_zero
        return sample, [with_belt(stride, self.belt) for stride in strides]

    def recalibrate(self, camera_roll_deg: float | None = None) -> None:
        """Forget the zeros from quiet standing, on request or because the camera's roll has changed."""
        self._standing, self._takes_zero = None, True
        self._roll_deg = self._roll_deg if camera_roll_deg is None else camera_roll_deg
        if self._runner is not None:
            self._runner.recalibrate(self._roll_deg)

    def forget_person(self) -> None:
        """The next landmarks belong to somebody else."""
        self._runner = self._standing = None
        self._takes_zero = True

    def _check_absence(self, t_s: float) -> None:
        away_s = 0.0 if self._last_seen_s is None else t_s - self._last_seen_s
        if away_s > LOST_S:
            self._runner = None
        if away_s > FORGOTTEN_S:
            self._standing, self._takes_zero = None, True


def _are_places(landmarks: Landmarks) -> bool:
    """Whether these are numbers that can be measured: one that is not would stay in every filter from then on."""
    return bool(np.abs(landmarks.points_px).max() < _FURTHEST_PX and np.isfinite(landmarks.visibility).all())

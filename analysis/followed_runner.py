"""One runner from the first frame until they are lost: all that is learnt of them, and what each frame says."""

from collections import deque
from collections.abc import Iterator, Mapping

from msgspec import structs

from analysis.angles import RunnerFrame
from analysis.cadence import Cadence
from analysis.facing import WINDOW_S, FacingVote
from analysis.frame_facts import FrameFacts
from analysis.framing import FramingWatch
from analysis.gait import UNLOCKED, Gait, GaitUpdate
from analysis.history import History, Seen
from analysis.landmarks import Landmarks
from analysis.leg_angles import BodyAngles, body_angles
from analysis.prediction import PeakPrediction
from analysis.quality import frame_quality
from analysis.standing import Standing, StandingWatch
from analysis.states import MEASURING, NOT_RUNNING, STARTING
from analysis.stride_measures import read_stride
from analysis.strides import Turn
from analysis.walking import is_walking
from wire.clock import s_to_ns
from wire.messages import Facing, Leg, LegName, Sample, Stride

MISLED_STRIDES = 3
MISLED_QUALITY = 0.3
"""So many strides of the near leg in a row that fit so badly: the gait filter has learnt steps that were no running."""
LEGS: tuple[LegName, LegName] = ("near", "far")


class FollowedRunner:
    """Made anew whenever somebody comes into view.

    `facing` may be configured; None: settled once from what is seen. `standing` is the calibration that still holds for
    somebody who was out of view for a moment. `numbers` gives each leg's next stride number.
    """

    def __init__(
        self, facing: Facing | None, camera_roll_deg: float, standing: Standing | None, numbers: Mapping[LegName, Iterator[int]]
    ) -> None:
        self.facing = facing
        self.standing = standing
        self._roll_deg = camera_roll_deg
        self._numbers = numbers
        self._vote = FacingVote()
        self._unsettled: deque[tuple[float, Landmarks]] = deque()
        self._gait = Gait()
        self._cadences = {leg: Cadence() for leg in LEGS}
        self._prediction = PeakPrediction()
        self._misled = 0
        self._history = History()
        self._standing_watch = StandingWatch()
        self._framing = FramingWatch()

    def measure(self, facts: FrameFacts, landmarks: Landmarks) -> tuple[Sample, list[Stride]]:
        """Take in one frame, later than all before: its sample, and the strides that it has settled."""
        framing = self._framing.update(facts.t_s, landmarks, facts.width_px, facts.height_px)
        if self.facing is None and not self._settle_facing(facts.t_s, landmarks):
            return self._empty(facts, framing or STARTING), []
        update, body = self._follow(facts.t_s, landmarks, facts.index)
        if framing is not None:
            return self._empty(facts, framing), []
        if not update.running or is_walking(self._history.frames, update.phase):
            self.standing = self._standing_watch.update(facts.t_s, body) or self.standing
            return self._empty(facts, NOT_RUNNING), []
        strides = list(self._strides(facts, update))
        sample = self._sample(facts, update, body)
        self._start_over_if_misled(strides)
        return sample, strides

    def recalibrate(self, camera_roll_deg: float) -> None:
        """Forget the zero from quiet standing, and look for it anew through a camera that hangs like this."""
        self.standing = None
        self._roll_deg = camera_roll_deg
        self._standing_watch = StandingWatch()

    def _settle_facing(self, t_s: float, landmarks: Landmarks) -> bool:
        """True once it is known; the frames before then go through the gait filter, so that it need not start from nothing."""
        self.facing = self._vote.update(t_s, landmarks)
        if self.facing is None:
            self._unsettled.append((t_s, landmarks))
            while self._unsettled[0][0] < t_s - WINDOW_S:
                self._unsettled.popleft()
            return False
        for early_s, early in self._unsettled:
            self._follow(early_s, early, frame_index=None)
        self._unsettled.clear()
        return True

    def _follow(self, t_s: float, landmarks: Landmarks, frame_index: int | None) -> tuple[GaitUpdate, BodyAngles]:
        assert self.facing is not None
        body = body_angles(landmarks, RunnerFrame(self.facing, self._roll_deg))
        update = self._gait.update(t_s, body.legs[0].candidate, body.legs[1].candidate, body.mirrored)
        visibility = body.legs[update.near_label].points.visibility if update.near_label is not None else 1.0
        quality = frame_quality(update.phase.concentration, visibility, update.near_label is not None)
        self._history.add(Seen(t_s, frame_index, body, update.near_label, update.far_label, quality))
        return update, body

    def _sample(self, facts: FrameFacts, update: GaitUpdate, body: BodyAngles) -> Sample:
        if update.phase.concentration < UNLOCKED:
            return self._empty(facts, STARTING)
        near, far = (
            Leg(thigh_deg=point.tracked_deg) if label is None else body.legs[label].message(point.tracked_deg)
            for label, point in ((update.near_label, update.near), (update.far_label, update.far))
        )
        settled_near, settled_far = self._gait.near.settled(), self._gait.far.settled()
        index = None if settled_near is None else self._history.index_at(settled_near[0])
        coming = self._prediction.update(facts.t_s, update.phase, self._gait.phase.near_thigh)
        return structs.replace(
            self._empty(facts, MEASURING),
            near=near,
            far=far,
            shoulder_px=body.shoulder_px,
            trunk_lean_deg=body.trunk_lean_deg,
            cadence_spm=self._cadences["near"].spm,
            quality=self._history.frames[-1].quality,
            settled_frame_index=index,
            near_thigh_settled_deg=None if settled_near is None or index is None else settled_near[1],
            far_thigh_settled_deg=None if settled_far is None or index is None else settled_far[1],
            next_peak_ns=None if coming is None else s_to_ns(coming.t_s),
            next_peak_sd_ms=None if coming is None else 1000.0 * coming.sd_s,
        )

    def _strides(self, facts: FrameFacts, update: GaitUpdate) -> Iterator[Stride]:
        turns: tuple[Turn | None, Turn | None] = (update.near_turn, update.far_turn)
        for leg, turn in zip(LEGS, turns, strict=True):
            if turn is not None:
                cadence = self._cadences[leg]
                stride_time_s = cadence.peak(turn.peak.t_s)
                number = next(self._numbers[leg])
                stride = read_stride(number, leg, turn, stride_time_s, cadence.spm, self._history, self.standing, facts)
                off_s = self._prediction.settle(turn.peak.t_s) if leg == "near" else None
                yield stride if off_s is None else structs.replace(stride, predicted_off_ms=1000.0 * off_s)

    def _start_over_if_misled(self, strides: list[Stride]) -> None:
        """Somebody who first stepped about at the console would else be taken for a strange runner for the rest of the run."""
        for stride in strides:
            if stride.leg == "near":
                self._misled = self._misled + 1 if stride.quality < MISLED_QUALITY else 0
        if self._misled >= MISLED_STRIDES:
            self._gait, self._misled = Gait(), 0

    def _empty(self, facts: FrameFacts, state: str) -> Sample:
        return facts.empty_sample(state, self.facing, self.standing)

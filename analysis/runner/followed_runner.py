"""One runner from the first frame until they are lost: everything learnt about them, and the measurement of each frame."""

from collections.abc import Iterator, Mapping
from math import inf

from msgspec import structs

from analysis.frame_facts import FrameFacts
from analysis.gait.legs import LOCKED, UNLOCKED, Gait, GaitUpdate
from analysis.gait.peaks import BEFORE_S
from analysis.gait.prediction import PeakPredictor
from analysis.gait.strides import Cadence, Turn
from analysis.measures.angles import RunnerFrame
from analysis.measures.history import FrameHistory, MeasuredFrame
from analysis.measures.leg_angles import BodyAngles, StandingAngles, body_angles
from analysis.measures.quality import frame_quality
from analysis.measures.stride_measures import read_stride
from analysis.measures.zero_bias import NO_BIAS, ZeroBias
from analysis.pose.landmarks import Landmarks
from analysis.runner.facing import WINDOW_S, FacingVote
from analysis.runner.framing import FramingWatch
from analysis.runner.running import LEAST_PEAK_DEG, PROOF_STRIDES, Motion, RunningTest
from analysis.runner.same_body import BodySeen, BodyWatch
from analysis.runner.standing import StandingWatch
from analysis.runner.steady_state import HOLD_S, SteadyState
from analysis.runner.stillness import StillWatch
from analysis.time_window import TimeWindow
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import SampleState
from wire.messages import Facing, Leg, LegName, Sample, Stride

MISLED_STRIDES = 3
MISLED_QUALITY = 0.3
"""After this many near strides in a row below this quality, the gait filter has learnt steps that were not running."""
PROOF_LASTS_S = 2.0
"""After a longer pause, running must be proved again."""
_MOST_HELD = 6
"""More than the two strides of each leg that the proof takes."""
_OFF_RHYTHM = 0.12
"""In strides: the tolerance used in all scores."""
_ACROSS_SEAM = 0.4
"""Share of its quality that a stride keeps if pictures are missing in it: it may be partly of one leg, partly of the other."""
LEGS: tuple[LegName, LegName] = ("near", "far")


class FollowedRunner:
    """Created whenever somebody comes into view.

    `facing`: as configured; None: to be settled from the landmarks. `standing`: the calibration, still valid for a runner who
    was out of view for a moment. `numbers`: the stride numbers of each leg. `takes_zero`: whether quiet standing may set the
    zero: before the run and on request, never from the side rails in between. `zero_bias`: of the pose model.
    """

    def __init__(
        self,
        facing: Facing | None,
        camera_roll_deg: float,
        standing: StandingAngles | None,
        numbers: Mapping[LegName, Iterator[int]],
        takes_zero: bool = True,
        zero_bias: ZeroBias = NO_BIAS,
    ) -> None:
        self.takes_zero = takes_zero
        self._zero_bias = zero_bias
        self.facing = facing
        self.standing = standing
        self._roll_deg = camera_roll_deg
        self._numbers = numbers
        self._vote = FacingVote()
        self._unsettled: TimeWindow[tuple[float, Landmarks]] = TimeWindow(WINDOW_S)
        self._gait = Gait()
        self._cadences = {leg: Cadence() for leg in LEGS}
        self._predictor = PeakPredictor()
        self._misled = 0
        self._history = FrameHistory()
        self._standing_watch = StandingWatch(zero_bias)
        self._framing = FramingWatch()
        self._still = StillWatch()
        self._was_still = False
        self._body = BodyWatch()
        self._running_test = RunningTest()
        self._proved_s: float | None = None
        """When the gait was last known to be running; None: not yet, or no longer."""
        self._measured_s = -inf
        self._measures = False
        self._held: list[Stride] = []
        """Strides held back until the person is known to run."""
        self._state = SteadyState()

    def measure(self, facts: FrameFacts, landmarks: Landmarks) -> tuple[Sample, list[Stride]]:
        """Measure one frame, later than all before: its sample, and the strides that it settled."""
        if self.facing is None and not self._settle_facing(facts.t_s, landmarks):
            return self._empty(facts, self._framed(facts, landmarks) or SampleState.STARTING), []
        body = self._angles(landmarks)
        seen = self._body.update(facts.t_s, body, learns=self._measures)
        if seen is BodySeen.OTHER:
            return self._look_past(facts, body), []
        if seen is BodySeen.REPLACED:
            self._gait.lose_time()
        framing = self._framed(facts, landmarks)
        update = self._follow(facts.t_s, body, facts.index)
        state = framing or self._motion_state(facts.t_s, update)
        self._measures = state is SampleState.MEASURING
        if state is SampleState.NOT_RUNNING:
            self._body.restart()
        settled: list[Stride] = []
        strides: list[Stride] = []
        # When somebody changes from walking to running, the first strides of the run are published with the proof.
        if framing is None and update.running:
            settled = list(self._strides(facts, update))
            bias_deg = 0.0 if self.standing is None else self.standing.bias_deg
            pushed = [one for one in settled if one.hip_extension_deg + bias_deg >= LEAST_PEAK_DEG]
            strides = self._published(facts, update, pushed)
        else:
            self._held.clear()
        sample = self._sample(facts, state, update, body)
        self._restart_if_misled(settled)
        return sample, strides

    def _framed(self, facts: FrameFacts, landmarks: Landmarks) -> SampleState | None:
        return self._framing.update(facts.t_s, landmarks, facts.width_px, facts.height_px)

    def _look_past(self, facts: FrameFacts, body: BodyAngles) -> Sample:
        """Somebody else is in view: assume that the runner continues behind them."""
        self._gait.pass_unseen(facts.t_s)
        self._running_test.look_away()
        return self._unsure(facts, body)

    def _sample(self, facts: FrameFacts, state: SampleState, update: GaitUpdate, body: BodyAngles) -> Sample:
        if state is SampleState.MEASURING:
            self._measured_s = facts.t_s
            return self._measured(facts, update, body)
        if state is SampleState.NOT_RUNNING and self.takes_zero:
            self.standing = self._standing_watch.update(facts.t_s, body) or self.standing
        if state is SampleState.STARTING and facts.t_s - self._measured_s <= HOLD_S:
            return self._unsure(facts, body)
        return self._empty(facts, state)

    def _motion_state(self, t_s: float, update: GaitUpdate) -> SampleState:
        """Measuring, or the reason against it, from what is known so far about the person's motion."""
        if not update.running:
            self._running_test.restart()
            if self._proved_s is not None and t_s - self._proved_s > PROOF_LASTS_S:
                self._proved_s = None
            return SampleState.NOT_RUNNING
        motion = self._running_test.motion
        if motion is Motion.OTHER:
            self._proved_s = None
            self._gait.phase.forget_curves()
            return SampleState.NOT_RUNNING
        if motion is Motion.RUNNING:
            self._proved_s = t_s
        likely = motion is Motion.LIKELY_RUNNING or self._proved_s is not None
        return SampleState.MEASURING if likely and update.phase.concentration >= UNLOCKED else SampleState.STARTING

    def _published(self, facts: FrameFacts, update: GaitUpdate, settled: list[Stride]) -> list[Stride]:
        """The strides to publish: none until the gait is known to be running, then also those held back."""
        if update.jumped:
            self._held.clear()
        if update.exchanged:
            self._held = [structs.replace(one, leg="far" if one.leg == "near" else "near") for one in self._held]
        if self._proved_s is None:
            self._held = [*self._held, *settled][-_MOST_HELD:]
            return []
        late = [
            structs.replace(one, t_known_ns=facts.stamps.capture_ns, stamps=facts.stamps)
            for one in self._held
            if self._belongs_to_run(one, facts.t_s, update)
        ]
        self._held.clear()
        strides = [*late, *settled]
        if strides:
            self.takes_zero = False
        return [
            structs.replace(one, number=next(self._numbers[one.leg]), quality=update.certainty * one.quality) for one in strides
        ]

    def _belongs_to_run(self, stride: Stride, now_s: float, update: GaitUpdate) -> bool:
        """Whether a stride held back was running, and lies where the rhythm, better known now, has a turn."""
        phase, curve = update.phase.phase, self._gait.phase.near_thigh
        if stride.leg == "far":
            phase, curve = phase + 0.5, self._gait.phase.far_thigh
        peak_s = stride.t_peak_ns / NS_PER_S
        strides_ago = (now_s - peak_s) * update.phase.rate_hz
        since_turn = phase - curve.lowest_phase() - strides_ago
        in_rhythm = abs((since_turn + 0.5) % 1.0 - 0.5) <= _OFF_RHYTHM
        ran = self._running_test.ran(peak_s, update.phase.rate_hz, self._upright_deg)
        return in_rhythm and strides_ago <= PROOF_STRIDES and ran

    @property
    def _upright_deg(self) -> float:
        """The thighs in quiet standing as the pose model reads them: the limits for running refer to such angles."""
        return 0.0 if self.standing is None else self.standing.thigh_deg + self.standing.bias_deg

    def recalibrate(self, camera_roll_deg: float) -> None:
        """Forget the zeros from quiet standing, and detect it again with this camera roll."""
        self.standing = None
        self.takes_zero = True
        self._roll_deg = camera_roll_deg
        self._standing_watch = StandingWatch(self._zero_bias)

    def _settle_facing(self, t_s: float, landmarks: Landmarks) -> bool:
        """True once the facing is known. Earlier frames then go through the gait filter, so that it has their evidence."""
        self.facing = self._vote.update(t_s, landmarks)
        if self.facing is None:
            self._unsettled.add(t_s, (t_s, landmarks))
            return False
        for early_s, early in self._unsettled.values:
            self._follow(early_s, self._angles(early), frame_index=None)
        self._unsettled = TimeWindow(WINDOW_S)
        return True

    def _angles(self, landmarks: Landmarks) -> BodyAngles:
        assert self.facing is not None
        return body_angles(landmarks, RunnerFrame(self.facing, self._roll_deg))

    def _follow(self, t_s: float, body: BodyAngles, frame_index: int | None) -> GaitUpdate:
        still = self._still.update(t_s, body)
        if still:
            update = self._gait.update(t_s, None, None)
        else:
            if self._was_still:
                self._gait.lose_time()
            update = self._gait.update(t_s, body.legs[0].candidate, body.legs[1].candidate, body.mirrored, body.clues)
            known = update.running and update.phase.concentration >= LOCKED
            apart_deg = update.near.tracked_deg - update.far.tracked_deg if known else None
            self._running_test.update(t_s, body, update.phase.rate_hz if known else None, apart_deg, self._upright_deg)
        self._was_still = still
        if update.exchanged:
            self._history.exchange_legs()
            self._cadences = dict(zip(LEGS, reversed(self._cadences.values()), strict=True))
        visibility = body.legs[update.near_label].points.visibility if update.near_label is not None else 1.0
        quality = frame_quality(update.phase.concentration, visibility, update.near_label is not None)
        self._history.add(MeasuredFrame(t_s, frame_index, body, update.near_label, update.far_label, quality))
        return update

    def _unsure(self, facts: FrameFacts, body: BodyAngles) -> Sample:
        """The sample while the rhythm is briefly lost: the legs as labelled, at quality 0."""
        self._state.update(facts.t_s, SampleState.MEASURING)
        near, far = (leg.message(leg.thigh_deg) for leg in body.legs)
        return structs.replace(
            self._empty(facts, SampleState.MEASURING),
            near=near,
            far=far,
            shoulder_px=body.shoulder_px,
            trunk_lean_deg=body.trunk_lean_deg,
        )

    def _measured(self, facts: FrameFacts, update: GaitUpdate, body: BodyAngles) -> Sample:
        near, far = (
            Leg(thigh_deg=point.tracked_deg) if label is None else body.legs[label].message(point.tracked_deg)
            for label, point in ((update.near_label, update.near), (update.far_label, update.far))
        )
        settled_near, settled_far = self._gait.near.settled(), self._gait.far.settled()
        index = None if settled_near is None else self._history.index_at(settled_near[0])
        coming = self._predictor.update(facts.t_s, update.phase, self._gait.phase.near_thigh)
        return structs.replace(
            self._empty(facts, SampleState.MEASURING),
            near=near,
            far=far,
            shoulder_px=body.shoulder_px,
            trunk_lean_deg=body.trunk_lean_deg,
            cadence_spm=self._cadences["near"].spm,
            quality=update.certainty * self._history.frames[-1].quality,
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
                stride = read_stride(0, leg, turn, stride_time_s, cadence.spm, self._history, self.standing, facts)
                if update.seam_s >= turn.peak.t_s - BEFORE_S:
                    stride = structs.replace(stride, quality=_ACROSS_SEAM * stride.quality)
                error_s = self._predictor.settle(turn.peak.t_s) if leg == "near" else None
                yield stride if error_s is None else structs.replace(stride, predicted_off_ms=1000.0 * error_s)

    def _restart_if_misled(self, strides: list[Stride]) -> None:
        """Without this, steps made at the console before the run would spoil the fits for the rest of it."""
        for stride in strides:
            if stride.leg == "near":
                self._misled = self._misled + 1 if stride.quality < MISLED_QUALITY else 0
        if self._misled >= MISLED_STRIDES:
            self._gait, self._misled = Gait(), 0

    def _empty(self, facts: FrameFacts, state: SampleState) -> Sample:
        state = self._state.update(facts.t_s, state)
        zero_deg = None if self.standing is None else self.standing.thigh_deg
        return facts.empty_sample(state, self.facing, zero_deg, self._roll_deg)

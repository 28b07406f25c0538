"""Turns the two legs as labelled by the model into the near and the far leg and their strides. Pure: time is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from analysis.gait.leg_belief import LegBelief
from analysis.gait.leg_clues import (
    NO_EVIDENCE,
    ArmSwing,
    BodyClues,
    LabelTrust,
    LegEvidence,
    LegLengths,
    Seam,
    curve_nats,
    labels_nats,
)
from analysis.gait.mirror_difference import MirrorDifference
from analysis.gait.phase_filter import FOLLOWED, JUMPED, STRAIGHT, SWAPPED, Candidate, PhaseEstimate, PhaseFilter
from analysis.gait.strides import StrideDetector, Turn
from analysis.gait.tracks import LegTrack, TrackPoint
from analysis.time_window import TimeWindow

LOCKED = 0.9
"""Concentration of the phase from which strides are measured; below UNLOCKED the rhythm is lost again."""
UNLOCKED = FOLLOWED
# A thigh that swings less than this belongs to somebody who stands, fidgets or strolls; the slowest of 45 runners swings 40°
# (field data: 14.6 ± 5.3 extension and 35.6 ± 5.7 flexion at 2.5 m/s).
LEAST_SWING_DEG = 20.0
_SWING_WINDOW_S = 0.8
"""The longest half stride, in which both legs together cover the whole range of the swing."""
_LEAST_SWING_FRAMES = 3
MOSTLY_WRONG = 0.42
"""The legs are exchanged when the probability that they are followed the right way round falls below this."""
SURE = 0.9
_SEAM_NATS, _SEAM_BREAK_NATS, _SEAM_TURN_NATS = 4.0, 0.8, 1.0
"""Pictures are missing where head and arms jump and the arms change sides: least evidence of both together, and of each."""
_LEAP = 0.07
"""A phase this far off its rate within two frames also shows a seam (turns; at most 0.04 where nothing is missing)."""
_LEAP_PER_S = 0.15
"""Added to that for each second between the frames."""
_TURNED_BACK_S = 0.15
"""Arms that change sides again within this time were mislabelled for some frames."""
LEARNS_FROM = 0.7
"""In doubt about the legs the curves learn nothing: they would confirm whichever leg they were trained on."""


@dataclass(frozen=True)
class GaitUpdate:
    """The result of one frame."""

    phase: PhaseEstimate
    near: TrackPoint
    far: TrackPoint
    near_label: int | None
    """The labelled leg (0 or 1, in the order given) that is the near one; None: neither."""
    far_label: int | None
    running: bool
    near_turn: Turn | None
    far_turn: Turn | None
    legs_right: float = 1.0
    """Probability that the near leg is the near one."""
    evidence: LegEvidence = NO_EVIDENCE
    """Evidence of this frame, for the legs as they were followed before it."""
    exchanged: bool = False
    """Near and far were the other way round until the previous frame."""
    jumped: bool = False
    """The phase has jumped: what was followed until the previous frame does not continue."""
    seam_s: float = -inf
    """When pictures were last seen to be missing."""

    @property
    def certainty(self) -> float:
        """Certainty about which leg is which, 0 to 1; 0 if a leg may be either, so doubt shows early."""
        return max(0.0, 2.0 * self.legs_right - 1.0)


class Gait:
    """Follows the legs of one runner. A lost runner needs a new object."""

    def __init__(self) -> None:
        self.phase = PhaseFilter()
        self.near = LegTrack()
        self.far = LegTrack()
        self._near_mirror, self._far_mirror = MirrorDifference(), MirrorDifference()
        self._near_strides = StrideDetector()
        self._far_strides = StrideDetector()
        self._belief = LegBelief()
        self._arms = ArmSwing()
        self._seam = Seam()
        self._seam_s = self._turned_s = -inf
        self._before: tuple[float, PhaseEstimate] | None = None
        """Time and estimate of the previous frame that showed the runner."""
        self._off_phase = 0.0
        """How far the phase was ahead of its rate in that frame, turns; 0 across frames that did not show the runner."""
        self._labels = LabelTrust()
        self._lengths = LegLengths()
        self._unwrapped: float | None = None
        self._locked = False
        self._followed = False
        self._last_s: float | None = None
        self._lost_time = False
        self._swings_until_s = -inf
        """After frames without the runner, the swing cannot be judged before this time."""
        self._front_deg: TimeWindow[float] = TimeWindow(_SWING_WINDOW_S)
        self._rear_deg: TimeWindow[float] = TimeWindow(_SWING_WINDOW_S)

    def update(
        self,
        t_s: float,
        labelled_near: Candidate | None,
        labelled_far: Candidate | None,
        mirrored: bool | None = None,
        clues: BodyClues | None = None,
    ) -> GaitUpdate:
        """Process one frame: the legs that the model labels near and far (None: not seen).

        `mirrored`: whether the model was given the mirror image; None: it never is. `clues`: further evidence about the legs.
        """
        labels = (labelled_near, labelled_far)
        dt_s, self._last_s = (0.0 if self._last_s is None else t_s - self._last_s), t_s
        running = self._swings(t_s, labels)
        if not running:
            self._reset()
        learns = self._belief.right >= LEARNS_FROM
        # Until the phase is found no legs are followed yet: the labels say which will be called the near one.
        labels_right = self._belief.labels_right if self._followed else 1.0
        estimate = self.phase.update(t_s, labelled_near, labelled_far, labels_right, learns)
        self._followed = estimate.concentration >= UNLOCKED
        if not self._followed:
            self._belief.lose_legs()
        expected_deg = self.phase.predict_deg()
        jumped = estimate.jumped > JUMPED or self._lost_time
        if jumped:
            self._forget_tracks()
        apart_deg = expected_deg[0] - expected_deg[1]
        seam_nats = 0.0 if clues is None else self._seam.nats(clues.arms_px, dt_s)
        arms_nats = turn_nats = 0.0
        if clues is not None and self._followed:
            arms_nats = self._arms.nats(clues.elbow_ahead, apart_deg, dt_s)
            turn_nats = self._arms.turn_nats
        self._look_for_seam(t_s, seam_nats, turn_nats)
        leapt = self._leaps(t_s, estimate)
        self._belief.advance(dt_s, 1.0 if self._lost_time or leapt else estimate.jumped, seam_nats, turn_nats)
        self._lost_time = False
        evidence = self._weigh(dt_s, estimate, apart_deg, labels, clues, arms_nats)
        exchanged = self._belief.right < MOSTLY_WRONG
        if exchanged:
            self._exchange_legs()
            estimate = self.phase.estimate(estimate.jumped)
            expected_deg = self.phase.predict_deg()
        self._before = t_s, estimate
        near_label, far_label = self.phase.assign(estimate.readings)
        unwrapped = self._unwrap(dt_s, estimate)
        expected_near, expected_far = expected_deg
        near_trust, far_trust = self.phase.trust(estimate, labels)
        near, far = (None if label is None else labels[label] for label in (near_label, far_label))
        near_row, far_row = self.phase.rows
        near_deg = None if near is None else self._near_mirror.correct(t_s, near_row, near.thigh_deg, expected_near, mirrored)
        far_deg = None if far is None else self._far_mirror.correct(t_s, far_row, far.thigh_deg, expected_far, mirrored)
        near_point = self.near.update(t_s, unwrapped, expected_near, near_deg, near_trust)
        far_point = self.far.update(t_s, unwrapped + 0.5, expected_far, far_deg, far_trust)
        near_turn = far_turn = None
        if self._is_locked(estimate.concentration) and running:
            near_turn = self._near_strides.update(self.near, self.phase.near_thigh, estimate.rate_hz)
            far_turn = self._far_strides.update(self.far, self.phase.far_thigh, estimate.rate_hz)
        else:
            self._near_strides.reset()
            self._far_strides.reset()
        return GaitUpdate(
            phase=estimate,
            near=near_point,
            far=far_point,
            near_label=near_label if near_point.measured_deg is not None else None,
            far_label=far_label if far_point.measured_deg is not None else None,
            running=running,
            near_turn=near_turn,
            far_turn=far_turn,
            legs_right=self._belief.right,
            evidence=evidence,
            exchanged=exchanged,
            jumped=jumped,
            seam_s=self._seam_s,
        )

    def pass_unseen(self, t_s: float) -> None:
        """Process a frame that does not show the runner: the legs move on as they did."""
        dt_s, self._last_s = (0.0 if self._last_s is None else t_s - self._last_s), t_s
        self._off_phase = 0.0
        self._seam.look_away()
        if self._followed:
            self._unwrap(dt_s, self.phase.update(t_s, None, None, learns=False))
            self._belief.advance(dt_s, jumped=0.0)
            self._swings_until_s = t_s + _SWING_WINDOW_S / 2

    def lose_time(self) -> None:
        """The pictures stood still: it is unknown how much of the stride has passed."""
        self.phase.lose_phase()
        self._lost_time = True

    def _unwrap(self, dt_s: float, estimate: PhaseEstimate) -> float:
        """The phase with whole turns counted, also those within a long `dt_s`."""
        if self._unwrapped is None:
            self._unwrapped = estimate.phase
        else:
            expected = self._unwrapped + estimate.rate_hz * dt_s
            self._unwrapped = expected + (estimate.phase - expected + 0.5) % 1.0 - 0.5
        return self._unwrapped

    def _reset(self) -> None:
        """Nobody runs: these frames must not train the curves, and the next run starts afresh."""
        self.phase.reset()
        self._belief.restart()
        self._arms = ArmSwing()
        self._locked = self._followed = False
        self._before = None

    def _weigh(
        self,
        dt_s: float,
        estimate: PhaseEstimate,
        apart_deg: float,
        labels: tuple[Candidate | None, Candidate | None],
        clues: BodyClues | None,
        arms_nats: float,
    ) -> LegEvidence:
        """Update the belief about which leg is which with the evidence of this frame.

        `apart_deg`: the angle between the thighs as followed, + near leg in front.
        """
        if estimate.concentration < UNLOCKED:
            return NO_EVIDENCE
        straight, swapped = float(estimate.readings[STRAIGHT]), float(estimate.readings[SWAPPED])
        lengths = curves = 0.0
        near_label, far_label = self.phase.assign(estimate.readings)
        if near_label is not None and far_label is not None:
            near, far = labels[near_label], labels[far_label]
            if clues is not None:
                near_px, far_px = clues.lengths_px[near_label], clues.lengths_px[far_label]
                lengths = self._lengths.nats(near_px, far_px, dt_s)
                if self._belief.right > SURE:
                    self._lengths.learn(near_px, far_px, dt_s)
            if near is not None and far is not None:
                thighs = self.phase.near_thigh, self.phase.far_thigh
                curves = curve_nats((near.thigh_deg, far.thigh_deg), self.phase.rows, thighs, dt_s)
        of_labels = self._labels.of(estimate.phase) * labels_nats(straight, swapped, apart_deg, dt_s)
        if self._belief.right > SURE:
            self._labels.learn(estimate.phase, straight, swapped, dt_s)
        evidence = LegEvidence(of_labels, arms_nats, lengths, curves)
        self._belief.observe(evidence)
        if self._belief.right >= LEARNS_FROM:
            self._belief.learn(dt_s)
        return evidence

    def _leaps(self, t_s: float, estimate: PhaseEstimate) -> bool:
        """Whether the phase has advanced much faster or slower than its rate, which shows a seam."""
        off_before, self._off_phase = self._off_phase, 0.0
        if self._before is None or estimate.concentration < UNLOCKED or self._lost_time:
            return False
        before_s, before = self._before
        if before.concentration < UNLOCKED:
            return False
        dt_s = t_s - before_s
        self._off_phase = (estimate.phase - before.phase - before.rate_hz * dt_s + 0.5) % 1.0 - 0.5
        if abs(self._off_phase + off_before) <= _LEAP + _LEAP_PER_S * dt_s:
            return False
        self._seam_s = t_s
        return True

    def _look_for_seam(self, t_s: float, seam_nats: float, turn_nats: float) -> None:
        if turn_nats > _SEAM_TURN_NATS and self._turned_s < t_s <= self._turned_s + _TURNED_BACK_S:
            self._seam_s = self._turned_s = -inf
            return
        if turn_nats > _SEAM_TURN_NATS:
            self._turned_s = t_s
        if seam_nats > _SEAM_BREAK_NATS and seam_nats + turn_nats > _SEAM_NATS:
            self._seam_s = t_s

    def _forget_tracks(self) -> None:
        """After a jump a turn counts only if all of it is seen."""
        self.near, self.far = LegTrack(), LegTrack()
        self._near_strides.reset()
        self._far_strides.reset()

    def _exchange_legs(self) -> None:
        # After a jump in the pictures the curves are still those of the right legs; legs confused from the first have
        # trained each other's.
        learnt_wrongly = self._belief.learnt_wrongly
        self.phase.exchange_legs(curves=learnt_wrongly)
        self._belief.exchange(learnt=learnt_wrongly)
        self._arms.exchange()
        if learnt_wrongly:
            self._labels.exchange()
            self._lengths.exchange()
            self._near_mirror, self._far_mirror = self._far_mirror, self._near_mirror
        self.near, self.far = self.far, self.near
        self._near_strides, self._far_strides = self._far_strides, self._near_strides
        # The old far leg was half a stride ahead of the old near one; the new one is half a stride ahead of it in turn.
        self.far.shift_phase(1.0)
        if self._unwrapped is not None:
            self._unwrapped += 0.5
        self._near_strides.reset()
        self._far_strides.reset()

    def _is_locked(self, concentration: float) -> bool:
        if self._locked and concentration < UNLOCKED:
            self._locked = False
        elif concentration >= LOCKED:
            self._locked = True
        return self._locked

    def _swings(self, t_s: float, labels: tuple[Candidate | None, Candidate | None]) -> bool:
        """Whether the thighs swing. Those of somebody who stands with legs apart do not."""
        thighs_deg = [leg.thigh_deg for leg in labels if leg is not None]
        if thighs_deg:
            self._front_deg.add(t_s, max(thighs_deg))
            self._rear_deg.add(t_s, min(thighs_deg))
        self._front_deg.advance(t_s)
        self._rear_deg.advance(t_s)
        if t_s < self._swings_until_s:
            return True
        if len(self._front_deg) < _LEAST_SWING_FRAMES:
            return False
        return sum(_range(window.values) for window in (self._front_deg, self._rear_deg)) >= LEAST_SWING_DEG


def _range(values: Iterable[float]) -> float:
    """From the tenth to the ninetieth percentile; numpy's takes longer than the rest of the bookkeeping of a frame."""
    ordered = sorted(values)
    return ordered[round(0.9 * (len(ordered) - 1))] - ordered[round(0.1 * (len(ordered) - 1))]

"""From the model's two labelled legs to a near and a far leg with their strides; pure, time is an argument."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.gait_phase import STRAIGHT, SWAPPED, Candidate, GaitPhase, PhaseEstimate
from analysis.leg_track import LegTrack, TrackPoint
from analysis.mirror_difference import MirrorDifference
from analysis.strides import StrideDetector, Turn

LOCKED = 0.9
"""Concentration of the phase from which strides are read; below UNLOCKED the rhythm is lost again."""
UNLOCKED = 0.6
# A thigh that swings less than this is standing, fidgeting or strolling; the slowest of 45 runners swings 40° (field data:
# 14.6 ± 5.3 extension and 35.6 ± 5.7 flexion at 2.5 m/s).
LEAST_SWING_DEG = 20.0
_SWING_WINDOW_S = 0.8
"""Both legs together swing through their whole range in the longest half stride."""
_LEAST_SWING_ANGLES = 6
# Probability that the labels are swapped less that they are not, as a mean that fades over so long: above this the legs are
# exchanged. Real clips stay below -0.2, whole seconds of wrong labels below 0.2.
_LABELS_S = 3.0
_MOSTLY_SWAPPED = 0.5


@dataclass(frozen=True)
class GaitUpdate:
    """What one frame brought."""

    phase: PhaseEstimate
    near: TrackPoint
    far: TrackPoint
    near_label: int | None
    """Which labelled leg (0 or 1, in the order given) is the near one; None: neither."""
    far_label: int | None
    running: bool
    near_turn: Turn | None
    far_turn: Turn | None


class Gait:
    """Follows one runner. Make a new one when the runner is lost."""

    def __init__(self) -> None:
        self.phase = GaitPhase()
        self.near = LegTrack()
        self.far = LegTrack()
        self._near_mirror, self._far_mirror = MirrorDifference(), MirrorDifference()
        self._near_strides = StrideDetector()
        self._far_strides = StrideDetector()
        self._unwrapped: float | None = None
        self._locked = False
        self._last_s: float | None = None
        self._swapped = 0.0
        self._swing: deque[tuple[float, Candidate]] = deque()

    def update(
        self, t_s: float, labelled_near: Candidate | None, labelled_far: Candidate | None, mirrored: bool | None = None
    ) -> GaitUpdate:
        """Take in one frame: the legs that the model labels as the near and the far one (None: not seen).

        `mirrored`: whether the model looked in a mirror; None: it never does.
        """
        labels = (labelled_near, labelled_far)
        running = self._swings(t_s, labels)
        if not running:
            self._forget()
        estimate = self.phase.update(t_s, labelled_near, labelled_far)
        if self._wrong_way_round(t_s, estimate):
            self._exchange()
            estimate = self.phase.estimate()
        near_label, far_label = self.phase.assign(estimate.readings)
        unwrapped = self._unwrap(estimate.phase)
        expected_near, expected_far = self.phase.predict_deg()
        near_trust, far_trust = self.phase.trust(estimate, labels)
        near, far = (None if label is None else labels[label] for label in (near_label, far_label))
        near_row, far_row = self.phase.rows
        near_deg = None if near is None else self._near_mirror.without(t_s, near_row, near.thigh_deg, expected_near, mirrored)
        far_deg = None if far is None else self._far_mirror.without(t_s, far_row, far.thigh_deg, expected_far, mirrored)
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
        )

    def _unwrap(self, phase: float) -> float:
        if self._unwrapped is None:
            self._unwrapped = phase
        else:
            self._unwrapped += (phase - self._unwrapped + 0.5) % 1.0 - 0.5
        return self._unwrapped

    def _forget(self) -> None:
        """Nobody runs: what is seen now must not be learnt as a runner's curve, and the next run starts anew."""
        self.phase = GaitPhase()
        self._locked = False
        self._swapped = 0.0

    def _wrong_way_round(self, t_s: float, estimate: PhaseEstimate) -> bool:
        """Whether the labels have been the wrong way round for so long that it must be the legs that are.

        The curves learn to confirm the reading they were learnt in; the model's labels, often wrong, are right in the long run.
        """
        dt_s = 0.0 if self._last_s is None else t_s - self._last_s
        self._last_s = t_s
        swapped = float(estimate.readings[SWAPPED] - estimate.readings[STRAIGHT])
        self._swapped += min(1.0, dt_s / _LABELS_S) * (swapped - self._swapped)
        return self._swapped > _MOSTLY_SWAPPED

    def _exchange(self) -> None:
        self.phase.exchange()
        self.near, self.far = LegTrack(), LegTrack()
        self._near_mirror, self._far_mirror = self._far_mirror, self._near_mirror
        self._near_strides.reset()
        self._far_strides.reset()
        self._swapped = -self._swapped

    def _is_locked(self, concentration: float) -> bool:
        if self._locked and concentration < UNLOCKED:
            self._locked = False
        elif concentration >= LOCKED:
            self._locked = True
        return self._locked

    def _swings(self, t_s: float, labels: tuple[Candidate | None, Candidate | None]) -> bool:
        self._swing += [(t_s, leg) for leg in labels if leg is not None]
        while self._swing and self._swing[0][0] < t_s - _SWING_WINDOW_S:
            self._swing.popleft()
        if len(self._swing) < _LEAST_SWING_ANGLES:
            return False
        thighs_deg = sorted(leg.thigh_deg for _, leg in self._swing)
        return _quantile(thighs_deg, 0.9) - _quantile(thighs_deg, 0.1) >= LEAST_SWING_DEG


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of them lies; numpy's takes longer than all the rest of a frame's bookkeeping."""
    return ordered[round(share * (len(ordered) - 1))]

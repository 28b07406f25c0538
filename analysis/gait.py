"""From the model's two labelled legs to a near and a far leg with their strides; pure, time is an argument."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from analysis.gait_phase import Candidate, GaitPhase, PhaseEstimate
from analysis.leg_track import LegTrack, TrackPoint
from analysis.strides import StrideDetector, Turn

LOCKED = 0.9
"""Concentration of the phase from which strides are read; below UNLOCKED the rhythm is lost again."""
UNLOCKED = 0.6
# A thigh that swings less than this is standing, fidgeting or strolling; the slowest of 45 runners swings 40° (field data:
# 14.6 ± 5.3 extension and 35.6 ± 5.7 flexion at 2.5 m/s).
LEAST_SWING_DEG = 20.0
_SWING_WINDOW_S = 1.5


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
        self._near_strides = StrideDetector()
        self._far_strides = StrideDetector()
        self._unwrapped: float | None = None
        self._locked = False
        self._swing: deque[tuple[float, float]] = deque()

    def update(self, t_s: float, labelled_near: Candidate | None, labelled_far: Candidate | None) -> GaitUpdate:
        """Take in one frame: the legs that the model labels as the near and the far one (None: not seen)."""
        estimate = self.phase.update(t_s, labelled_near, labelled_far)
        labels = (labelled_near, labelled_far)
        near_label, far_label = self.phase.assign(estimate.readings)
        near, far = (None if label is None else labels[label] for label in (near_label, far_label))
        unwrapped = self._unwrap(estimate.phase)
        expected_near, expected_far = self.phase.predict_deg(estimate.phase)
        near_trust, far_trust = self.phase.trust(estimate, labels)
        near_point = self.near.update(t_s, unwrapped, expected_near, near.thigh_deg if near else None, near_trust)
        far_point = self.far.update(t_s, unwrapped + 0.5, expected_far, far.thigh_deg if far else None, far_trust)
        running = self._swings(t_s, near_point.measured_deg)
        near_turn = far_turn = None
        if self._is_locked(estimate.concentration) and running:
            near_turn = self._near_strides.update(self.near, self.phase.near_thigh, estimate.rate_hz)
            far_turn = self._far_strides.update(self.far, self.phase.far_thigh, estimate.rate_hz)
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

    def _is_locked(self, concentration: float) -> bool:
        if self._locked and concentration < UNLOCKED:
            self._locked = False
            self._near_strides.reset()
            self._far_strides.reset()
        elif concentration >= LOCKED:
            self._locked = True
        return self._locked

    def _swings(self, t_s: float, thigh_deg: float | None) -> bool:
        if thigh_deg is not None:
            self._swing.append((t_s, thigh_deg))
        while self._swing and self._swing[0][0] < t_s - _SWING_WINDOW_S:
            self._swing.popleft()
        if len(self._swing) < 4:
            return False
        low, high = np.percentile([angle for _, angle in self._swing], (10, 90))
        return bool(high - low >= LEAST_SWING_DEG)

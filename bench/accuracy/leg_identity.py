"""Other methods of distinguishing the near leg from the far one when the model's labels cannot be trusted, for comparison.

The simple methods assign each of the two labelled legs to one of two tracks; their strides are the turns of the near track
after a causal low pass. Ours can also find that both labels are on one leg.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.gait.legs import UNLOCKED, Gait
from analysis.gait.phase_filter import Candidate
from bench.accuracy.peak_estimators import Butterworth, TurnFinder
from tests.support.stride_score import Reading

_CUTOFF_HZ = 8.0
_KNEE_WEIGHT = 0.5
"""The knee is seen with about twice the thigh's noise."""
_RATE_HZ = 170 / 120
_HALF_SWING_DEG = 28.0


@dataclass(frozen=True)
class Followed:
    """Both legs after one frame (None: no measurement), and the near leg's stride if one has become known."""

    near_deg: float | None
    far_deg: float | None
    stride: Reading | None


class Assigner(Protocol):
    """Decides frame by frame whether the labels are swapped."""

    def swapped(self, t_s: float, first: Candidate, second: Candidate) -> bool:
        """Whether the leg labelled near is the far one."""
        ...


class RawLabels:
    """Uses the model's labels as they are."""

    def swapped(self, _t_s: float, _first: Candidate, _second: Candidate) -> bool:
        """Never."""
        return False


class ConstantVelocity:
    """Each track takes the leg nearest to its thigh and knee extrapolated at constant velocity."""

    def __init__(self) -> None:
        self._before: list[tuple[float, Candidate, Candidate]] = []

    def swapped(self, t_s: float, first: Candidate, second: Candidate) -> bool:
        """By the smaller sum of distances."""
        swap = False
        if len(self._before) == 2:
            near, far = (self._ahead(t_s, leg) for leg in (1, 2))
            swap = _distance(first, far) + _distance(second, near) < _distance(first, near) + _distance(second, far)
        pair = (second, first) if swap else (first, second)
        self._before = [*self._before[-1:], (t_s, *pair)]
        return swap

    def _ahead(self, t_s: float, leg: int) -> Candidate:
        (t0, *_), (t1, *_) = self._before
        old, new = (entry[1] if leg == 1 else entry[2] for entry in self._before)
        on = (t_s - t1) / (t1 - t0)
        return Candidate(
            new.thigh_deg + on * (new.thigh_deg - old.thigh_deg), new.knee_deg + on * (new.knee_deg - old.knee_deg)
        )


class Oscillator:
    """Models the thighs' difference as a slowly changing oscillation: a Kalman filter for its two components and its rate."""

    def __init__(self) -> None:
        self._state = np.array([0.0, 0.0, 2 * np.pi * _RATE_HZ])
        self._covariance = np.diag([_HALF_SWING_DEG**2, _HALF_SWING_DEG**2, 1.0])
        self._last_s: float | None = None

    def swapped(self, t_s: float, first: Candidate, second: Candidate) -> bool:
        """By the sign that fits the prediction better."""
        difference = first.thigh_deg - second.thigh_deg
        dt = 0.0 if self._last_s is None else t_s - self._last_s
        self._last_s = t_s
        a, b, rate = self._state
        cos, sin = np.cos(rate * dt), np.sin(rate * dt)
        ahead = np.array([a * cos - b * sin, a * sin + b * cos, rate])
        move = np.array([[cos, -sin, -dt * ahead[1]], [sin, cos, dt * ahead[0]], [0, 0, 1]])
        covariance = move @ self._covariance @ move.T + dt * np.diag([2000.0, 2000.0, 0.5])
        swap = bool(abs(-difference - ahead[0]) < abs(difference - ahead[0]))
        gain = covariance[:, 0] / (covariance[0, 0] + 8.0**2)
        self._state = ahead + gain * ((-difference if swap else difference) - ahead[0])
        self._covariance = covariance - np.outer(gain, covariance[0])
        return swap


class Follower:
    """A simple method of identifying the legs, with strides from the near track."""

    def __init__(self, assigner: Assigner, fps: float) -> None:
        self._assigner = assigner
        self._low_pass = Butterworth(_CUTOFF_HZ, fps)
        self._turns = TurnFinder()

    def update(self, t_s: float, first: Candidate | None, second: Candidate | None) -> Followed:
        """Process one frame."""
        if first is None or second is None:
            return Followed(None, None, None)
        near, far = (second, first) if self._assigner.swapped(t_s, first, second) else (first, second)
        return Followed(near.thigh_deg, far.thigh_deg, self._turns.update(t_s, self._low_pass.update(near.thigh_deg)))


class Ours:
    """The gait filter."""

    def __init__(self) -> None:
        self._gait = Gait()

    def update(self, t_s: float, first: Candidate | None, second: Candidate | None) -> Followed:
        """Process one frame."""
        update = self._gait.update(t_s, first, second)
        turn = update.near_turn
        stride = None if turn is None else Reading(turn.peak.t_s, turn.peak.thigh_deg, t_s)
        if not update.running or update.phase.concentration < UNLOCKED:
            return Followed(None, None, stride)
        return Followed(update.near.tracked_deg, update.far.tracked_deg, stride)


def ways(fps: float) -> dict[str, Follower | Ours]:
    """New objects of all methods, by name."""
    return {
        "labels as the model gives them": Follower(RawLabels(), fps),
        "nearest to constant velocity, thigh and knee": Follower(ConstantVelocity(), fps),
        "nearest to an anti-phase oscillator": Follower(Oscillator(), fps),
        "ours": Ours(),
    }


def _distance(one: Candidate, other: Candidate) -> float:
    return abs(one.thigh_deg - other.thigh_deg) + _KNEE_WEIGHT * abs(one.knee_deg - other.knee_deg)

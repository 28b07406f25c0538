"""A change of pace: the belt's speed or the cadence has changed, and with them what is normal for this runner.

Thigh against vertical grows by 6° from 2.5 to 3.5 m/s by itself (Fukuchi 2017): such a change calls for a new baseline, never
for a verdict. A cadence that changes the way a cue has just asked for (or tempts to) is the runner's answer, not the belt's.
"""

from collections import deque
from statistics import fmean
from typing import Literal

from config.training import Coach
from wire.clock import s_to_ns

ANSWER_S = 15.0
"""So long after a cue a change of cadence may be the answer to it."""
_NOW_STRIDES = 5
_BEFORE_STRIDES = 10
LEAST_BELT_MPS = 0.5
"""A slower belt is starting or stopping; nobody runs on it."""

Direction = Literal["slower", "quicker"]


class PaceWatch:
    """Follows belt and cadence. Time is an argument."""

    def __init__(self) -> None:
        self._cadences_spm: deque[float] = deque(maxlen=_BEFORE_STRIDES + _NOW_STRIDES)
        self._reference_mps: float | None = None
        self._answer_until_ns: dict[Direction, int] = {}

    def asked(self, likely: Direction, at_ns: int) -> None:
        """A cue was given at which runners tend to change their cadence this way."""
        self._answer_until_ns[likely] = at_ns + s_to_ns(ANSWER_S)

    def belt(self, speed_mps: float | None, coach: Coach) -> bool:
        """Take in the belt's speed; True when it has changed for good reason to start anew."""
        if speed_mps is None or speed_mps < LEAST_BELT_MPS:
            return False
        if self._reference_mps is None:
            self._reference_mps = speed_mps
        if abs(speed_mps - self._reference_mps) <= coach.speed_change_mps:
            return False
        self._restart(speed_mps)
        return True

    def stride(self, cadence_spm: float | None, at_ns: int, coach: Coach) -> bool:
        """Take in a near stride's cadence; True when it has jumped, and no cue explains it."""
        if cadence_spm is None:
            return False
        self._cadences_spm.append(cadence_spm)
        if len(self._cadences_spm) < _BEFORE_STRIDES + _NOW_STRIDES:
            return False
        cadences = list(self._cadences_spm)
        before, now = fmean(cadences[:_BEFORE_STRIDES]), fmean(cadences[_BEFORE_STRIDES:])
        change_pct = 100 * (now - before) / before
        if abs(change_pct) <= coach.cadence_change_pct:
            return False
        direction: Direction = "slower" if change_pct < 0 else "quicker"
        if at_ns <= self._answer_until_ns.get(direction, 0):
            return False
        self._restart(self._reference_mps)
        return True

    def _restart(self, reference_mps: float | None) -> None:
        self._reference_mps = reference_mps
        self._cadences_spm.clear()

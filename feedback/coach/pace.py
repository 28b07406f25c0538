"""Detects a change of pace: the belt's speed or the runner's cadence has changed, and the baseline no longer applies.

The thigh's angle against vertical grows by 6° from 2.5 to 3.5 m/s (Fukuchi 2017), so a change of pace calls for a new baseline
and must not be judged. A change of cadence in the direction that a recent cue asks for, or tempts to, is the runner's response
and not a change of pace.
"""

from collections import deque
from statistics import fmean
from typing import Literal

from config.sections.coaching import CoachSettings
from wire.clock import s_to_ns

RESPONSE_S = 15.0
"""For this long after a cue, a change of cadence may be the response to it."""
MIN_BELT_MPS = 0.5
"""A slower belt is starting or stopping; nobody runs on it."""
_AFTER_STRIDES = 5
_BEFORE_STRIDES = 10

Direction = Literal["slower", "quicker"]


class PaceMonitor:
    """Tracks belt speed and cadence. Time is an argument."""

    def __init__(self) -> None:
        self._cadences_spm: deque[float] = deque(maxlen=_BEFORE_STRIDES + _AFTER_STRIDES)
        self._reference_mps: float | None = None
        self._response_until_ns: dict[Direction, int] = {}

    def cue_given(self, expected: Direction, at_ns: int) -> None:
        """Record a cue after which runners tend to change their cadence in this direction."""
        self._response_until_ns[expected] = at_ns + s_to_ns(RESPONSE_S)

    def add_belt_speed(self, speed_mps: float | None, coach: CoachSettings) -> bool:
        """Add the belt's speed. Returns True if the pace has changed."""
        if speed_mps is None or speed_mps < MIN_BELT_MPS:
            return False
        if self._reference_mps is None:
            self._reference_mps = speed_mps
        if abs(speed_mps - self._reference_mps) <= coach.speed_change_mps:
            return False
        self._restart(speed_mps)
        return True

    def add_cadence(self, cadence_spm: float | None, at_ns: int, coach: CoachSettings) -> bool:
        """Add a near stride's cadence. Returns True if it has jumped and no cue explains it."""
        if cadence_spm is None:
            return False
        self._cadences_spm.append(cadence_spm)
        if len(self._cadences_spm) < _BEFORE_STRIDES + _AFTER_STRIDES:
            return False
        cadences = list(self._cadences_spm)
        before, after = fmean(cadences[:_BEFORE_STRIDES]), fmean(cadences[_BEFORE_STRIDES:])
        change_pct = 100 * (after - before) / before
        if abs(change_pct) <= coach.cadence_change_pct:
            return False
        direction: Direction = "slower" if change_pct < 0 else "quicker"
        if at_ns <= self._response_until_ns.get(direction, 0):
            return False
        self._restart(self._reference_mps)
        return True

    def _restart(self, reference_mps: float | None) -> None:
        self._reference_mps = reference_mps
        self._cadences_spm.clear()

"""The treadmill's place in the picture, learnt as the place where somebody runs: who is elsewhere is not the runner."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from analysis.landmarks import Floats, Landmarks, mid_hip_px, mid_shoulder_px

STRIDES = 4
"""So many strides in one place make it the treadmill: somebody who passes by has moved on after two."""
GONE_S = 20.0
"""So long nobody there, and the treadmill may be anywhere: the camera was moved, or another belt is used."""
IDLE_S = 120.0
"""So long without a stride there, likewise, even if somebody stands there."""
# In trunk lengths, some 0.5 m: on a belt the hips wander by 0.2 to 0.4 of them, up and down by 0.3; a neighbour is 2 or more
# away. Somebody much nearer to the camera or further off than the runner is large or small in the picture.
_MOST_AWAY = 1.2
_MOST_LARGER = 1.5


@dataclass(frozen=True)
class _Place:
    hip_px: Floats
    """Shape (2,)."""
    trunk_px: float

    def holds(self, other: "_Place") -> bool:
        away_px = float(np.hypot(*(other.hip_px - self.hip_px)))
        larger = other.trunk_px / self.trunk_px
        return away_px <= _MOST_AWAY * self.trunk_px and 1 / _MOST_LARGER <= larger <= _MOST_LARGER


class Home:
    """Where the runner's hips were in the last strides, and how large the runner was."""

    def __init__(self) -> None:
        self._strides: deque[_Place] = deque(maxlen=STRIDES)
        self._known: _Place | None = None
        self._ran_s = self._seen_s = -np.inf

    def learn(self, t_s: float, landmarks: Landmarks) -> None:
        """Take in where the runner is at a stride."""
        self._strides.append(_place(landmarks))
        middle = _Place(
            hip_px=np.median([place.hip_px for place in self._strides], axis=0),
            trunk_px=float(np.median([place.trunk_px for place in self._strides])),
        )
        if len(self._strides) == STRIDES and all(middle.holds(place) for place in self._strides):
            self._known, self._ran_s, self._seen_s = middle, t_s, t_s

    def holds(self, t_s: float, landmarks: Landmarks) -> bool | None:
        """Whether whoever this is is where the runner ran; None: nobody is known to run anywhere."""
        if self._known is None or not 0 <= t_s - self._seen_s <= GONE_S or t_s - self._ran_s > IDLE_S:
            return None
        there = self._known.holds(_place(landmarks))
        if there:
            self._seen_s = t_s
        return there


def _place(landmarks: Landmarks) -> _Place:
    hip_px = mid_hip_px(landmarks)
    return _Place(hip_px, max(1.0, float(np.hypot(*(mid_shoulder_px(landmarks) - hip_px)))))

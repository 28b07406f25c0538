"""The treadmill's place in the image, learnt from where somebody runs: a person anywhere else is not the runner."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from analysis.pose.landmarks import Floats, Landmarks, mid_hip_px, mid_shoulder_px

STRIDES = 4
"""A place becomes the treadmill's after this many strides; somebody who passes by has moved on after two."""
GONE_S = 20.0
"""The place is forgotten when nobody has been there for this long: the camera was moved, or another belt is used."""
IDLE_S = 120.0
"""The same after this long without a stride there, even if somebody stands there."""
# In trunk lengths of about 0.5 m: on a belt the hips move by 0.2 to 0.4 along it and by 0.3 up and down; a neighbour is 2 or
# more away. Somebody much nearer to the camera than the runner, or further away, is larger or smaller in the image.
_MOST_AWAY = 1.2
_MOST_LARGER = 1.5


@dataclass(frozen=True)
class _Place:
    hip_px: Floats
    """Shape (2,)."""
    trunk_px: float

    def contains(self, other: "_Place") -> bool:
        away_px = float(np.hypot(*(other.hip_px - self.hip_px)))
        larger = other.trunk_px / self.trunk_px
        return away_px <= _MOST_AWAY * self.trunk_px and 1 / _MOST_LARGER <= larger <= _MOST_LARGER


class TreadmillPlace:
    """Position of the runner's hips in the last strides, and the runner's size."""

    def __init__(self) -> None:
        self._strides: deque[_Place] = deque(maxlen=STRIDES)
        self._known: _Place | None = None
        self._ran_s = self._seen_s = -np.inf

    def learn(self, t_s: float, landmarks: Landmarks) -> None:
        """Add the runner's place at a stride."""
        self._strides.append(_place(landmarks))
        middle = _Place(
            hip_px=np.median([place.hip_px for place in self._strides], axis=0),
            trunk_px=float(np.median([place.trunk_px for place in self._strides])),
        )
        if len(self._strides) == STRIDES and all(middle.contains(place) for place in self._strides):
            self._known, self._ran_s, self._seen_s = middle, t_s, t_s

    def contains(self, t_s: float, landmarks: Landmarks) -> bool | None:
        """Whether this person is where the runner ran; None: no place is known."""
        if self._known is None or not 0 <= t_s - self._seen_s <= GONE_S or t_s - self._ran_s > IDLE_S:
            return None
        there = self._known.contains(_place(landmarks))
        if there:
            self._seen_s = t_s
        return there


def _place(landmarks: Landmarks) -> _Place:
    hip_px = mid_hip_px(landmarks)
    return _Place(hip_px, max(1.0, float(np.hypot(*(mid_shoulder_px(landmarks) - hip_px)))))

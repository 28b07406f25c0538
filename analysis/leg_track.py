"""One leg's thigh angle over time: what was measured, what the gait curve expects, and the filtered difference.

The curve carries the large motion, so a slow filter on the difference costs no delay at the turn; where a leg is hidden or a
point is thrown off, the curve plus the last known difference stands in.
"""

from collections import deque
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

# The difference between a leg and its curve: how large, how long it lasts; noise of one measured angle. Degrees, seconds.
_DIFFERENCE_SD_DEG = 5.0
_DIFFERENCE_LASTS_S = 0.12
_NOISE_DEG = 4.0
OUTLIER_DEG = 25.0
"""A measurement this far from what is expected is a point thrown off, not a leg."""
_KEEP_S = 1.3


SETTLED_LAG_S = 0.1
_SETTLED_WIDTH_S = 0.035


@dataclass(frozen=True)
class TrackPoint:
    """One frame of one leg."""

    t_s: float
    phase: float
    """Of this leg, in turns, unwrapped: grows by one per stride."""
    measured_deg: float | None
    """None: not seen, not this leg, or an outlier."""
    expected_deg: float
    """The curve's value."""
    tracked_deg: float
    """Best estimate with what was known at this frame."""
    trust: float = 1.0
    """How far the measured angle can be believed, 0 to 1."""


class LegTrack:
    """Follows one leg; `points` holds the last `_KEEP_S`."""

    def __init__(self) -> None:
        self.points: deque[TrackPoint] = deque()
        self._difference_deg = 0.0
        self._variance = _DIFFERENCE_SD_DEG**2

    def update(
        self, t_s: float, phase: float, expected_deg: float, measured_deg: float | None, trust: float = 1.0
    ) -> TrackPoint:
        """Take in one frame: the leg's phase, the curve's value there, what the model measured (None: nothing), how surely."""
        dt_s = t_s - self.points[-1].t_s if self.points else _DIFFERENCE_LASTS_S
        keep = float(np.exp(-max(0.0, dt_s) / _DIFFERENCE_LASTS_S))
        self._difference_deg *= keep
        self._variance = keep**2 * self._variance + (1 - keep**2) * _DIFFERENCE_SD_DEG**2
        if measured_deg is not None and abs(measured_deg - expected_deg - self._difference_deg) > OUTLIER_DEG:
            measured_deg = None
        if measured_deg is not None:
            gain = self._variance / (self._variance + _NOISE_DEG**2)
            self._difference_deg += gain * (measured_deg - expected_deg - self._difference_deg)
            self._variance *= 1 - gain
        point = TrackPoint(t_s, phase, measured_deg, expected_deg, expected_deg + self._difference_deg, trust)
        self.points.append(point)
        while self.points[0].t_s < t_s - _KEEP_S:
            self.points.popleft()
        return point

    @property
    def frame_s(self) -> float:
        """Mean time between the frames at hand, seconds."""
        return (self.points[-1].t_s - self.points[0].t_s) / max(1, len(self.points) - 1)

    def settled(self) -> tuple[float, float] | None:
        """(t_s, degrees) of the newest frame that is `SETTLED_LAG_S` old: smoothed with the frames after it too."""
        now_s = self.points[-1].t_s
        at = next((point for point in reversed(self.points) if point.t_s <= now_s - SETTLED_LAG_S), None)
        if at is None:
            return None
        recent = takewhile(lambda point: point.t_s > at.t_s - 2 * SETTLED_LAG_S, reversed(self.points))
        seen = [p for p in recent if p.measured_deg is not None and abs(p.t_s - at.t_s) <= SETTLED_LAG_S]
        t_s = np.array([p.t_s for p in seen])
        difference_deg = np.array([p.measured_deg - p.expected_deg for p in seen if p.measured_deg is not None])
        weights = np.exp(-(((t_s - at.t_s) / _SETTLED_WIDTH_S) ** 2) / 2)
        # The prior of the difference is worth one frame of ordinary noise: unseen, the curve stands.
        pull = (_NOISE_DEG / _DIFFERENCE_SD_DEG) ** 2
        return at.t_s, at.expected_deg + float((weights * difference_deg).sum() / (weights.sum() + pull))

"""The thigh angle of one leg over time: what was measured, what the gait curve expects, and the filtered difference.

The curve carries the large motion, so a slow filter on the difference adds no delay at the turn. Where the leg is hidden or a
landmark is an outlier, the curve plus the last known difference fills in.
"""

from collections import deque
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from analysis.time_window import TimeWindow
from config.reference import LONGEST_STRIDE_S

# The difference between a leg and its curve: how large, how long it lasts; noise of one measured angle. Degrees, seconds.
_DIFFERENCE_SD_DEG = 5.0
_DIFFERENCE_LASTS_S = 0.12
_NOISE_DEG = 4.0
OUTLIER_DEG = 25.0
"""A measurement this far from the expected angle is an outlier of the pose model."""
KEEP_S = LONGEST_STRIDE_S + 0.05
"""The longest stride plus the time until it is settled."""
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
    """Best estimate from this frame and those before it."""
    trust: float = 1.0
    """How far the measured angle can be trusted, 0 to 1."""


class LegTrack:
    """Follows one leg and keeps the last `KEEP_S`."""

    def __init__(self) -> None:
        self._window: TimeWindow[TrackPoint] = TimeWindow(KEEP_S)
        self._difference_deg = 0.0
        self._variance = _DIFFERENCE_SD_DEG**2

    def update(
        self, t_s: float, phase: float, expected_deg: float, measured_deg: float | None, trust: float = 1.0
    ) -> TrackPoint:
        """Add a frame: the leg's phase, the curve's value there, the measured angle (None: nothing) and the trust in it."""
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
        self._window.add(t_s, point)
        return point

    def shift_phase(self, turns: float) -> None:
        """Number the strides seen so far differently."""
        for at, point in enumerate(self.points):
            self.points[at] = replace(point, phase=point.phase + turns)

    @property
    def points(self) -> deque[TrackPoint]:
        """In order of time."""
        return self._window.values

    @property
    def frame_s(self) -> float:
        """Mean time between the kept frames, seconds."""
        return self._window.span_s / max(1, len(self._window) - 1)

    def settled(self) -> tuple[float, float] | None:
        """(t_s, degrees) of the newest frame at least `SETTLED_LAG_S` old, smoothed with the frames around it."""
        now_s = self.points[-1].t_s
        at = next((point for point in reversed(self.points) if point.t_s <= now_s - SETTLED_LAG_S), None)
        if at is None:
            return None
        recent = takewhile(lambda point: point.t_s > at.t_s - 2 * SETTLED_LAG_S, reversed(self.points))
        seen = [p for p in recent if p.measured_deg is not None and abs(p.t_s - at.t_s) <= SETTLED_LAG_S]
        t_s = np.array([p.t_s for p in seen])
        difference_deg = np.array([p.measured_deg - p.expected_deg for p in seen if p.measured_deg is not None])
        weights = np.exp(-(((t_s - at.t_s) / _SETTLED_WIDTH_S) ** 2) / 2)
        # The prior weighs as much as one frame of ordinary noise; without a measurement the curve stands.
        pull = (_NOISE_DEG / _DIFFERENCE_SD_DEG) ** 2
        return at.t_s, at.expected_deg + float((weights * difference_deg).sum() / (weights.sum() + pull))

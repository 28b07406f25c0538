"""Other methods of reading the peak of one leg's noisy thigh angle, for comparison: identity known, nothing hidden.

A causal signal (raw or filtered) is read at its lowest value, which is known once the angle has returned by a hysteresis.
The polynomial gets the true time of the turn: its best case.
"""

from collections.abc import Callable, Sequence

import numpy as np

from tests.support.stride_score import Floats, Reading

HYSTERESIS_DEG = 10.0
"""Five times the noise: with less, noise would produce turns."""
BEFORE_S = 0.2
_JERK_DENSITY = 1e9
"""Density of the Kalman filter's white jerk, (degrees/s³)²·s: of 1 and 3 times powers of ten, that with the least RMS error."""
_NOISE_DEG = 2.0

Estimator = Callable[[Floats, Floats, Sequence[tuple[float, float]]], list[Reading]]
"""Converts times, noisy angles and true turns of one leg to readings."""


class Butterworth:
    """A causal second-order low pass by the bilinear transform, one value at a time; the rate may be slightly uneven."""

    def __init__(self, cutoff_hz: float, fps: float) -> None:
        k = np.tan(np.pi * cutoff_hz / fps)
        scale = 1 + np.sqrt(2) * k + k * k
        self._b = k * k / scale
        self._a1, self._a2 = 2 * (k * k - 1) / scale, (1 - np.sqrt(2) * k + k * k) / scale
        self._x: list[float] = []
        self._y: list[float] = []

    def update(self, value: float) -> float:
        """Process a value; starts as if it had always been there."""
        if not self._x:
            self._x, self._y = [value, value], [value, value]
        filtered = self._b * (value + 2 * self._x[0] + self._x[1]) - self._a1 * self._y[0] - self._a2 * self._y[1]
        self._x, self._y = [value, self._x[0]], [float(filtered), self._y[0]]
        return float(filtered)


class TurnFinder:
    """Turns from backward to forward in a causal signal."""

    def __init__(self) -> None:
        self._lowest = (0.0, np.inf)
        self._highest = -np.inf
        self._falling = False

    def update(self, t_s: float, angle_deg: float) -> Reading | None:
        """Process one value; a turn is reported when the angle has returned from it by the hysteresis."""
        if self._falling:
            if angle_deg < self._lowest[1]:
                self._lowest = (t_s, angle_deg)
            elif angle_deg > self._lowest[1] + HYSTERESIS_DEG:
                self._falling, self._highest = False, angle_deg
                return Reading(self._lowest[0], self._lowest[1], t_s)
        else:
            self._highest = max(self._highest, angle_deg)
            if angle_deg < self._highest - HYSTERESIS_DEG:
                self._falling, self._lowest = True, (t_s, angle_deg)
        return None


def raw_maximum(t_s: Floats, angle_deg: Floats, _turns: Sequence[tuple[float, float]]) -> list[Reading]:
    """The unfiltered angle."""
    finder = TurnFinder()
    found = (finder.update(t, angle) for t, angle in zip(t_s.tolist(), angle_deg.tolist(), strict=True))
    return [one for one in found if one is not None]


def butterworth(cutoff_hz: float) -> Estimator:
    """The angle after a low pass."""

    def read(t_s: Floats, angle_deg: Floats, turns: Sequence[tuple[float, float]]) -> list[Reading]:
        low_pass = Butterworth(cutoff_hz, 1 / float(np.median(np.diff(t_s))))
        return raw_maximum(t_s, np.array([low_pass.update(float(angle)) for angle in angle_deg]), turns)

    return read


def kalman(t_s: Floats, angle_deg: Floats, turns: Sequence[tuple[float, float]]) -> list[Reading]:
    """A Kalman filter for angle, velocity and acceleration, with white-noise jerk."""
    state, covariance = np.array([angle_deg[0], 0.0, 0.0]), np.diag([4.0, 300.0**2, 5000.0**2])
    filtered = [float(angle_deg[0])]
    for dt, angle in zip(np.diff(t_s), angle_deg[1:], strict=True):
        move = np.array([[1, dt, dt * dt / 2], [0, 1, dt], [0, 0, 1]])
        spread = np.array([[dt**5 / 20, dt**4 / 8, dt**3 / 6], [dt**4 / 8, dt**3 / 3, dt**2 / 2], [dt**3 / 6, dt**2 / 2, dt]])
        state = move @ state
        covariance = move @ covariance @ move.T + _JERK_DENSITY * spread
        gain = covariance[:, 0] / (covariance[0, 0] + _NOISE_DEG**2)
        state = state + gain * (angle - state[0])
        covariance = covariance - np.outer(gain, covariance[0])
        filtered.append(float(state[0]))
    return raw_maximum(t_s, np.array(filtered), turns)


def quartic(after_s: float) -> Estimator:
    """Least squares with a polynomial of fourth degree, from 200 ms before the turn to `after_s` after it."""

    def read(t_s: Floats, angle_deg: Floats, turns: Sequence[tuple[float, float]]) -> list[Reading]:
        found = []
        for turn_s, _ in turns:
            last = int(np.searchsorted(t_s, turn_s + after_s))
            first = int(np.searchsorted(t_s, turn_s - BEFORE_S))
            if last >= len(t_s) or first == 0:
                continue
            t = (t_s[first : last + 1] - turn_s) / BEFORE_S
            fit = np.polyfit(t, angle_deg[first : last + 1], 4)
            grid = np.linspace(t[0], t[-1], 400)
            values = np.polyval(fit, grid)
            inner = values[20:-20]
            lowest = int(inner.argmin()) + 20
            found.append(Reading(turn_s + float(grid[lowest]) * BEFORE_S, float(values[lowest]), float(t_s[last])))
        return found

    return read


ESTIMATORS: dict[str, Estimator] = {
    "raw maximum": raw_maximum,
    "Butterworth 8 Hz": butterworth(8.0),
    "Butterworth 6 Hz": butterworth(6.0),
    "Kalman filter, constant acceleration": kalman,
    "quartic, to 67 ms after the turn": quartic(0.067),
    "quartic, to 100 ms after the turn": quartic(0.100),
}

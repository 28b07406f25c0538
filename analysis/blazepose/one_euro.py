"""The filter that steadies the box from frame to frame (One Euro, Casiez et al. 2012, in MediaPipe's form).

MediaPipe runs it on the two points that make the box even when landmark smoothing is off; the landmarks themselves do
not pass through it. Without it the box trembles, and landmarks move with the box.
"""

import math

import numpy as np

from analysis.landmarks import Floats

LEAST_CUTOFF_HZ = 0.01
SLOPE = 10.0
SPEED_CUTOFF_HZ = 1.0
"""min_cutoff, beta and derivate_cutoff of the auxiliary landmarks in pose_landmark_filtering.pbtxt of mediapipe 0.10.21."""
STEP_S = 33_333e-6
"""MediaPipe's Python solutions pretend that frames come 33333 µs apart, whatever the camera does; so do we."""


class OneEuro:
    """Smooths points, the less the faster they move. Speed is measured in sizes of the object per second."""

    def __init__(self) -> None:
        self._raw: Floats | None = None
        self._smooth: Floats = np.empty(0)
        self._speed: Floats = np.empty(0)

    def forget(self) -> None:
        """Start anew with the next points."""
        self._raw = None

    def smooth(self, points: Floats, object_size: float) -> Floats:
        """These points, smoothed. Any shape, the same in every call; `object_size` in their unit, above zero."""
        if self._raw is None:
            self._smooth, self._speed = points.copy(), np.zeros_like(points)
        else:
            speed = (points - self._raw) / (object_size * STEP_S)
            self._speed = self._speed + _share(SPEED_CUTOFF_HZ) * (speed - self._speed)
            share = _share(LEAST_CUTOFF_HZ + SLOPE * np.abs(self._speed))
            self._smooth = self._smooth + share * (points - self._smooth)
        self._raw = points.copy()
        return self._smooth


def _share(cutoff_hz: Floats | float) -> Floats:
    """How much of the new value a low-pass filter of this cutoff takes in one step."""
    return np.asarray(1.0 / (1.0 + 1.0 / (2 * math.pi * np.asarray(cutoff_hz) * STEP_S)))

"""The filter that steadies the box from frame to frame (One Euro, Casiez et al. 2012, in MediaPipe's form).

MediaPipe filters the two points that define the box even when landmark smoothing is off; the landmarks themselves are not
filtered. Without the filter the box jitters, and the landmarks move with it.
"""

import math

import numpy as np

from analysis.pose.landmarks import Floats

LEAST_CUTOFF_HZ = 0.01
SLOPE = 10.0
SPEED_CUTOFF_HZ = 1.0
"""min_cutoff, beta and derivate_cutoff of the auxiliary landmarks in pose_landmark_filtering.pbtxt of mediapipe 0.10.21."""
STEP_S = 33_333e-6
"""MediaPipe's Python solutions assume that frames are 33333 µs apart, whatever the camera's rate, and so does this filter."""


class OneEuro:
    """Smooths points, less the faster they move. Speed is in object sizes per second."""

    def __init__(self) -> None:
        self._raw: Floats | None = None
        self._smooth: Floats = np.empty(0)
        self._speed: Floats = np.empty(0)

    def forget(self) -> None:
        """Restart with the next points."""
        self._raw = None

    def smooth(self, points: Floats, object_size: float) -> Floats:
        """These points, smoothed. Any shape, the same in every call; `object_size` in the same unit, above zero."""
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
    """Weight of the new value in one step of a low-pass filter with this cutoff."""
    return np.asarray(1.0 / (1.0 + 1.0 / (2 * math.pi * np.asarray(cutoff_hz) * STEP_S)))

"""How far a frame or a stride can be trusted, 0 to 1."""

import numpy as np

from analysis.peak import Peak

# The model's own noise leaves fits with 1.5 to 2.5° of residual on real clips; 8° is no thigh any more.
_GOOD_RESIDUAL_DEG = 3.0
_BAD_RESIDUAL_DEG = 8.0
_GOOD_VISIBILITY = 0.5


def frame_quality(concentration: float, visibility: float, measured: bool) -> float:
    """Of one frame: how certain the phase is, how visible the near leg, and whether it was measured at all."""
    seen = 1.0 if measured else 0.5
    return float(np.clip(concentration * min(1.0, visibility / _GOOD_VISIBILITY) * seen, 0.0, 1.0))


def stride_quality(peak: Peak, mean_frame_quality: float) -> float:
    """Of one stride: the frames that its peak was read from, how many were measured, and how well they fit one motion."""
    fit = (_BAD_RESIDUAL_DEG - peak.residual_deg) / (_BAD_RESIDUAL_DEG - _GOOD_RESIDUAL_DEG)
    return float(np.clip(mean_frame_quality * np.sqrt(peak.seen) * np.clip(fit, 0.0, 1.0), 0.0, 1.0))

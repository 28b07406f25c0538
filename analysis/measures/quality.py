"""The quality of a frame and of a stride, from 0 (unusable) to 1."""

import numpy as np

from analysis.gait.peaks import Peak

# On real clips the noise of the pose model leaves residuals of 1.5 to 2.5°; at 8° the fit no longer describes a thigh.
_GOOD_RESIDUAL_DEG = 3.0
_BAD_RESIDUAL_DEG = 8.0
_GOOD_VISIBILITY = 0.5


def frame_quality(concentration: float, visibility: float, measured: bool) -> float:
    """Quality of a frame from the certainty of the phase, the visibility of the near leg, and whether it was measured."""
    seen = 1.0 if measured else 0.5
    return float(np.clip(concentration * min(1.0, visibility / _GOOD_VISIBILITY) * seen, 0.0, 1.0))


def stride_quality(peak: Peak, mean_frame_quality: float) -> float:
    """Quality of a stride from the quality of the frames around its peak, the share measured, and the fit's residual."""
    fit = (_BAD_RESIDUAL_DEG - peak.residual_deg) / (_BAD_RESIDUAL_DEG - _GOOD_RESIDUAL_DEG)
    return float(np.clip(mean_frame_quality * np.sqrt(peak.seen) * np.clip(fit, 0.0, 1.0), 0.0, 1.0))

"""What errors against hand labels consist of, from the same strides measured in several views."""

from dataclasses import dataclass

import numpy as np

from tests.support.stride_score import Floats


@dataclass(frozen=True)
class Parts:
    """Standard deviations of an error against the labels, degrees."""

    by_view: Floats
    labels: float
    frame: float
    noise: float
    shared: float


def split(error_deg: Floats, label_deg: float, frame_deg: float) -> Parts:
    """The parts of errors of shape (views, labels), of which those of the labels and of the labelled frame are known."""
    measured_deg = error_deg[:, ~np.isnan(error_deg).any(axis=0)]
    noise_deg2 = float(measured_deg.var(axis=0, ddof=1).mean())
    common_deg2 = float(measured_deg.mean(axis=0).var(ddof=1)) - noise_deg2 / len(measured_deg)
    shared_deg2 = max(0.0, common_deg2 - label_deg**2 - frame_deg**2)
    return Parts(measured_deg.std(axis=1, ddof=1), label_deg, frame_deg, noise_deg2**0.5, shared_deg2**0.5)

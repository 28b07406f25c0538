"""The signal of a video with a high dynamic range, by the curves of ITU-R BT.2100; both give 0 to 1."""

import numpy as np

from sessions.format.rows import Floats

PQ, HLG = 16, 18
"""Their numbers in a video's `color_trc`."""


def pq_signal(nits: Floats) -> Floats:
    """Of light in cd/m², by the perceptual quantizer."""
    power = (nits / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg_signal(nits: Floats) -> Floats:
    """Of light in cd/m², by the hybrid log-gamma of a screen of 1000 cd/m²."""
    scene_light = (nits / 1000) ** (1 / 1.2)
    logarithmic = 0.17883277 * np.log(np.maximum(12 * scene_light - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene_light <= 1 / 12, np.sqrt(3 * scene_light), logarithmic)

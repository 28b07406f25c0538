"""Whether a picture has colours: without them, as with a night camera, the pose model places the hip differently."""

import numpy as np

from wire.frames.frame import Image

_STEP = 8
"""One in this many pixels per row and column is checked."""
_LEAST_DIFFERENCE = 6
"""Least difference between a coloured pixel's strongest and weakest channel: compression gives grey pixels up to 3."""
_SHARE = 0.01
"""Least share of coloured pixels."""


def has_colours(image: Image) -> bool:
    """Whether at least `_SHARE` of the pixels are not grey. `image`: shape (height, width, 3)."""
    seen = image[::_STEP, ::_STEP]
    return bool(np.mean(np.ptp(seen, axis=2) >= _LEAST_DIFFERENCE) >= _SHARE)

"""Whether a picture has colours: without them, as with a night camera, the pose model sees the hip elsewhere."""

import numpy as np

from wire.frames.frame import Image

_STEP = 8
"""Every so many-th pixel of each side is looked at."""
_LEAST_DIFFERENCE = 6
"""Between the strongest and the weakest colour of a pixel: compression alone gives a grey pixel up to 3."""
_SHARE = 0.01
"""Of the pixels, at least, that have a colour."""


def has_colours(image: Image) -> bool:
    """Whether some of its pixels are not grey. `image`: shape (height, width, 3)."""
    seen = image[::_STEP, ::_STEP]
    return bool(np.mean(np.ptp(seen, axis=2) >= _LEAST_DIFFERENCE) >= _SHARE)

"""Seen in a mirror the networks place hip and knee otherwise: 1 to 3 degrees of thigh on real runners.

Every other picture is therefore looked at mirrored, at no cost; analysis/mirror_difference.py takes the middle of both looks.
"""

import numpy as np

from analysis.landmarks import COUNT, Floats
from wire.frames import Image

# Points 1 to 3 and 4 to 6 are the eyes, 7 to 10 ears and mouth, from 11 on left and right alternate (Bazarevsky et al. 2020).
_EYES = [0, 4, 5, 6, 1, 2, 3]
OTHER_SIDE = np.array(_EYES + [point + 1 if point % 2 else point - 1 for point in range(len(_EYES), COUNT)])
"""For each landmark the one on the other side of the body, shape (33,)."""


def mirrored_picture(crop: Image) -> Image:
    """Left to right."""
    return np.ascontiguousarray(crop[:, ::-1])


def mirrored_back(points: Floats, visibility: Floats, crop_side_px: int) -> tuple[Floats, Floats]:
    """Points found in the mirrored crop, shape (33 or more, 2), and their visibility, shape (33,), as in the crop itself."""
    back = points.copy()
    back[:COUNT] = back[OTHER_SIDE]
    back[:, 0] = crop_side_px - back[:, 0]
    return back, visibility[OTHER_SIDE]

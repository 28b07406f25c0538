"""Whether a picture differs visibly from an earlier one: noise alone is no reason to analyse or draw it."""

import cv2
import numpy as np

from wire.frames.frame import Image

_GRID = (64, 36)
"""Columns and rows of the blocks that are compared: the mean over one, of 20x20 pixels at 720p, hardly has noise."""
_LEAST_CHANGE = 3
"""Least change of a block, in grey levels."""


class VisibleChange:
    """Remembers the last picture that was used."""

    def __init__(self) -> None:
        self._used: Image | None = None

    def forget(self) -> None:
        """Treat the next picture as a change, whatever it shows."""
        self._used = None

    def update(self, image: Image) -> bool:
        """Whether this picture differs visibly from the last one used; if so, it is remembered as used."""
        blocks = np.asarray(cv2.resize(image, _GRID, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        if self._used is not None and cv2.absdiff(blocks, self._used).max() < _LEAST_CHANGE:
            return False
        self._used = blocks
        return True

"""Given a picture of any shape, what is written on it fits."""

import numpy as np
import pytest

from hipcue.annotate import LONGEST, write_line


@pytest.mark.parametrize(("width_px", "height_px"), [(720, 1280), (1280, 720), (438, 604), (160, 120), (3840, 2160)])
def test_the_longest_line_fits_and_can_be_read(width_px: int, height_px: int) -> None:
    picture = np.full((height_px, width_px, 3), 128, np.uint8)
    write_line(picture, LONGEST)
    rows, columns = np.nonzero((picture != 128).any(axis=2))
    assert columns.min() > 0
    assert columns.max() < width_px - 1
    assert rows.min() > 0
    assert np.ptp(columns) > 0.6 * min(width_px, height_px)

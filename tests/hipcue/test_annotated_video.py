"""Text on a picture of any shape fits."""

import numpy as np
import pytest

from hipcue.analyse.annotated_video import LEGEND, LONGEST, write_legend, write_line


@pytest.mark.parametrize(("width_px", "height_px"), [(720, 1280), (1280, 720), (438, 604), (160, 120), (3840, 2160)])
def test_the_longest_line_fits_and_is_legible(width_px: int, height_px: int) -> None:
    picture = np.full((height_px, width_px, 3), 128, np.uint8)
    write_line(picture, LONGEST)
    rows, columns = np.nonzero((picture != 128).any(axis=2))
    assert columns.min() > 0
    assert columns.max() < width_px - 1
    assert rows.min() > 0
    assert np.ptp(columns) > 0.6 * min(width_px, height_px)


@pytest.mark.parametrize(("width_px", "height_px"), [(720, 1280), (1280, 720), (438, 604), (160, 120), (3840, 2160)])
@pytest.mark.slow
def test_a_legend_in_the_colours_of_the_lines_stands_at_the_bottom(width_px: int, height_px: int) -> None:
    picture = np.full((height_px, width_px, 3), 128, np.uint8)
    write_legend(picture)
    rows, columns = np.nonzero((picture != 128).any(axis=2))
    assert 0 < columns.min() < columns.max() < width_px - 1
    assert 0.8 * height_px < rows.min() < rows.max() <= height_px - 1
    if width_px > 400:
        for _, colour in LEGEND:
            assert np.abs(picture.astype(int) - colour).max(axis=2).min() < 40

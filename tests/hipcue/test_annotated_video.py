"""Pictures of any size and at any times are copied, and text fits on them."""

from pathlib import Path

import numpy as np
import pytest

from capture.sources.video_file import VideoFile
from hipcue.analyse.annotated_video import LEGEND, LONGEST, AnnotatedVideo, write_legend, write_line
from tests.support.message_examples import sample
from wire.clock import NS_PER_S


def copied(path: Path, shown: list[tuple[float, int, int]]) -> tuple[list[float], tuple[int, ...]]:
    """Times and size of the copy of these pictures: when, how wide, how high."""
    video = AnnotatedVideo(path)
    for at_s, width_px, height_px in shown:
        video.add(np.zeros((height_px, width_px, 3), np.uint8), sample(at_s=at_s), [])
    video.close()
    copy, times_s = VideoFile(path), []
    while (at_ns := copy.advance()) is not None:
        times_s.append(at_ns / NS_PER_S)
    return times_s, copy.image().shape


def test_each_picture_keeps_its_time(tmp_path: Path) -> None:
    wanted_s = [0.0, 0.04, 0.14, 0.16, 0.66, 0.7]
    times_s, _ = copied(tmp_path / "copy.mp4", [(at_s, 96, 64) for at_s in wanted_s])
    assert times_s == pytest.approx(wanted_s, abs=0.001)


def test_pictures_of_another_size_are_shown_in_that_of_the_first(tmp_path: Path) -> None:
    shown = [(number / 25, 96 if number < 5 else 128, 64) for number in range(10)]
    times_s, shape = copied(tmp_path / "copy.mp4", shown)
    assert (len(times_s), shape) == (10, (64, 96, 3))


@pytest.mark.parametrize(("width_px", "height_px"), [(1, 1), (97, 63), (1, 2000), (4000, 16)])
def test_any_size_is_copied(tmp_path: Path, width_px: int, height_px: int) -> None:
    times_s, shape = copied(tmp_path / "copy.mp4", [(number / 25, width_px, height_px) for number in range(5)])
    assert len(times_s) == 5
    assert shape[:2] == (max(2, height_px // 2 * 2), max(2, width_px // 2 * 2))


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

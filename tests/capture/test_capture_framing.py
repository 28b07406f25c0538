"""Given a picture and a zone, then the zone comes out, no larger than allowed, never enlarged and never empty."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.framing import frame_picture
from config.schema import LEAST_ZONE, Capture, Zone
from wire.frames import Image

WHOLE = Zone()
SIDES_PX = st.integers(1, 400)
MOST_PX = st.integers(256, 4096)


@st.composite
def spans(draw: st.DrawFn) -> tuple[float, float]:
    start = draw(st.floats(0, 1 - LEAST_ZONE))
    return start, draw(st.floats(start + LEAST_ZONE, 1))


ZONES = st.builds(
    lambda across, down: Zone(left=across[0], right=across[1], top=down[0], bottom=down[1]),
    across=spans(),
    down=spans(),
)


def picture(width_px: int, height_px: int) -> Image:
    """Blue tells the column and green the row."""
    image = np.zeros((height_px, width_px, 3), np.uint8)
    image[..., 0] = np.arange(width_px) % 256
    image[..., 1] = (np.arange(height_px) % 256)[:, None]
    return image


def test_the_whole_picture_at_its_size_is_the_picture_itself() -> None:
    image = picture(640, 360)
    framed = frame_picture(image, WHOLE, 960)
    assert np.shares_memory(framed, image)
    assert framed.shape == image.shape


def test_the_zone_is_cut_out() -> None:
    framed = frame_picture(picture(200, 100), Zone(left=0.25, right=0.75, top=0.1, bottom=0.6), 960)
    assert framed.shape == (50, 100, 3)
    assert framed[0, 0].tolist() == [50, 10, 0]
    assert framed[-1, -1].tolist() == [149, 59, 0]


@pytest.mark.parametrize(("width_px", "height_px"), [(1920, 1080), (1080, 1920)])
def test_a_large_picture_is_scaled_so_that_its_longer_side_fits(width_px: int, height_px: int) -> None:
    framed = frame_picture(picture(width_px, height_px), WHOLE, 960)
    assert framed.shape == (height_px // 2, width_px // 2, 3)
    assert framed.dtype == np.uint8


@pytest.mark.parametrize(
    ("width_px", "size_px"), [(1281, (640, 360)), (1920, (960, 540)), (2561, (853, 480)), (3840, (1280, 720))]
)
def test_it_is_scaled_by_a_whole_number_and_what_fills_no_block_is_left_out(width_px: int, size_px: tuple[int, int]) -> None:
    height_px = round(width_px * 9 / 16)
    framed = frame_picture(picture(width_px, height_px), WHOLE, 1280)
    assert (framed.shape[1], framed.shape[0]) == size_px


def test_the_zone_is_cut_before_it_is_scaled() -> None:
    half = Zone(left=0.5)
    assert frame_picture(picture(1920, 400), half, 960).shape == (400, 960, 3)


@given(width_px=SIDES_PX, height_px=SIDES_PX, zone=ZONES, most_px=MOST_PX)
def test_never_enlarged_never_empty_never_too_large(width_px: int, height_px: int, zone: Zone, most_px: int) -> None:
    framed = frame_picture(picture(width_px, height_px), zone, most_px)
    high_px, wide_px, _ = framed.shape
    assert 1 <= wide_px <= width_px
    assert 1 <= high_px <= height_px
    assert max(wide_px, high_px) <= most_px


@given(width_px=st.integers(160, 400), height_px=st.integers(120, 400), zone=ZONES)
def test_the_cut_is_the_zone_to_the_pixel(width_px: int, height_px: int, zone: Zone) -> None:
    framed = frame_picture(picture(width_px, height_px), zone, Capture().max_side_px)
    assert abs(framed.shape[1] - (zone.right - zone.left) * width_px) <= 1
    assert abs(framed.shape[0] - (zone.bottom - zone.top) * height_px) <= 1

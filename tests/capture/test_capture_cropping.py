"""Cropping a picture gives its zone, no larger than allowed, never enlarged and never empty."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.cropping import crop_and_scale, framed
from config.sections.capture import LEAST_ZONE, CaptureSettings, Zone
from wire.frames.frame import Image

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
    """Blue encodes the column, green the row."""
    image = np.zeros((height_px, width_px, 3), np.uint8)
    image[..., 0] = np.arange(width_px) % 256
    image[..., 1] = (np.arange(height_px) % 256)[:, None]
    return image


def test_the_whole_picture_at_full_size_is_returned_without_a_copy() -> None:
    image = picture(640, 360)
    cropped = crop_and_scale(image, WHOLE, 960)
    assert np.shares_memory(cropped, image)
    assert cropped.shape == image.shape


def test_the_zone_is_cropped() -> None:
    cropped = crop_and_scale(picture(200, 100), Zone(left=0.25, right=0.75, top=0.1, bottom=0.6), 960)
    assert cropped.shape == (50, 100, 3)
    assert cropped[0, 0].tolist() == [50, 10, 0]
    assert cropped[-1, -1].tolist() == [149, 59, 0]


@pytest.mark.parametrize(("width_px", "height_px"), [(1920, 1080), (1080, 1920)])
def test_a_large_picture_is_scaled_until_its_longer_side_fits(width_px: int, height_px: int) -> None:
    cropped = crop_and_scale(picture(width_px, height_px), WHOLE, 960)
    assert cropped.shape == (height_px // 2, width_px // 2, 3)
    assert cropped.dtype == np.uint8


@pytest.mark.parametrize(
    ("width_px", "size_px"), [(1281, (640, 360)), (1920, (960, 540)), (2561, (853, 480)), (3840, (1280, 720))]
)
def test_the_scale_is_a_whole_number_and_incomplete_blocks_are_dropped(width_px: int, size_px: tuple[int, int]) -> None:
    height_px = round(width_px * 9 / 16)
    cropped = crop_and_scale(picture(width_px, height_px), WHOLE, 1280)
    assert (cropped.shape[1], cropped.shape[0]) == size_px


def test_the_zone_is_cropped_before_it_is_scaled() -> None:
    half = Zone(left=0.5)
    assert crop_and_scale(picture(1920, 400), half, 960).shape == (400, 960, 3)


@given(width_px=SIDES_PX, height_px=SIDES_PX, zone=ZONES, most_px=MOST_PX)
def test_the_result_is_never_enlarged_empty_or_too_large(width_px: int, height_px: int, zone: Zone, most_px: int) -> None:
    cropped = crop_and_scale(picture(width_px, height_px), zone, most_px)
    high_px, wide_px, _ = cropped.shape
    assert 1 <= wide_px <= width_px
    assert 1 <= high_px <= height_px
    assert max(wide_px, high_px) <= most_px


@given(width_px=st.integers(160, 400), height_px=st.integers(120, 400), zone=ZONES)
def test_the_result_matches_the_zone_to_the_pixel(width_px: int, height_px: int, zone: Zone) -> None:
    cropped = crop_and_scale(picture(width_px, height_px), zone, CaptureSettings().max_side_px)
    assert abs(cropped.shape[1] - (zone.right - zone.left) * width_px) <= 1
    assert abs(cropped.shape[0] - (zone.bottom - zone.top) * height_px) <= 1


@pytest.mark.parametrize(("rotate_deg", "corner"), [(0, [0, 0]), (90, [0, 99]), (180, [199, 99]), (270, [199, 0])])
def test_a_picture_is_rotated_clockwise_before_its_zone_is_taken(
    rotate_deg: Literal[0, 90, 180, 270], corner: list[int]
) -> None:
    """The corner at the top left, as the column and the row of the stored picture."""
    whole = framed(picture(200, 100), CaptureSettings(rotate_deg=rotate_deg))
    assert whole.shape[:2] == ((100, 200) if rotate_deg % 180 == 0 else (200, 100))
    assert whole[0, 0, :2].tolist() == corner
    upper_half = framed(picture(200, 100), CaptureSettings(rotate_deg=rotate_deg, zone=Zone(bottom=0.5)))
    assert np.array_equal(upper_half, whole[: len(whole) // 2])

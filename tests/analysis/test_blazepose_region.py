"""Regions: placed around a person, cropped upright, and points mapped back to where they were."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.pose.blazepose.region import MARGIN, Region, around_person, cut_out, to_crop, to_image, whole_image
from analysis.pose.landmarks import Floats

SIDE_PX = 256
places = st.floats(-2000, 4000)
regions = st.builds(Region, places, places, st.floats(10, 3000), st.floats(-math.pi, math.pi))
points = st.lists(st.tuples(places, places), min_size=1, max_size=8).map(np.array)


@given(regions, points)
def test_points_mapped_to_the_crop_and_back_are_where_they_were(region: Region, points_px: Floats) -> None:
    there = to_crop(points_px, region, SIDE_PX)
    assert np.allclose(to_image(there, region, SIDE_PX), points_px, atol=1e-6)


@given(regions)
def test_the_middle_of_the_crop_is_the_middle_of_the_region(region: Region) -> None:
    middle = to_image(np.array([[SIDE_PX / 2, SIDE_PX / 2]]), region, SIDE_PX)
    assert np.allclose(middle, [[region.center_x_px, region.center_y_px]])


@given(regions)
def test_a_crop_is_a_square_of_the_regions_side(region: Region) -> None:
    corners = to_image(np.array([[0.0, 0.0], [SIDE_PX, 0.0], [SIDE_PX, SIDE_PX]]), region, SIDE_PX)
    assert np.allclose(np.linalg.norm(np.diff(corners, axis=0), axis=1), region.side_px)


@given(st.tuples(places, places), st.floats(1, 1000), st.floats(-math.pi, math.pi))
def test_a_person_stands_upright_in_the_box(middle: tuple[float, float], radius_px: float, turned_rad: float) -> None:
    middle_px = np.array(middle)
    edge_px = middle_px + radius_px * np.array((math.sin(turned_rad), -math.cos(turned_rad)))
    region = around_person(middle_px, edge_px)
    assert region is not None
    assert region.side_px == pytest.approx(2 * radius_px * MARGIN)
    assert -math.pi <= region.rotation_rad <= math.pi
    hips, top = to_crop(np.array([middle_px, edge_px]), region, SIDE_PX)
    assert np.allclose(hips, SIDE_PX / 2)
    assert np.allclose(top, (SIDE_PX / 2, SIDE_PX / 2 - SIDE_PX / 2 / MARGIN), atol=1e-6)


@pytest.mark.parametrize("edge_px", [(3.0, 4.0), (math.nan, 4.0), (math.inf, 4.0)])
def test_points_without_a_circle_give_no_region(edge_px: tuple[float, float]) -> None:
    assert around_person(np.array((3.0, 4.0)), np.array(edge_px)) is None


def test_a_region_of_the_crops_own_size_is_cut_out_pixel_by_pixel() -> None:
    image = np.random.default_rng(1).integers(0, 256, (400, 500, 3), np.uint8)
    crop = cut_out(image, Region(60 + SIDE_PX / 2, 70 + SIDE_PX / 2, SIDE_PX), SIDE_PX, cv2.BORDER_CONSTANT)
    assert np.array_equal(crop, image[70 : 70 + SIDE_PX, 60 : 60 + SIDE_PX])


def test_the_crop_shows_a_spot_where_its_point_is_mapped() -> None:
    image = np.zeros((400, 600, 3), np.uint8)
    cv2.circle(image, (350, 120), 6, (255, 255, 255), -1)
    region = Region(320, 180, 300, 0.7)
    crop = cut_out(image, region, SIDE_PX, cv2.BORDER_CONSTANT)[:, :, 0].astype(float)
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX]
    found = np.array([[(crop * x).sum(), (crop * y).sum()]]) / crop.sum()
    assert np.allclose(found, to_crop(np.array([[350.0, 120.0]]), region, SIDE_PX), atol=0.1)


def test_beyond_the_image_the_crop_is_black_or_repeats_the_edge() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    beyond = Region(0, 0, 100)
    assert cut_out(image, beyond, 50, cv2.BORDER_CONSTANT)[0, 0].tolist() == [0, 0, 0]
    assert cut_out(image, beyond, 50, cv2.BORDER_REPLICATE)[0, 0].tolist() == [200, 200, 200]


def test_the_whole_image_fits_its_letterbox() -> None:
    corners = to_crop(np.array([[0.0, 0.0], [1280.0, 720.0]]), whole_image(1280, 720), 224)
    assert np.allclose(corners, [[0, 49], [224, 175]])

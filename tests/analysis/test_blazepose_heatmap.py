"""Landmarks refined by their heat maps, against a slow reference cell by cell."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.pose.blazepose.heatmap import LEAST_CONFIDENCE, WINDOW, refine
from analysis.pose.blazepose.networks import Floats32
from analysis.pose.landmarks import Floats

SIDE_PX, CELLS = 256, 64
CELL_PX = SIDE_PX / CELLS
COLD, HOT = -10.0, 10.0


def refine_slowly(points: Floats, heat: Floats32) -> Floats:
    """RefineLandmarksFromHeatmapCalculator, step by step; like it, this does not check whether the point lies below the map."""
    refined = points.copy()
    for index, (x, y) in enumerate(points):
        column, row = math.trunc(x / CELL_PX), math.trunc(y / CELL_PX)
        if not (0 <= column < CELLS and row >= 0):
            continue
        total, most, by_column, by_row = 0.0, 0.0, 0.0, 0.0
        for r in range(max(0, row - WINDOW // 2), min(CELLS, row + WINDOW // 2 + 1)):
            for c in range(max(0, column - WINDOW // 2), min(CELLS, column + WINDOW // 2 + 1)):
                warmth = 1 / (1 + math.exp(-float(heat[r, c, index])))
                total, most = total + warmth, max(most, warmth)
                by_column, by_row = by_column + c * warmth, by_row + r * warmth
        if most >= LEAST_CONFIDENCE and total > 0:
            refined[index] = by_column / total * CELL_PX, by_row / total * CELL_PX
    return refined


def cold_maps(count: int = 1) -> Floats32:
    return np.full((CELLS, CELLS, count), COLD, np.float32)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-40, 300), st.floats(-40, 300)), min_size=1, max_size=6),
    st.integers(0, 2**32 - 1),
    st.floats(-8, 2),
)
def test_refining_all_at_once_equals_refining_cell_by_cell(places: list[tuple[float, float]], seed: int, warmth: float) -> None:
    heat = np.random.default_rng(seed).normal(warmth, 3, (CELLS, CELLS, len(places) + 1)).astype(np.float32)
    points = np.array(places)
    assert np.allclose(refine(points, heat, SIDE_PX), refine_slowly(points, heat), atol=1e-3)


def test_a_landmark_moves_to_the_one_warm_cell_near_it() -> None:
    heat = cold_maps()
    heat[31, 29, 0] = 40.0
    assert np.allclose(refine(np.array([[120.0, 120.0]]), heat, SIDE_PX), [[29 * CELL_PX, 31 * CELL_PX]], atol=0.2)


def test_a_landmark_far_from_any_heat_stays() -> None:
    heat = cold_maps()
    heat[50, 50, 0] = HOT
    assert refine(np.array([[120.0, 120.0]]), heat, SIDE_PX).tolist() == [[120.0, 120.0]]


@pytest.mark.parametrize("place", [(-5.0, 120.0), (120.0, -5.0), (256.0, 120.0), (1e9, -1e9)])
def test_a_landmark_outside_the_map_stays(place: tuple[float, float]) -> None:
    heat = np.full((CELLS, CELLS, 1), HOT, np.float32)
    assert refine(np.array([place]), heat, SIDE_PX).tolist() == [list(place)]


def test_each_landmark_has_a_map_of_its_own() -> None:
    heat = cold_maps(2)
    heat[20, 20, 0], heat[40, 40, 1] = 40.0, 40.0
    refined = refine(np.array([[82.0, 82.0], [158.0, 158.0]]), heat, SIDE_PX)
    assert np.allclose(refined, [[80, 80], [160, 160]], atol=0.2)

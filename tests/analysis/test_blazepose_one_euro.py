"""The filter that steadies the box from frame to frame."""

import itertools
import math

import numpy as np

from analysis.pose.blazepose.one_euro import LEAST_CUTOFF_HZ, SLOPE, SPEED_CUTOFF_HZ, STEP_S, OneEuro

SIZE = 200.0


def share(cutoff_hz: float) -> float:
    return 1 / (1 + 1 / (2 * math.pi * cutoff_hz * STEP_S))


def smooth_slowly(values: list[float]) -> list[float]:
    """The filter of Casiez et al. (2012) for one number, with speeds in object sizes per second."""
    smooth, speed, results = values[0], 0.0, [values[0]]
    for before, value in itertools.pairwise(values):
        speed += share(SPEED_CUTOFF_HZ) * ((value - before) / SIZE / STEP_S - speed)
        smooth += share(LEAST_CUTOFF_HZ + SLOPE * abs(speed)) * (value - smooth)
        results.append(smooth)
    return results


def test_many_points_at_once_are_smoothed_like_single_numbers() -> None:
    walks = np.cumsum(np.random.default_rng(3).normal(0, 5, (40, 2, 2)), axis=0) + 300
    box_filter = OneEuro()
    smoothed = np.array([box_filter.smooth(points, SIZE) for points in walks])
    for walk, smooth in zip(walks.reshape(40, 4).T, smoothed.reshape(40, 4).T, strict=True):
        assert np.allclose(smooth, smooth_slowly(walk.tolist()))


def test_jitter_is_removed_and_running_is_followed() -> None:
    still, moving = OneEuro(), OneEuro()
    jitter = np.array([300 + 1.0 * (-1) ** frame for frame in range(100)])
    running = 300 + 10.0 * np.arange(100)
    assert np.ptp([still.smooth(np.array([value]), SIZE) for value in jitter][50:]) < 0.5
    assert abs([moving.smooth(np.array([value]), SIZE) for value in running][-1] - running[-1]) < 10


def test_after_forgetting_the_first_point_is_taken_as_it_is() -> None:
    box_filter = OneEuro()
    box_filter.smooth(np.array([1.0]), SIZE)
    box_filter.forget()
    assert box_filter.smooth(np.array([500.0]), SIZE).tolist() == [500.0]

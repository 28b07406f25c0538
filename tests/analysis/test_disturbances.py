"""Given a run whose pictures are disturbed, then the legs are right again within two strides and doubt is shown until then."""

from functools import cache

import numpy as np
import pytest

from analysis.pose.landmarks import ANKLES, ELBOWS, HIPS, KNEES, Landmarks
from tests.support.disturbances import KINDS, SeenClip, disturbed_run
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner

FPS, SECONDS = 30, 9
NOISE_PX = 2.0
NEARER = 1.04
"""The near leg is seen larger than the far one by this factor, as by a camera 3 m away."""


@cache
def clip() -> SeenClip:
    """A runner with arms, whose near leg is nearer to the camera."""
    sticks, rng, views = StickRunner(far_extension_deg=16), np.random.default_rng(1), []
    runner = sticks.runner
    for index in range(SECONDS * FPS):
        pose = runner.pose(index / FPS)
        points = sticks.landmarks(pose).points_px
        for side, arm in (("right", pose.near_arm), ("left", pose.far_arm)):
            points[ELBOWS[side]] = sticks.px(arm.elbow)
        hip = points[HIPS["right"]]
        for joints in (KNEES, ANKLES):
            points[joints["right"]] = hip + NEARER * (points[joints["right"]] - hip)
        seen = [points + rng.normal(0, NOISE_PX, points.shape) for _ in range(2)]
        views.append((Landmarks(seen[0], np.ones(33), False), Landmarks(seen[1], np.ones(33), True)))
    return SeenClip(
        name="drawn",
        facing="right",
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        times_s=[index / FPS for index in range(SECONDS * FPS)],
        views=views,
        peaks_s={
            "near": np.array([t_s for t_s, _ in runner.near_peaks(0, SECONDS)]),
            "far": np.array([t_s for t_s, _ in runner.far_peaks(0, SECONDS)]),
        },
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_after_a_disturbance_the_legs_are_right_again_and_no_stride_misleads(kind: str, seed: int) -> None:
    run = disturbed_run(clip(), kind, seed)
    assert run.right_again
    assert not run.misleads

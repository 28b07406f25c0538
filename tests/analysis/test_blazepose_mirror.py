"""Given a mirrored image, then its landmarks are mapped back to where they are, on their own side of the body."""

import numpy as np
import pytest

from analysis.pose.blazepose import BlazePose
from analysis.pose.blazepose.region import mirrored_back
from analysis.pose.landmarks import ANKLES, COUNT, EARS, HEELS, HIPS, KNEES, NOSE, OTHER_SIDE, SHOULDERS, TOES
from tests.support.pose_frames import runner_frames


def test_every_point_has_its_counterpart() -> None:
    assert sorted(OTHER_SIDE) == list(range(COUNT))
    assert (OTHER_SIDE[OTHER_SIDE] == np.arange(COUNT)).all()
    assert OTHER_SIDE[NOSE] == NOSE
    for pair in (EARS, SHOULDERS, HIPS, KNEES, ANKLES, HEELS, TOES):
        assert OTHER_SIDE[pair["left"]] == pair["right"]


def test_mirroring_twice_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    points, visibility = rng.uniform(0, 256, (COUNT + 2, 2)), rng.random(COUNT)
    once = mirrored_back(points, visibility, 256)
    back, seen = mirrored_back(*once, 256)
    assert np.allclose(back, points)
    assert np.array_equal(seen, visibility)
    # The two points of the box have no side.
    assert np.allclose(once[0][COUNT:, 0], 256 - points[COUNT:, 0])


@pytest.mark.slow
def test_the_mirror_image_shows_the_same_runner() -> None:
    frames = list(runner_frames(2))
    plain, mirroring = BlazePose(), BlazePose(mirrors=True)
    for frame in frames:
        one, other = plain.estimate(frame), mirroring.estimate(frame)
        assert one is not None
        assert other is not None
        size_px = np.ptp(one.points_px[:, 1])
        joints = [*HIPS.values(), *KNEES.values(), *ANKLES.values(), *SHOULDERS.values()]
        assert np.median(np.hypot(*(one.points_px - other.points_px)[joints].T)) < 0.03 * size_px
        plain.look_at(mirroring.region)

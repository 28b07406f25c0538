"""Given a picture looked at in a mirror, then its points come back where they are, on their own side of the body."""

import numpy as np

from analysis.blazepose import BlazePose
from analysis.blazepose.mirror import OTHER_SIDE, mirrored_back
from analysis.landmarks import ANKLES, COUNT, EARS, HEELS, HIPS, KNEES, NOSE, SHOULDERS, TOES
from bench.pose_backends import runner_frames


def test_every_point_has_its_counterpart() -> None:
    assert sorted(OTHER_SIDE) == list(range(COUNT))
    assert (OTHER_SIDE[OTHER_SIDE] == np.arange(COUNT)).all()
    assert OTHER_SIDE[NOSE] == NOSE
    for pair in (EARS, SHOULDERS, HIPS, KNEES, ANKLES, HEELS, TOES):
        assert OTHER_SIDE[pair["left"]] == pair["right"]


def test_twice_mirrored_is_as_it_was() -> None:
    rng = np.random.default_rng(1)
    points, visibility = rng.uniform(0, 256, (COUNT + 2, 2)), rng.random(COUNT)
    once = mirrored_back(points, visibility, 256)
    back, seen = mirrored_back(*once, 256)
    assert np.allclose(back, points)
    assert np.array_equal(seen, visibility)
    # The two points of the box have no side.
    assert np.allclose(once[0][COUNT:, 0], 256 - points[COUNT:, 0])


def test_a_mirrored_look_finds_the_same_runner() -> None:
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

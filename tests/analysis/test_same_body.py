"""Given somebody who passes between camera and runner, then they are detected, and so is the runner's return."""

from collections.abc import Callable

import numpy as np
import pytest

from analysis.measures.angles import RunnerFrame
from analysis.measures.leg_angles import body_angles
from analysis.pose.landmarks import ELBOWS, Floats, Landmarks
from analysis.runner.same_body import PATIENCE_S, BodySeen, BodyWatch
from tests.support.stick_runner import StickRunner

FPS = 30
NOISE_PX = 2.0


def seen(change: Callable[[float, Floats], Floats], seconds: float) -> list[tuple[float, BodySeen]]:
    """The watch's results for a measured runner whose points are changed like this."""
    sticks, watch, rng, found = StickRunner(), BodyWatch(), np.random.default_rng(1), []
    for index in range(round(seconds * FPS)):
        t_s = index / FPS
        pose = sticks.runner.pose(t_s)
        points = sticks.landmarks(pose).points_px
        for side, arm in (("right", pose.near_arm), ("left", pose.far_arm)):
            points[ELBOWS[side]] = sticks.px(arm.elbow)
        points = change(t_s, points)
        body = Landmarks(points + rng.normal(0, NOISE_PX, points.shape), np.ones(33))
        found.append((t_s, watch.update(t_s, body_angles(body, RunnerFrame("right")), learns=True)))
    return found


def scaled(points: Floats, size: float) -> Floats:
    return np.asarray((points - points[0]) * size + points[0])


def moved(points: Floats, right_px: float) -> Floats:
    return np.asarray(points + np.array([right_px, 0.0]))


def test_a_runner_who_drifts_on_the_belt_stays_the_same() -> None:
    drifting = seen(lambda t_s, points: moved(points, 40 * np.sin(t_s)), 8)
    assert {who for _, who in drifting} == {BodySeen.SAME}


def test_one_misplaced_joint_makes_nobody_else() -> None:
    def misplaced(t_s: float, points: Floats) -> Floats:
        points[25] += (300, 0) if round(t_s * FPS) % 20 == 0 else (0, 0)
        return points

    assert {who for _, who in seen(misplaced, 8)} == {BodySeen.SAME}


@pytest.mark.parametrize("size", [0.8, 1.3])
def test_somebody_of_another_size_is_noticed_within_a_fifth_of_a_second_and_so_is_the_runner(size: float) -> None:
    passing = seen(lambda t_s, points: scaled(points, size) if 3 <= t_s < 3.8 else points, 6)
    assert {who for t_s, who in passing if 3.2 <= t_s < 3.8} == {BodySeen.OTHER}
    assert {who for t_s, who in passing if not 3 <= t_s < 4.0} == {BodySeen.SAME}


def test_somebody_who_stays_is_followed() -> None:
    staying = seen(lambda t_s, points: scaled(points, 0.8) if t_s >= 3 else points, 8)
    replaced_s = [t_s for t_s, who in staying if who is BodySeen.REPLACED]
    assert len(replaced_s) == 1
    assert 3 + PATIENCE_S < replaced_s[0] < 3.3 + PATIENCE_S
    assert {who for t_s, who in staying if t_s > replaced_s[0]} == {BodySeen.SAME}

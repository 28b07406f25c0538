"""Quiet standing gives a zero that does not depend on a few of its frames."""

import numpy as np
import pytest

from analysis.measures.angles import RunnerFrame
from analysis.measures.leg_angles import StandingAngles, body_angles
from analysis.pose.landmarks import ANKLES, HEELS, HIPS, KNEES, TOES, Landmarks
from analysis.runner.standing import StandingWatch
from tests.support.stick_runner import StickRunner

FPS = 30.0
HIDDEN_LEG_DEG = 2.0
"""In standing the pose model believes the far leg to be so far ahead of the near one."""


def leaning(landmarks: Landmarks, leg: str, by_deg: float) -> Landmarks:
    """One leg turned forward about its hip, of a runner who faces right."""
    points = landmarks.points_px.copy()
    turn = np.radians(-by_deg)
    rotation = np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    for table in (KNEES, ANKLES, HEELS, TOES):
        points[table[leg]] = points[HIPS[leg]] + rotation @ (points[table[leg]] - points[HIPS[leg]])
    return Landmarks(points, landmarks.visibility, landmarks.mirrored)


def zero(steps_off_for_frames: int = 0, swapped_frames: int = 0) -> StandingAngles:
    """Two seconds of standing, at the end of which the near leg begins to move."""
    runner, watch = StickRunner(stand_s=10.0), StandingWatch()
    frames = round(2.0 * FPS)
    found = None
    for index in range(frames + 1):
        t_s = index / FPS
        own = runner.landmarks(runner.runner.pose(t_s))
        near, far = ("left", "right") if index < swapped_frames else ("right", "left")
        seen = leaning(leaning(own, far, HIDDEN_LEG_DEG), near, 2.5 if index > frames - steps_off_for_frames else 0.0)
        found = watch.update(t_s, body_angles(seen, RunnerFrame("right", 0.0))) or found
    assert found is not None
    return found


@pytest.mark.parametrize("frames", [0, 3, 8, 14])
def test_the_zero_is_the_mean_of_both_legs_even_if_some_frames_show_the_first_step(frames: int) -> None:
    assert zero(frames).thigh_deg == pytest.approx(HIDDEN_LEG_DEG / 2, abs=0.1)


def test_it_does_not_depend_on_which_leg_is_labelled_near() -> None:
    assert zero(swapped_frames=25).thigh_deg == pytest.approx(zero().thigh_deg, abs=1e-6)

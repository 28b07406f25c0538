"""Given points in the image, then the angles have the signs of docs/measures.md, for either facing and any camera roll."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures.angles import ANGLES, RunnerFrame, angle_deg
from analysis.measures.leg_angles import body_angles
from analysis.pose.landmarks import Floats
from tests.support.stick_runner import StickRunner
from wire.messages import Facing

FACINGS = st.sampled_from(["right", "left"])


def point(x: float, y: float) -> Floats:
    return np.array([x, y], dtype=np.float64)


def test_a_thigh_in_front_is_positive_and_behind_negative_whichever_way_the_runner_faces() -> None:
    in_picture_right = {"hip": point(100, 100), "knee": point(150, 100 + 50 * np.sqrt(3))}
    assert angle_deg("thigh", in_picture_right, RunnerFrame("right")) == pytest.approx(30)
    assert angle_deg("thigh", in_picture_right, RunnerFrame("left")) == pytest.approx(-30)


def test_a_bent_knee_is_positive_and_a_straight_one_zero() -> None:
    leg = {"hip": point(0, 0), "knee": point(0, 100), "ankle": point(0, 200)}
    assert angle_deg("knee", leg, RunnerFrame("right")) == pytest.approx(0)
    heel_behind = {**leg, "ankle": point(-100, 100)}
    assert angle_deg("knee", heel_behind, RunnerFrame("right")) == pytest.approx(90)


def test_a_foot_at_a_right_angle_is_zero_and_toes_up_is_dorsiflexion() -> None:
    standing = {"knee": point(0, 0), "ankle": point(0, 100), "heel": point(-10, 110), "toe": point(50, 110)}
    assert angle_deg("ankle", standing, RunnerFrame("right")) == pytest.approx(0)
    assert angle_deg("ankle", {**standing, "toe": point(50, 100)}, RunnerFrame("right")) > 5


def test_leaning_forward_is_positive() -> None:
    leaning = {"shoulder": point(120, 0), "mid_hip": point(100, 100)}
    assert angle_deg("trunk_lean", leaning, RunnerFrame("right")) == pytest.approx(np.degrees(np.arctan(0.2)))


@given(facing=FACINGS, t_s=st.floats(0, 5), roll_deg=st.floats(-20, 20), extension_deg=st.floats(5, 30))
def test_the_true_angles_of_a_runner_are_recovered(facing: Facing, t_s: float, roll_deg: float, extension_deg: float) -> None:
    sticks = StickRunner(facing=facing, roll_deg=roll_deg, extension_deg=extension_deg)
    pose = sticks.runner.pose(t_s)
    body = body_angles(sticks.landmarks(pose), RunnerFrame(facing, roll_deg))
    for measured, true in zip(body.legs, (pose.near_leg, pose.far_leg), strict=True):
        assert measured.thigh_deg == pytest.approx(true.thigh_deg, abs=1e-6)
        assert measured.knee_deg == pytest.approx(true.knee_flexion_deg, abs=1e-6)
    # The rotation of the shoulders moves their midpoint a little.
    assert body.trunk_lean_deg == pytest.approx(pose.trunk_lean_deg, abs=2)


@given(st.sampled_from(sorted(ANGLES)), st.lists(st.floats(-1e4, 1e4), min_size=14, max_size=14), FACINGS)
def test_any_points_give_an_angle_between_minus_and_plus_180_degrees(name: str, numbers: list[float], facing: Facing) -> None:
    names = ("hip", "knee", "ankle", "heel", "toe", "shoulder", "mid_hip")
    points = {n: point(numbers[2 * i], numbers[2 * i + 1]) for i, n in enumerate(names)}
    assert -180 <= angle_deg(name, points, RunnerFrame(facing)) <= 180

"""When and how the screen shows the means of the left and the right leg."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from config.left_minus_right import MIN_STRIDES, T_95
from feedback.display.paint.number_row import cells
from feedback.display.state.sides import MAX_UNCERTAINTY_DEG, Sides, compare
from feedback.display.state.view import Board

STEADY = [17.0, 17.5, 18.0, 17.5, 17.0, 18.0]


def test_two_steady_legs_are_shown() -> None:
    sides = compare(STEADY, [value - 2 for value in STEADY])
    assert sides.near is not None
    assert sides.far_less_near == -2.0


def test_too_few_strides_give_no_mean() -> None:
    assert compare(STEADY[: MIN_STRIDES - 1], STEADY) == Sides()
    assert compare(STEADY, STEADY[: MIN_STRIDES - 1]).far is None


def test_an_unsteady_far_leg_is_not_shown_and_the_near_one_is() -> None:
    sides = compare(STEADY, [5.0, 25.0] * 3)
    assert (sides.near, sides.far) == (17.5, None)


def test_only_the_last_strides_count() -> None:
    assert compare([90.0] * 50 + [17.0] * 10, [0.0] * 50 + [15.0] * 10).far_less_near == -2.0


@given(st.lists(st.floats(-60, 60), min_size=5, max_size=10), st.lists(st.floats(-60, 60), min_size=5, max_size=10))
def test_the_strides_of_a_far_leg_that_is_shown_are_steady_enough(near: list[float], far: list[float]) -> None:
    if compare(near, far).far is None:
        return
    errors = 0.0
    for values in (near, far):
        mean = math.fsum(values) / len(values)
        errors += math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
    assert T_95 * math.sqrt(errors) < MAX_UNCERTAINTY_DEG + 1e-6


def test_the_interval_is_students_of_the_fewest_strides_that_are_compared() -> None:
    assert stdtrit(2 * MIN_STRIDES - 2, 0.975) == pytest.approx(T_95, abs=5e-4)


@pytest.mark.parametrize("far_deg", [15.6, 18.4, 8.0])
def test_no_difference_is_shown_and_the_far_leg_is_approximate(far_deg: float) -> None:
    board = Board(near_label="Right", far_label="Left", sides=Sides(18.0, far_deg))
    assert cells(board)[2:] == (("Right", "18°"), ("Left", f"~{far_deg:.0f}°"))


def test_an_unsteady_far_leg_has_no_number() -> None:
    assert cells(Board(sides=Sides(18.0)))[2:] == (("Near", "18°"), ("Far", "–"))


def test_the_incline_is_shown_with_the_belt_speed() -> None:
    assert cells(Board(belt_kmh=10.8, incline_pct=2.0))[1] == ("Belt, 2 %", "10.8")
    assert cells(Board(belt_kmh=10.8, incline_pct=0.0))[1] == ("Belt, km/h", "10.8")
    assert cells(Board())[1] == ("Belt, km/h", "–")

"""Given strides of both legs, when left and right are compared on the screen."""

import math

from hypothesis import given
from hypothesis import strategies as st

from feedback.display.facts import cells
from feedback.display.sides import LEAST_STRIDES, MOST_UNCERTAINTY_DEG, T_95, Sides, compare
from feedback.display.view import Board

STEADY = [17.0, 17.5, 18.0, 17.5, 17.0, 18.0]


def test_two_steady_legs_are_compared() -> None:
    sides = compare(STEADY, [value - 2 for value in STEADY])
    assert sides.near is not None
    assert sides.far_less_near == -2.0


def test_few_strides_say_nothing() -> None:
    assert compare(STEADY[: LEAST_STRIDES - 1], STEADY) == Sides()
    assert compare(STEADY, STEADY[: LEAST_STRIDES - 1]).far is None


def test_a_far_leg_that_jumps_about_is_not_shown_and_the_near_one_stays() -> None:
    sides = compare(STEADY, [5.0, 25.0] * 3)
    assert (sides.near, sides.far) == (17.5, None)


def test_only_the_last_strides_count() -> None:
    assert compare([90.0] * 50 + [17.0] * 10, [0.0] * 50 + [15.0] * 10).far_less_near == -2.0


@given(st.lists(st.floats(-60, 60), min_size=5, max_size=10), st.lists(st.floats(-60, 60), min_size=5, max_size=10))
def test_a_shown_difference_is_certain_enough(near: list[float], far: list[float]) -> None:
    if compare(near, far).far is None:
        return
    errors = 0.0
    for values in (near, far):
        mean = math.fsum(values) / len(values)
        errors += math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
    assert T_95 * math.sqrt(errors) < MOST_UNCERTAINTY_DEG + 1e-6


def test_the_difference_is_worded_with_the_far_leg() -> None:
    names = [name for name, _ in cells(Board(near_label="Right", far_label="Left", sides=Sides(18.0, 15.6)))]
    assert names[2:] == ["Right", "Left, 2° less"]
    names = [name for name, _ in cells(Board(sides=Sides(18.0, 18.4)))]
    assert names[2:] == ["Near", "Far"]


def test_a_belt_on_an_incline_says_so() -> None:
    assert cells(Board(belt_kmh=10.8, incline_pct=2.0))[1] == ("Belt, 2 %", "10.8")
    assert cells(Board(belt_kmh=10.8, incline_pct=0.0))[1] == ("Belt, km/h", "10.8")
    assert cells(Board())[1] == ("Belt, km/h", "–")

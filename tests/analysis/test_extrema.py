"""Given samples of a curve around its turn, then the extremum is the curve's own, wherever the samples lie."""

import numpy as np
import pytest

from analysis.gait.extrema import Extremum, highest, lowest
from analysis.pose.landmarks import Floats

TURN_S, VALUE, BEND = 0.2137, 3.0, 500.0


def times_s(fps: float) -> Floats:
    return np.arange(0.0, 0.4, 1 / fps)


def curve(t_s: Floats) -> Floats:
    return np.asarray(VALUE + BEND * (t_s - TURN_S) ** 2, dtype=np.float64)


def found(t_s: Floats, values: Floats) -> Extremum:
    extremum = lowest(list(t_s), list(values))
    assert extremum is not None
    return extremum


@pytest.mark.parametrize("fps", [18.0, 30.0, 60.0, 240.0])
def test_it_lies_between_the_samples(fps: float) -> None:
    t_s = times_s(fps)
    lowest_one, highest_one = found(t_s, curve(t_s)), highest(list(t_s), list(-curve(t_s)))
    assert highest_one is not None
    for one, sign in ((lowest_one, 1.0), (highest_one, -1.0)):
        assert (one.t_s, one.value, one.bend) == pytest.approx((TURN_S, sign * VALUE, sign * BEND))
        assert one.at(TURN_S + 0.01) == pytest.approx(sign * (VALUE + BEND * 0.01**2))


def test_only_samples_near_the_turn_count_where_there_are_enough() -> None:
    t_s = times_s(240.0)
    spoilt = np.where(np.abs(t_s - TURN_S) > 0.07, 50.0, curve(t_s))
    assert found(t_s, spoilt).value == pytest.approx(VALUE)


@pytest.mark.parametrize(
    ("t_s", "values"),
    [
        ((0.18, 0.2, 0.22), (1.0, 0.0, 1.0)),
        ((0.0, 0.02, 0.04, 0.06, 0.08), (169.0, 121.0, 81.0, 49.0, 25.0)),
        ((0.0, 0.02, 0.04, 0.06, 0.08), (25.0, 49.0, 81.0, 121.0, 169.0)),
        ((0.0, 0.02, 0.04, 0.06, 0.08), (0.0, 2.0, 2.5, 2.0, 0.0)),
    ],
    ids=["too few samples", "it turns after them", "it turns before them", "it turns the other way"],
)
def test_without_a_turn_among_the_samples_there_is_none(t_s: tuple[float, ...], values: tuple[float, ...]) -> None:
    assert lowest(t_s, values) is None

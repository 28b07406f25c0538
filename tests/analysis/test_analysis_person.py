"""Given several people or a badly framed one, then the runner is measured, or the reason why not is named."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.pose.landmarks import SHOULDERS, Landmarks
from analysis.runner.framing import FramingWatch
from analysis.runner.person_search import STANDS_S, TRY_S, PersonSearch
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.faults import SampleState


def judged(change: float = 1.0, shift_px: float = 0.0, shoulders_px: float = 0.0) -> str | None:
    """The framing of a runner scaled by `change`, moved down, and with shoulders this much wider."""
    sticks, watch, state = StickRunner(), FramingWatch(), None
    for t_s in np.arange(0, 3, 1 / 30):
        seen = sticks.landmarks(sticks.runner.pose(t_s))
        points = seen.points_px * change + (0, shift_px)
        points[SHOULDERS["right"], 0] += shoulders_px
        state = watch.update(t_s, Landmarks(points, seen.visibility), WIDTH_PX, HEIGHT_PX)
    return state


def test_a_whole_runner_from_the_side_is_well_framed() -> None:
    assert judged() is None


def test_feet_below_the_image_are_refused() -> None:
    assert judged(shift_px=0.12 * HEIGHT_PX) == SampleState.PARTLY_OUT


def test_a_runner_seen_from_the_front_is_refused() -> None:
    assert judged(shoulders_px=120) == SampleState.OBLIQUE


def test_a_runner_far_away_is_refused() -> None:
    assert judged(change=0.2) == SampleState.TOO_SMALL


def test_while_somebody_is_measured_nobody_else_is_tried() -> None:
    search = PersonSearch()
    assert not any(search.update(t_s, SampleState.MEASURING) for t_s in np.arange(0, 60, 1 / 30))


def test_while_the_person_followed_does_not_run_the_others_are_tried_in_turn() -> None:
    search = PersonSearch()
    tried_s = [t_s for t_s in np.arange(0, 10, 1 / 30) if search.update(t_s, SampleState.NOT_RUNNING)]
    assert len(tried_s) == 4
    assert (np.diff(tried_s) >= STANDS_S - 1e-9).all()


def test_a_person_who_cannot_be_measured_is_left_sooner_than_one_who_may_stand_to_calibrate() -> None:
    search = PersonSearch()
    tried_s = [t_s for t_s in np.arange(0, 5, 1 / 30) if search.update(t_s, SampleState.PARTLY_OUT)]
    assert len(tried_s) == 4
    assert (np.diff(tried_s) >= TRY_S - 1e-9).all()


def test_a_runner_who_starts_in_time_is_kept() -> None:
    search = PersonSearch()
    states = [SampleState.STARTING] * 30 + [SampleState.MEASURING] * 60 + [SampleState.STARTING] * 30
    assert not any(search.update(i / 30, state) for i, state in enumerate(states))


@given(st.lists(st.tuples(st.floats(0, 1e4), st.sampled_from(SampleState))))
def test_nobody_else_is_tried_while_one_is_measured_nor_before_the_last_one_had_enough_time(
    frames: list[tuple[float, SampleState]],
) -> None:
    search = PersonSearch()
    before_s = tried_s = -math.inf
    for t_s, state in frames:
        if t_s < before_s:  # another recording
            tried_s = -math.inf
        if search.update(t_s, state):
            assert state not in (SampleState.MEASURING, SampleState.NO_PERSON)
            assert t_s - tried_s >= TRY_S
            tried_s = t_s
        before_s = t_s

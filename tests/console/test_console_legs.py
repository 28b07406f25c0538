"""With two cameras the lane's page shows either leg as its own camera measures it, and their difference."""

import pytest
from msgspec import structs

from console.lane.lane_legs import SHOWN_S
from console.lane.lane_state import LaneState
from tests.support.two_sided_runner import PHASE, stride_by, strides_by_both
from wire.clock import s_to_ns

NOW_NS = s_to_ns(100)


def running(strides: int = 6, zero_deg: float | None = 1.0) -> LaneState:
    state = LaneState()
    state.handle_phase(PHASE, NOW_NS)
    for one in strides_by_both(strides, 18.0, 12.5, zero_deg):
        state.handle_stride(one, NOW_NS)
    return state


def test_each_leg_is_its_own_cameras_against_its_own_band() -> None:
    legs = running().state(NOW_NS)["legs"]
    assert (legs["left"]["value"], legs["left"]["band"], legs["left"]["verdict"]) == (12.5, [13.0, 17.0], "below")
    assert (legs["right"]["value"], legs["right"]["band"], legs["right"]["verdict"]) == (18.0, [16.0, 20.0], "in")


def test_the_difference_comes_with_its_uncertainty() -> None:
    found = running().state(NOW_NS)["legs"]["difference"]
    assert found["value"] == -5.5
    assert 0.6 < found["ci95"] < 1.5


@pytest.mark.parametrize(("strides", "zero_deg"), [(3, 1.0), (6, None)])
def test_of_few_strides_or_without_zeros_it_is_not_stated(strides: int, zero_deg: float | None) -> None:
    assert running(strides, zero_deg).state(NOW_NS)["legs"]["difference"] is None


def test_each_leg_has_its_strides_and_baseline_for_the_chart() -> None:
    strides = [one for one in running().since(0)["strides"] if one["leg"] == "near"]
    assert {(one["side"], one["value"], *one["band"]) for one in strides} == {
        ("left", 12.5, 13.0, 17.0),
        ("right", 18.0, 16.0, 20.0),
    }
    legs = running().state(NOW_NS)["legs"]
    assert (legs["left"]["baseline"], legs["right"]["baseline"]) == (12.0, 15.0)


def test_a_far_leg_of_the_second_camera_is_not_sent() -> None:
    far = [one for one in running().since(0)["strides"] if one["leg"] == "far"]
    assert {(one["side"], one["band"]) for one in far} == {("left", None)}


def test_a_leg_whose_camera_is_lost_has_no_number_and_the_other_one_keeps_its_own() -> None:
    state = running()
    later_ns = NOW_NS + s_to_ns(SHOWN_S) + 1
    state.handle_stride(stride_by("main", 18.0, 9), later_ns)
    legs = state.state(later_ns)["legs"]
    assert (legs["left"]["value"], legs["right"]["value"]) == (None, 18.0)


def test_a_badly_seen_stride_is_not_judged() -> None:
    state = running()
    state.handle_stride(structs.replace(stride_by("other_side", 15.0), quality=0.2), NOW_NS)
    assert state.state(NOW_NS)["legs"]["left"]["verdict"] == "unsure"


def test_with_one_camera_there_are_no_two_legs() -> None:
    state = LaneState()
    state.handle_phase(structs.replace(PHASE, sides={}), NOW_NS)
    state.handle_stride(stride_by("main", 18.0), NOW_NS)
    assert state.state(NOW_NS)["legs"] is None


def test_the_next_runner_begins_without_numbers() -> None:
    state = running()
    state.handle_phase(structs.replace(PHASE, name="idle"), NOW_NS)
    assert state.state(NOW_NS)["legs"]["left"]["value"] is None

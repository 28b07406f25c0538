"""Given coaches who tap before the lane has shown what they asked for, each wish counts once, and steps add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sections.capture import LOWEST_TYPED_PCT, STEEPEST_TYPED_PCT
from console.lane.asked import SHOWN_WITHIN_S, Asked
from console.lane.lane import Lane
from tests.support.console_lane import ConsoleLane
from wire.clock import s_to_ns
from wire.messages import Command, Phase

LATER_NS = s_to_ns(SHOWN_WITHIN_S)
DRILL = Phase("drill", "hip_extension", None, None, None, paused=False, muted=False)


def test_a_second_tap_on_what_a_page_still_shows_is_the_first_once_more() -> None:
    asked = Asked()
    assert asked.is_due("pause", False, False, 0)
    assert not asked.is_due("pause", False, False, LATER_NS - 1)
    assert asked.is_due("mute", False, False, 1)
    assert asked.is_due("pause", True, True, 2)  # it was paused meanwhile, and is to go on
    assert asked.is_due("pause", False, False, 3)


def test_a_lane_that_has_not_done_it_is_asked_again() -> None:
    asked = Asked()
    assert asked.is_due("next_phase", "stand", "stand", 0)
    assert asked.is_due("next_phase", "stand", "stand", LATER_NS)


@pytest.mark.parametrize(
    ("seen", "present", "due"), [("drill", "drill", True), ("warm_up", "drill", False), ("drill", None, True)]
)
def test_what_the_lane_has_done_already_is_not_asked(seen: str, present: str | None, due: bool) -> None:
    assert Asked().is_due("next_phase", seen, present, 0) is due


@given(st.lists(st.sampled_from([-0.5, 0.5, 5.0, -5.0]), min_size=1, max_size=40))
def test_steps_of_the_incline_add_up_within_what_treadmills_have(steps_pct: list[float]) -> None:
    lane = Lane("lane")
    expected_pct = 0.0
    for step_pct in steps_pct:
        lane.step_incline(step_pct, 0)
        expected_pct = min(STEEPEST_TYPED_PCT, max(LOWEST_TYPED_PCT, expected_pct + step_pct))
    assert lane._commands[-1] == Command("belt", incline_pct=expected_pct)


def test_a_step_counts_from_what_was_entered_and_later_from_what_the_belt_reports() -> None:
    lane = Lane("lane")
    lane.set_belt(None, 4.0, 0)
    lane.step_incline(0.5, 1)
    lane.step_incline(0.5, 1 + LATER_NS)
    assert [command.incline_pct for command in lane._commands] == [4.0, 4.5, 0.5]


def test_two_coaches_pages_send_one_command(lane: ConsoleLane) -> None:
    coaches = [lane.browser("coach", name) for name in ("one", "another")]
    lane.stopped_ns = lane.now_ns()
    lane.until(lambda: lane.process.lane.read(lambda state: state.phase) == DRILL, "the phase is received", DRILL)
    for message in ({"name": "next_phase", "seen": "drill"}, {"name": "next_phase", "seen": "warm_up"}, {"name": "mute"}):
        for coach in coaches:
            assert coach.post("/api/command", message).status == 200
    received: list[str] = []

    def all_came() -> bool:
        received.extend(one.name for one in lane.commands.take_all())
        return received.count("mute") == 2

    lane.until(all_came, "they come")
    assert received == ["next_phase", "mute", "mute"]


@pytest.mark.parametrize("step_pct", [1e308, -6])
def test_no_treadmill_has_such_a_step(lane: ConsoleLane, step_pct: float) -> None:
    answer = lane.browser("coach").post("/api/command", {"name": "belt", "incline_step_pct": step_pct})
    assert (answer.status, answer.json["mistake"]) == (400, "A step of the incline is at most 5 %.")

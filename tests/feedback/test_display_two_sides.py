"""With two cameras the screen shows both legs, each against its own band, and their difference once it is certain enough."""

from typing import Any

import pytest
from msgspec import structs

from config.left_minus_right import left_minus_right
from config.settings import Settings
from feedback.display.paint.number_row import cells
from feedback.display.state.screen import VALUE_KEPT_S, Screen
from feedback.display.state.view import LEG_STRIDES, Board, LegNumber
from feedback.display.terminal import stride_line
from tests.support.healths import CAMERA_SILENT, health
from tests.support.message_examples import sample
from tests.support.two_sided_runner import LEFT, PHASE, RIGHT, stride_by, strides_by_both
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import SampleState
from wire.topics import CAPTURE_2

NOW_NS = s_to_ns(100)


def running(
    strides: int = 6, right_deg: float = 18.0, left_deg: float = 14.0, zero_deg: float | None = 1.0, far_legs: bool = True
) -> Screen:
    screen = Screen(Settings())
    screen.handle(PHASE, NOW_NS)
    screen.handle(sample(at_s=100.0), NOW_NS)
    screen.handle(structs.replace(sample(at_s=100.0), camera="other_side", facing="left"), NOW_NS)
    for one in strides_by_both(strides, right_deg, left_deg, zero_deg):
        if far_legs or one.leg == "near":
            screen.handle(one, NOW_NS)
    return screen


def board(screen: Screen, later_s: float = 0.0) -> Board:
    screen.view(NOW_NS)
    return screen.view(NOW_NS + ms_to_ns(600) + s_to_ns(later_s)).board


def legs(screen: Screen, later_s: float = 0.0) -> tuple[LegNumber, LegNumber]:
    left, right = board(screen, later_s).legs
    return left, right


def test_left_is_on_the_left_and_each_leg_has_its_band_and_verdict() -> None:
    left, right = legs(running(right_deg=15.0))
    assert (left.label, left.value, left.band, left.verdict) == ("Left", 14.0, LEFT, "in")
    assert (right.label, right.value, right.band, right.verdict) == ("Right", 15.0, RIGHT, "below")


def test_each_leg_has_its_own_bars() -> None:
    left, right = legs(running(strides=LEG_STRIDES + 3))
    assert [bar.value for bar in left.bars] == [14.0] * LEG_STRIDES
    assert [bar.value for bar in right.bars] == [18.0] * LEG_STRIDES


def test_the_difference_is_shown_with_its_uncertainty() -> None:
    shown = board(running())
    assert shown.difference is not None
    assert shown.difference.difference == pytest.approx(-4.0)
    assert 0.5 < shown.difference.ci95 < 1.5
    assert cells(shown)[2] == ("Left − right", "−4.0°")


@pytest.mark.parametrize("changes", [{"strides": 3}, {"zero_deg": None}])
def test_it_is_not_shown_of_few_strides_or_without_zeros(changes: dict[str, Any]) -> None:
    shown = board(running(**changes))
    assert shown.difference is None
    assert cells(shown)[2:] == (("Left − right", "–"), ("± (95 %)", "–"))


def test_scattered_strides_leave_it_unstated() -> None:
    assert left_minus_right([5.0, 25.0] * 4, [5.0, 25.0] * 4) is None


def test_the_other_legs_number_disappears_when_its_camera_is_lost_and_the_first_one_stays() -> None:
    screen = running()
    screen.handle(stride_by("main", 18.0, 9), NOW_NS + s_to_ns(VALUE_KEPT_S))
    left, right = legs(screen, VALUE_KEPT_S)
    assert (left.value, right.value) == (None, 18.0)


def test_a_lost_camera_on_the_other_side_is_a_note_and_the_runner_is_not_interrupted() -> None:
    screen = running()
    screen.handle(health(CAPTURE_2, "degraded", structs.replace(CAMERA_SILENT, process=CAPTURE_2)), NOW_NS)
    shown = board(screen)
    assert shown.message is None
    assert [note.text for note in shown.notes if note.fault] == ["Other side: Camera 0 has sent no picture for 2 s"]


def test_why_the_other_camera_measures_nothing_is_a_note() -> None:
    screen = running()
    lost = structs.replace(sample(at_s=100.0), camera="other_side", state=SampleState.PARTLY_OUT)
    screen.handle(lost, NOW_NS)
    assert "Other side: The camera must see you from head to toe." in [note.text for note in board(screen).notes]


def test_while_the_number_is_withheld_neither_leg_is_shown() -> None:
    screen = running()
    screen.handle(structs.replace(PHASE, name="retention", hide_value=True), NOW_NS)
    shown = board(screen)
    assert [leg.value for leg in shown.legs] == [None, None]
    assert shown.difference is None


def test_with_one_camera_there_is_one_number() -> None:
    screen = Screen(Settings())
    screen.handle(structs.replace(PHASE, sides={}), NOW_NS)
    screen.handle(stride_by("main", 18.0), NOW_NS)
    assert board(screen).legs == ()
    assert board(screen).difference is None


def test_the_terminal_names_the_side() -> None:
    assert stride_line(stride_by("other_side", 14.0), "hip_extension", "in", LEFT, "left").startswith(
        "stride 1     left   14.0°"
    )


def test_without_far_legs_calibrated_cameras_are_more_certain() -> None:
    plain, rough, exact = (running(far_legs=False) for _ in range(3))
    rough.handle(structs.replace(PHASE, calibration_sd_deg=0.6), NOW_NS)
    exact.handle(structs.replace(PHASE, calibration_sd_deg=0.2), NOW_NS)
    shown = [board(screen).difference for screen in (plain, rough, exact)]
    uncertainties = [one.ci95 for one in shown if one is not None]
    assert len(uncertainties) == 3
    assert uncertainties == sorted(set(uncertainties), reverse=True)

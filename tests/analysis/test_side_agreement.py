"""Two cameras that take a leg's push-offs for the other leg's halve the quality of their strides, until they agree again."""

import msgspec
import pytest

from analysis.side_agreement import SideAgreement
from tests.support.message_examples import stride
from wire.messages import LegName, Side, Stride, opposite

STRIDE_S = 0.7


def step(side: Side, number: int, late_s: float = 0.0, leg: LegName = "near") -> Stride:
    """The runner's left leg pushes off half a stride after the right one."""
    at_s = 10 + number * STRIDE_S + (STRIDE_S / 2 if side == "left" else 0.0) + late_s
    return msgspec.structs.replace(stride(number, at_s, leg=leg, quality=0.9), side=side, stride_time_s=STRIDE_S)


def run(agreement: SideAgreement, numbers: range, confused: bool = False, late_s: float = 0.0) -> list[float]:
    """Strides of both legs by the other camera, and of the right leg by this one: the quality of the latter."""
    qualities = []
    for number in numbers:
        for side in ("right", "left"):
            seen = step(side, number, late_s, "near" if side == "left" else "far")
            named: Side = opposite(side) if confused else side
            agreement.add_other(msgspec.structs.replace(seen, side=named))
        qualities.append(agreement.weighed(step("right", number)).quality)
    return qualities


@pytest.mark.parametrize("late_s", [0.0, 0.1, -0.1])
def test_cameras_that_agree_change_nothing_even_if_one_is_late(late_s: float) -> None:
    assert run(SideAgreement(), range(10), late_s=late_s) == [0.9] * 10


def test_while_they_contradict_each_other_the_quality_is_halved() -> None:
    agreement = SideAgreement()
    assert run(agreement, range(8), confused=True) == [0.9, 0.9, *[0.45] * 6]
    assert agreement.disagrees


def test_it_is_whole_again_once_they_agree() -> None:
    agreement = SideAgreement()
    run(agreement, range(6), confused=True)
    assert run(agreement, range(6, 16))[-1] == 0.9
    assert not agreement.disagrees


def test_one_confused_stride_is_no_contradiction() -> None:
    agreement = SideAgreement()
    run(agreement, range(5))
    assert run(agreement, range(5, 6), confused=True) == [0.9]


def test_a_camera_that_has_seen_nothing_for_a_while_contradicts_nobody() -> None:
    agreement = SideAgreement()
    run(agreement, range(6), confused=True)
    later = msgspec.structs.replace(step("right", 40))
    assert agreement.weighed(later).quality == 0.9


def same_side(agreement: SideAgreement, numbers: range) -> list[float]:
    """The right leg near for both cameras: the quality of its strides by this one."""
    qualities = []
    for number in numbers:
        agreement.add_other(step("right", number))
        qualities.append(agreement.weighed(step("right", number)).quality)
    return qualities


def test_cameras_on_one_side_are_noticed_and_none_of_their_strides_counts_in_full() -> None:
    agreement = SideAgreement()
    assert same_side(agreement, range(5)) == [0.9, 0.9, 0.45, 0.45, 0.45]
    assert agreement.one_side == "right"
    run(agreement, range(5, 9))
    assert agreement.one_side is None


def test_a_runner_who_turns_round_is_not_seen_from_one_side() -> None:
    agreement = SideAgreement()
    run(agreement, range(5))
    for number in range(12, 15):
        agreement.add_other(step("right", number))
    assert agreement.one_side is None


@pytest.mark.parametrize("changes", [{"side": None}, {"stride_time_s": None}])
def test_a_stride_that_cannot_be_compared_is_left_as_it_is(changes: dict[str, None]) -> None:
    agreement = SideAgreement()
    run(agreement, range(6), confused=True)
    taken = msgspec.structs.replace(step("right", 6), **changes)
    assert agreement.weighed(taken) == taken

"""Left minus right of the legs that two cameras see near: its size, its uncertainty, and when it is not stated."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from config.reference import CAMERA_PAIR_RMS_DEG, NEAR_PAIR_RMS_DEG, Z95
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.report.left_right import apart_s, left_right
from tests.support.recorded_sessions import header

STRIDE_S = 0.7


def rows(
    camera: str,
    side: str,
    leg: str,
    from_s: float,
    value: Callable[[float], float],
    count: int = 25,
    zero: float | None = -1.0,
) -> list[Row]:
    """Strides of a leg."""
    found: list[Row] = []
    for number in range(count):
        t_s = from_s + number * STRIDE_S
        found.append(
            {
                "stride": number + 1,
                "leg": leg,
                "t_peak_s": t_s,
                "t_known_s": t_s + 0.1,
                "hip_extension_deg": value(t_s),
                "thigh_min_deg": (zero or 0.0) - value(t_s),
                "standing_thigh_deg": zero,
                "stride_time_s": STRIDE_S,
                "quality": 0.9,
                "side": side,
                "camera": camera,
            }
        )
    return found


def pair(left: list[Row], right: list[Row], far_of_other_s: float | None = None) -> RecordedSession:
    """A runner who faces right: the main camera sees the right leg near."""
    other = list(left)
    if far_of_other_s is not None:
        other += rows("other_side", "right", "far", far_of_other_s, lambda _: 10.0)
    return RecordedSession(header(), right, [], [], other_strides=other)


def left(value: Callable[[float], float], zero: float | None = -1.0) -> list[Row]:
    return rows("other_side", "left", "near", 0.35, value, zero=zero)


def right(value: Callable[[float], float], count: int = 25, zero: float | None = -1.0) -> list[Row]:
    return rows("main", "right", "near", 0.0, value, count, zero)


def scattered(mean_deg: float, seed: int) -> Callable[[float], float]:
    rng = np.random.default_rng(seed)
    return lambda _: mean_deg + float(rng.normal(0, 0.8))


def test_without_far_legs_the_difference_is_that_of_the_near_ones() -> None:
    found = left_right(pair(left(scattered(15, 1)), right(scattered(12, 2))))
    assert found is not None
    assert found.difference_deg == pytest.approx(3.0, abs=0.5)
    assert found.left.mean - found.right.mean == pytest.approx(found.difference_deg)
    assert (found.stated, found.differs, found.beyond) == (True, True, False)


@pytest.mark.parametrize(("far_left_deg", "shown_deg"), [(9.0, 3.5), (15.0, 3.0)])
def test_far_legs_count_as_much_unless_they_contradict_the_near_ones(far_left_deg: float, shown_deg: float) -> None:
    near = pair(left(lambda _: 15.0), right(lambda _: 12.0))
    far = rows("main", "left", "far", 0.35, lambda _: far_left_deg), rows("other_side", "right", "far", 0.0, lambda _: 5.0)
    both = replace(near, strides=[*near.strides, *far[0]], other_strides=[*near.other_strides, *far[1]])
    alone, found = left_right(near), left_right(both)
    assert alone is not None
    assert found is not None
    assert found.difference_deg == pytest.approx(shown_deg)
    assert (found.ci95_deg < alone.ci95_deg) == (shown_deg != 3.0)
    assert (found.left, found.right) == (alone.left, alone.right)


@pytest.mark.parametrize("excess_deg", [0.0, 1.5, -2.5])
def test_what_one_camera_reads_too_much_in_both_legs_cancels(excess_deg: float) -> None:
    near = pair(left(lambda _: 15.0 + excess_deg), right(lambda _: 12.0))
    far_left = rows("main", "left", "far", 0.35, lambda _: 13.0)
    far_right = rows("other_side", "right", "far", 0.0, lambda _: 10.0 + excess_deg)
    found = left_right(replace(near, strides=[*near.strides, *far_left], other_strides=[*near.other_strides, *far_right]))
    assert found is not None
    assert found.difference_deg == pytest.approx(3.0)
    assert found.left.mean == pytest.approx(15.0 + excess_deg)


def test_steady_strides_leave_the_uncertainty_of_the_cameras() -> None:
    found = left_right(pair(left(lambda _: 12.0), right(lambda _: 12.0)))
    assert found is not None
    assert found.ci95_deg == pytest.approx(Z95 * NEAR_PAIR_RMS_DEG)
    assert not found.differs


def test_a_change_of_both_legs_alike_adds_no_uncertainty() -> None:
    def stepped(t_s: float) -> float:
        return 12.0 + (4.0 if t_s > 9 else 0.0)

    steady, changed = (left_right(pair(left(value), right(value))) for value in (lambda _: 12.0, stepped))
    assert steady is not None
    assert changed is not None
    assert changed.difference_deg == pytest.approx(0.0, abs=0.15)
    assert changed.ci95_deg < steady.ci95_deg + 0.3


@pytest.mark.parametrize("zeros", [(None, None), (-1.0, None), (None, -1.0)])
def test_without_both_zeros_it_is_not_stated(zeros: tuple[float | None, float | None]) -> None:
    found = left_right(pair(left(lambda _: 15.0, zero=zeros[0]), right(lambda _: 12.0, zero=zeros[1])))
    assert found is not None
    assert not found.calibrated
    assert not found.stated


def test_strides_without_any_of_the_other_leg_around_them_are_left_out() -> None:
    found = left_right(pair(left(lambda _: 15.0), right(lambda _: 12.0, count=12)))
    assert found is not None
    assert found.left.strides == 11


@pytest.mark.parametrize("count", [0, 1, 4])
def test_too_few_strides_give_no_difference(count: int) -> None:
    assert left_right(pair(left(lambda _: 15.0), right(lambda _: 12.0, count=count))) is None


def test_one_camera_gives_no_difference() -> None:
    far = rows("main", "left", "far", 0.35, lambda _: 15.0)
    assert left_right(RecordedSession(header(), [*right(lambda _: 12.0), *far], [], [])) is None


@pytest.mark.parametrize(("far_s", "apart"), [(0.0, 0.0), (0.05, 0.05), (0.35, 0.35), (0.6, -0.1), (1.4, 0.0)])
def test_how_far_apart_the_cameras_saw_the_same_leg_push_off(far_s: float, apart: float) -> None:
    found = apart_s(pair(left(lambda _: 15.0), right(lambda _: 12.0), far_of_other_s=far_s))
    assert found is not None
    assert abs(found[0]) == pytest.approx(abs(apart), abs=1e-6)
    assert found[1] == STRIDE_S


def test_what_was_calibrated_adds_its_uncertainty() -> None:
    config = {"capture": {"other_side": {"extension_offset_sd_deg": 0.6}}}
    plain = pair(left(lambda _: 12.0), right(lambda _: 12.0))
    found = left_right(replace(plain, header={**plain.header, "config": config}))
    assert found is not None
    assert found.ci95_deg == pytest.approx(Z95 * math.hypot(CAMERA_PAIR_RMS_DEG, 0.6))


def test_what_was_calibrated_for_the_other_order_of_the_cameras_adds_none() -> None:
    other = {"extension_offset_sd_deg": 0.6, "extension_offset_camera": "Camera B"}
    plain = pair(left(lambda _: 12.0), right(lambda _: 12.0))
    for source, sd_deg in (("Camera A", 0.6), ("Camera B", 0.0)):
        config = {"capture": {"source": source, "other_side": other}}
        assert replace(plain, header={**plain.header, "config": config}).calibration_sd_deg == sd_deg

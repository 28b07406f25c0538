"""Contact and flight of each leg by two cameras, and by how much they differ."""

from dataclasses import replace

import numpy as np
import pytest

from config.reference import SIDE_TIMES_RMS_MS, Z95
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.report.frame_figures import FrameFigures
from sessions.report.key_figures import key_figures
from sessions.report.side_times import SideTimes, side_times
from tests.support.recorded_sessions import header

STRIDE_S, TOE_OFF_MS = 0.7, 25.0


def rows(
    camera: str, side: str, leg: str, from_s: float, contact_ms: float | None, count: int = 20, sd_ms: float = 0.0
) -> list[Row]:
    """A leg's strides; its toe-off is soon after the peak."""
    rng = np.random.default_rng(1)
    return [
        {
            "leg": leg,
            "side": side,
            "camera": camera,
            "t_peak_s": from_s + number * STRIDE_S,
            "hip_extension_deg": 15.0,
            "standing_thigh_deg": 0.0,
            "stride_time_s": STRIDE_S,
            "knee_straightest_ms": TOE_OFF_MS,
            "contact_ms": None if contact_ms is None else contact_ms + sd_ms * rng.normal(),
            "quality": 0.9,
        }
        for number in range(count)
    ]


def session(
    left_ms: float | None = 240.0,
    right_ms: float | None = 240.0,
    left_after_s: float = STRIDE_S / 2,
    other_clock_s: float = 0.0,
    sd_ms: float = 0.0,
) -> RecordedSession:
    """A runner who faces right: the main camera sees the right leg near. The other camera's clock may be late."""
    main = rows("main", "right", "near", 0.0, right_ms, sd_ms=sd_ms) + rows("main", "left", "far", left_after_s, None)
    other = rows("other_side", "left", "near", left_after_s + other_clock_s, left_ms, sd_ms=sd_ms)
    other += rows("other_side", "right", "far", other_clock_s, None)
    return RecordedSession(header(), main, [], [], other_strides=other)


def times(of: RecordedSession) -> dict[str, SideTimes]:
    return {found.what: found for found in side_times(of)}


def test_contact_is_compared_by_the_near_legs() -> None:
    found = times(session(left_ms=250.0))["Contact time"]
    assert (found.left.mean, found.right.mean, found.difference_ms) == pytest.approx((250.0, 240.0, 10.0))
    assert found.asymmetry_pct == pytest.approx(100 * 10 / 245)


def test_the_flight_of_a_leg_ends_with_the_contact_of_the_other() -> None:
    found = times(session(left_ms=250.0))["Flight time"]
    # Both legs push off half a stride apart; the left foot lands 10 ms earlier.
    assert (found.left.mean, found.right.mean) == pytest.approx((350.0 - 240.0, 350.0 - 250.0))


@pytest.mark.parametrize("late_s", [-0.04, 0.0, 0.06])
def test_a_late_camera_moves_neither(late_s: float) -> None:
    found = times(session(left_after_s=0.34, other_clock_s=late_s))["Flight time"]
    assert (found.left.mean, found.right.mean) == pytest.approx((360.0 - 240.0, 340.0 - 240.0), abs=0.1)


def test_the_uncertainty_holds_the_cameras_and_the_scatter() -> None:
    steady, scattered = times(session())["Contact time"], times(session(sd_ms=12.0))["Contact time"]
    assert steady.ci95_ms == pytest.approx(Z95 * SIDE_TIMES_RMS_MS)
    assert scattered.ci95_ms > steady.ci95_ms
    assert not steady.differs


@pytest.mark.parametrize(("left_ms", "right_ms"), [(None, None), (None, 240.0)])
def test_what_was_not_measured_of_both_legs_is_left_out(left_ms: float | None, right_ms: float | None) -> None:
    assert "Contact time" not in times(session(left_ms, right_ms))


def test_with_one_camera_there_is_no_comparison() -> None:
    assert side_times(RecordedSession(header(), rows("main", "right", "near", 0.0, 240.0), [], [])) == ()


def test_show_says_that_the_cameras_were_compared() -> None:
    plain = session()
    config = {"capture": {"other_side": {"extension_offset_sd_deg": 0.4}}}
    compared = replace(plain, header={**plain.header, "config": config})
    meant = [
        next(one.meaning for one in key_figures(of, FrameFigures()) if one.what == "left minus right")
        for of in (plain, compared)
    ]
    assert ["calibrate-sides" in meaning for meaning in meant] == [False, True]


def test_show_and_report_have_them() -> None:
    named = {one.what: one.value for one in key_figures(session(left_ms=290.0), FrameFigures())}
    assert named["contact time, left minus right"].startswith("+50 ± ")
    assert "a real difference" in named["contact time, left minus right"]
    assert "flight time, left minus right" in named

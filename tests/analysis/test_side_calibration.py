"""A runner who runs facing each way shows how much more one camera reads than the other."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from analysis.side_calibration import NEEDED_STRIDES, WAYS, TurnAround, way_of
from tests.support.message_examples import stride
from wire.messages import CameraName, Facing, Stride, opposite

STRIDE_S = 0.71


def taken(
    camera: CameraName, facing: Facing, peak_s: float, value_deg: float, zero_deg: float | None = 1.0, **more: float
) -> Stride:
    """A near stride; `facing` is as the main camera sees it."""
    side = facing if camera == "main" else opposite(facing)
    return structs.replace(stride(1, peak_s, value_deg), camera=camera, side=side, standing_thigh_deg=zero_deg, **more)


def turned(
    left_deg: float = 15.0,
    right_deg: float = 18.0,
    main_reads_more_deg: float = 0.0,
    other_reads_more_deg: float = 0.0,
    scatter_deg: float = 0.0,
    drift_deg_per_s: float = 0.0,
    cadences_spm: tuple[float, float] = (170.0, 170.0),
    seed: int = 1,
) -> TurnAround:
    """A runner with these legs, seen by these cameras, who turns round half-way."""
    rng = np.random.default_rng(seed)
    seen = TurnAround(min_quality=0.5)
    t_s = 100.0
    for facing, cadence_spm in zip(WAYS, cadences_spm, strict=True):
        for _ in range(NEEDED_STRIDES + 1):
            near_main_deg, near_other_deg = (right_deg, left_deg) if facing == "right" else (left_deg, right_deg)
            read: tuple[tuple[CameraName, float, float], ...] = (
                ("main", near_main_deg + main_reads_more_deg, 0.0),
                ("other_side", near_other_deg + other_reads_more_deg, STRIDE_S / 2),
            )
            for camera, deg, later_s in read:
                at_s = t_s + later_s
                value_deg = deg + scatter_deg * rng.normal() + drift_deg_per_s * at_s
                seen.add(taken(camera, facing, at_s, value_deg, cadence_spm=cadence_spm))
            t_s += STRIDE_S
        t_s += 20.0
    return seen


@given(*(st.floats(-6, 6) for _ in range(3)))
def test_the_cameras_part_and_the_runners_are_told_apart(main_deg: float, other_deg: float, legs_deg: float) -> None:
    found = turned(15.0 + legs_deg, 15.0, main_deg, other_deg).result()
    assert found.offset_deg == pytest.approx(other_deg - main_deg, abs=1e-9)
    assert found.left_minus_right_deg == pytest.approx(legs_deg, abs=1e-9)


def test_a_drift_of_both_legs_is_in_neither() -> None:
    found = turned(15.0, 15.0, drift_deg_per_s=0.05).result()
    assert (found.offset_deg, found.left_minus_right_deg) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_the_uncertainty_covers_the_strides_scatter() -> None:
    errors = [turned(other_reads_more_deg=2.0, scatter_deg=2.0, seed=seed).result().offset_deg - 2.0 for seed in range(200)]
    found = turned(other_reads_more_deg=2.0, scatter_deg=2.0).result()
    of_strides = math.sqrt(found.sd_deg**2 - turned().result().sd_deg ** 2)
    assert np.std(errors) == pytest.approx(of_strides, rel=0.25)


@pytest.mark.parametrize(("other_deg", "stands_out"), [(0.3, False), (-2.0, True)])
def test_only_what_exceeds_the_uncertainty_is_taken_out(other_deg: float, stands_out: bool) -> None:
    assert turned(other_reads_more_deg=other_deg, scatter_deg=0.8).result().stands_out == stands_out


@pytest.mark.parametrize(("second_spm", "same_pace"), [(172.0, True), (180.0, False)])
def test_both_ways_must_be_run_at_one_pace(second_spm: float, same_pace: bool) -> None:
    assert turned(cadences_spm=(170.0, second_spm)).result().same_pace == same_pace


def test_strides_without_a_zero_badly_seen_or_of_the_far_leg_do_not_count() -> None:
    seen = TurnAround(min_quality=0.5)
    seen.add(taken("main", "right", 1.0, 15.0, zero_deg=None))
    seen.add(taken("main", "right", 1.0, 15.0, quality=0.4))
    seen.add(structs.replace(taken("main", "right", 1.0, 15.0), leg="far"))
    assert seen.counts("right") == (0, 0)
    assert seen.without_zero == 1


def test_a_way_is_complete_once_both_cameras_have_their_strides() -> None:
    seen = TurnAround(min_quality=0.5)
    for number in range(NEEDED_STRIDES):
        seen.add(taken("main", "left", number * STRIDE_S, 15.0))
    assert not seen.is_complete("left")
    for number in range(NEEDED_STRIDES):
        seen.add(taken("other_side", "left", number * STRIDE_S, 15.0))
    assert seen.is_complete("left")
    assert not seen.complete


def test_the_other_camera_sees_the_runner_face_the_other_way() -> None:
    assert [way_of(camera, facing) for camera in ("main", "other_side") for facing in WAYS] == [
        "right",
        "left",
        "left",
        "right",
    ]

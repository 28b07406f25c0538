"""Two cameras that read both legs differently are made to read alike, and the legs' own difference stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from analysis.pair_correction import PairCorrection
from tests.support.message_examples import stride
from wire.messages import CameraName, LegName, Side, Stride

STRIDE_S = 0.7
LEFT_DEG, RIGHT_DEG = 13.0, 16.0


class Pair:
    """Both cameras' corrections; each gets the other one's strides as published. The main camera sees the right leg near."""

    def __init__(self) -> None:
        self.cameras: dict[CameraName, PairCorrection] = {"main": PairCorrection(0.5), "other_side": PairCorrection(0.5)}

    def see(self, camera: CameraName, taken: Stride) -> Stride:
        published = self.cameras[camera].corrected(taken)
        for name, other in self.cameras.items():
            if name != camera:
                other.add_other(published)
        return published

    def run(
        self,
        numbers: range,
        excess_deg: float,
        cameras: tuple[CameraName, ...] = ("main", "other_side"),
        zero_deg: float | None = 1.0,
        quality: float = 0.9,
    ) -> dict[Side, float]:
        """The near legs' last values after strides of which the main camera reads so much too much."""
        near: dict[Side, float] = {}
        legs: tuple[tuple[Side, float, float], ...] = (("right", RIGHT_DEG, 0.0), ("left", LEFT_DEG, STRIDE_S / 2))
        for number in numbers:
            for side, value_deg, late_s in legs:
                for camera in cameras:
                    leg: LegName = "near" if (camera == "main") == (side == "right") else "far"
                    read_deg = value_deg + (excess_deg if camera == "main" else 0.0)
                    taken = stride(number, number * STRIDE_S + late_s, read_deg, leg, quality)
                    published = self.see(camera, structs.replace(taken, side=side, camera=camera, standing_thigh_deg=zero_deg))
                    if leg == "near":
                        near[side] = published.hip_extension_deg
        return near


@given(excess_deg=st.floats(-2.9, 2.9))
def test_the_near_legs_differ_as_the_legs_do_whatever_one_camera_reads_too_much(excess_deg: float) -> None:
    near = Pair().run(range(10), excess_deg)
    assert near["left"] - near["right"] == pytest.approx(LEFT_DEG - RIGHT_DEG, abs=1e-6)
    assert near["left"] == pytest.approx(LEFT_DEG + excess_deg / 2, abs=1e-6)


def test_the_thigh_moves_with_hip_extension_and_the_correction_is_stated() -> None:
    pair = Pair()
    pair.run(range(10), 2.0)
    taken = structs.replace(stride(11, 8.0, RIGHT_DEG + 2.0), side="right", standing_thigh_deg=1.0)
    published = pair.see("main", taken)
    assert published.pair_correction_deg == pytest.approx(1.0)
    assert published.hip_extension_deg == pytest.approx(taken.hip_extension_deg - published.pair_correction_deg)
    assert published.thigh_min_deg == pytest.approx(taken.thigh_min_deg + published.pair_correction_deg)


def test_few_strides_are_not_corrected() -> None:
    assert Pair().run(range(2), 2.0) == {"left": LEFT_DEG, "right": RIGHT_DEG + 2.0}


def test_a_single_camera_is_not_corrected() -> None:
    assert Pair().run(range(10), 2.0, cameras=("main",))["right"] == RIGHT_DEG + 2.0


def test_cameras_that_are_too_far_apart_are_not_corrected() -> None:
    assert Pair().run(range(10), 3.5) == {"left": LEFT_DEG, "right": RIGHT_DEG + 3.5}


def test_strides_that_are_measured_badly_show_nothing_about_the_cameras() -> None:
    assert Pair().run(range(10), 2.0, quality=0.4)["right"] == RIGHT_DEG + 2.0


def test_the_correction_stays_while_one_camera_sees_nobody() -> None:
    pair = Pair()
    pair.run(range(10), 2.0)
    assert pair.run(range(10, 80), 2.0, cameras=("main",))["right"] == pytest.approx(RIGHT_DEG + 1.0)


def test_it_follows_a_camera_that_was_moved() -> None:
    pair = Pair()
    pair.run(range(10), 2.0)
    near = pair.run(range(10, 80), -1.0)
    assert near["left"] - near["right"] == pytest.approx(LEFT_DEG - RIGHT_DEG, abs=1e-6)


@pytest.mark.parametrize("zero_deg", [4.0, None])
def test_a_new_zero_starts_afresh(zero_deg: float | None) -> None:
    pair = Pair()
    pair.run(range(10), 2.0)
    assert pair.run(range(10, 11), -1.0, zero_deg=zero_deg) == {"left": LEFT_DEG, "right": RIGHT_DEG - 1.0}


def test_a_runner_who_turned_round_starts_afresh() -> None:
    pair = Pair()
    pair.run(range(10), 2.0)
    turned = structs.replace(stride(10, 7.0, LEFT_DEG), side="left", standing_thigh_deg=1.0)
    assert pair.see("main", turned).hip_extension_deg == LEFT_DEG

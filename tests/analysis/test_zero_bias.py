"""The zero of hip extension is corrected, because the pose model reads standing differently from push-off."""

from dataclasses import dataclass

import numpy as np
import pytest

from analysis.gait_engine import GaitEngine
from analysis.measurement import Measurement
from analysis.measures.angles import RunnerFrame
from analysis.measures.leg_angles import body_angles
from analysis.measures.zero_bias import NO_BIAS, ZeroBias, bias_of
from analysis.pose.landmarks import HIPS, OTHER_SIDE, SHOULDERS, Landmarks, mid_hip_px, mid_shoulder_px
from analysis.pose.pose_estimator import PoseModel
from config.settings import Settings
from tests.support.measured_sticks import every, measure
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import s_to_ns
from wire.frames.frame import Frame, Image
from wire.messages import CameraName, Stride

LINE = ZeroBias(side_on_deg=2.5, per_width_deg=8.0)
SHIPPED = bias_of(PoseModel.BLAZEPOSE_FULL)


def turned(by_trunk_lengths: float) -> Landmarks:
    """A runner who stands facing right, near shoulder and near hip so far ahead of the far ones."""
    runner = StickRunner(stand_s=4.0)
    seen = runner.landmarks(runner.runner.pose(1.0))
    points = seen.points_px.copy()
    trunk_px = np.hypot(*(mid_shoulder_px(seen) - mid_hip_px(seen)))
    for pair in (SHOULDERS, HIPS):
        points[pair["right"], 0] += by_trunk_lengths * trunk_px / 2
        points[pair["left"], 0] -= by_trunk_lengths * trunk_px / 2
    return Landmarks(points, seen.visibility)


def mirrored(landmarks: Landmarks) -> Landmarks:
    """As a camera on the other side would see the same person."""
    return Landmarks(landmarks.points_px[OTHER_SIDE] * (-1.0, 1.0), landmarks.visibility[OTHER_SIDE])


@pytest.mark.parametrize("by", [-0.1, 0.0, 0.15])
def test_width_has_the_sign_of_the_near_side_ahead_on_either_side(by: float) -> None:
    seen = turned(by)
    assert body_angles(seen, RunnerFrame("right")).width == pytest.approx(2 * by, abs=0.01)
    assert body_angles(mirrored(seen), RunnerFrame("left")).width == pytest.approx(2 * by, abs=0.01)


def test_the_bias_grows_with_the_width_as_far_as_it_was_learnt() -> None:
    assert LINE.excess_deg(0.0) == 2.5
    assert LINE.excess_deg(-0.25) == pytest.approx(0.5)
    assert LINE.excess_deg(3.0) == LINE.excess_deg(0.4)
    assert NO_BIAS.excess_deg(0.3) == 0.0
    assert LINE.side_on.excess_deg(-0.3) == 2.5


@pytest.mark.parametrize("bias_deg", [2.5, 20.0])
def test_hip_extension_loses_the_bias_and_nothing_else_changes(bias_deg: float) -> None:
    def run(bias: ZeroBias) -> list[Stride]:
        return measure(StickRunner(stand_s=4.0), every(12.0, 30.0), engine=GaitEngine(zero_bias=bias))[1]

    plain, freed = run(NO_BIAS), run(ZeroBias(bias_deg, 0.0))
    assert len(plain) == len(freed) > 10  # whether somebody runs does not depend on it
    for column in ("hip_extension_deg", "hip_extension_trunk_deg"):
        with_bias, without = (np.array([one.value(column) for one in strides], float) for strides in (plain, freed))
        assert with_bias - without == pytest.approx(bias_deg)
    others = {name: value for name, value in plain[-1].measures.items() if name != "hip_extension_trunk_deg"}
    assert others == {name: freed[-1].measures[name] for name in others}
    assert {one.zero_correction_deg for one in plain} == {0.0}
    assert {one.zero_correction_deg for one in freed} == {bias_deg}


@dataclass
class Standing:
    """A pose model that sees the same standing person for ever."""

    seen: Landmarks
    model: PoseModel | None = PoseModel.BLAZEPOSE_FULL

    @property
    def facts(self) -> dict[str, str]:
        return {}

    def estimate(self, _image: Image) -> Landmarks:
        return self.seen

    def look_elsewhere(self, _image: Image) -> bool:
        return False

    def close(self) -> None: ...


def zero_deg(pose: Standing, camera: CameraName = "main", settings: Settings | None = None) -> float:
    """The zero that a camera finds."""
    measurement, image = (
        Measurement(settings or Settings(), pose, camera),
        np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8),
    )
    sample = None
    for index in range(120):
        at_ns = s_to_ns((index + 1) / 30)
        sample, _ = measurement.measure(Frame(1, index + 1, index, at_ns, at_ns, at_ns, "driver", image), lambda: 0)
    assert sample is not None
    assert sample.standing_thigh_deg is not None
    return sample.standing_thigh_deg


def test_one_camera_is_corrected_for_its_yaw_and_two_alike() -> None:
    pair = Settings.model_validate({"capture": {"other_side": {"source": "1"}}})
    straight, ahead = Standing(turned(0.0)), Standing(turned(-0.1))
    assert zero_deg(ahead) - zero_deg(straight) == pytest.approx(0.2 * SHIPPED.per_width_deg, abs=0.1)
    both: tuple[tuple[CameraName, Settings], ...] = (("main", pair), ("other_side", pair.of_other_side()))
    for camera, settings in both:
        assert zero_deg(ahead, camera, settings) == pytest.approx(zero_deg(straight, camera, settings), abs=0.01)
        assert zero_deg(straight, camera, settings) == pytest.approx(zero_deg(straight), abs=0.1)


@pytest.mark.parametrize("model", [PoseModel.BLAZEPOSE_LITE, PoseModel.BLAZEPOSE_HEAVY, None])
def test_other_models_keep_the_zero_they_read(model: PoseModel | None) -> None:
    other = Standing(turned(0.0), model)
    assert zero_deg(other) - zero_deg(Standing(turned(0.0))) == pytest.approx(SHIPPED.side_on_deg, abs=0.1)


def test_the_shipped_line_is_of_the_size_that_was_measured() -> None:
    assert 1.0 < SHIPPED.side_on_deg < 5.0
    assert SHIPPED.per_width_deg > 0.0

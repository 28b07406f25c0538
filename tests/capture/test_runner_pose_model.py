"""The real pose model detects the drawn runner. Run these tests after every change of the drawing."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.pose.backends import open_backend
from capture.synthetic.body_pose import BodyPose, LegPose
from capture.synthetic.kinematics import Runner, RunnerParameters
from capture.synthetic.runner_painter import RunnerPainter
from config.settings import Settings
from wire.messages import Facing

WIDTH_PX, HEIGHT_PX, FPS = 960, 540, 30.0
STAND_S, FRAMES = 0.3, 75
RIGHT_LEG, LEFT_LEG = (24, 26, 28), (23, 25, 27)
NEAR_PEAK_S = 0.02
LEGS_APART_PX = 0.12 * HEIGHT_PX


class DetectedRun:
    """The model's landmarks in one run, with the true pose of every frame."""

    def __init__(self, facing: Facing, with_neighbour: bool = False, frames: int = FRAMES) -> None:
        self.runner = Runner(RunnerParameters(stand_s=STAND_S))
        self.painter = RunnerPainter(WIDTH_PX, HEIGHT_PX, facing)
        self.near_ids, self.far_ids = (RIGHT_LEG, LEFT_LEG) if facing == "right" else (LEFT_LEG, RIGHT_LEG)
        self.times_s = [i / FPS for i in range(frames)]
        self.poses = [self.runner.pose(t_s) for t_s in self.times_s]
        self.landmarks = list(self._landmarks(with_neighbour))

    def _landmarks(self, with_neighbour: bool) -> Iterator[NDArray[np.float64] | None]:
        neighbour = Runner(RunnerParameters(cadence_spm=158))
        model = open_backend(Settings().analysis)
        for t_s, pose in zip(self.times_s, self.poses, strict=True):
            other = neighbour.pose(t_s) if with_neighbour else None
            found = model.estimate(self.painter.draw(pose, self.runner.belt_m(t_s), other))
            yield None if found is None else found.points_px
        model.close()

    @property
    def detected(self) -> float:
        return sum(marks is not None for marks in self.landmarks) / len(self.landmarks)

    def frames(self) -> Iterator[tuple[float, BodyPose, NDArray[np.float64]]]:
        for t_s, pose, marks in zip(self.times_s, self.poses, self.landmarks, strict=True):
            if marks is not None:
                yield t_s, pose, marks

    def near_peak_errors_deg(self) -> list[float]:
        peaks_s = [t_s for t_s, _ in self.runner.near_peaks(0, self.times_s[-1] + 1)]
        hip, knee, _ = self.near_ids
        return [
            self._thigh_deg(marks[hip], marks[knee]) - pose.near_leg.thigh_deg
            for t_s, pose, marks in self.frames()
            if min(abs(t_s - peak_s) for peak_s in peaks_s) < NEAR_PEAK_S
        ]

    def _thigh_deg(self, hip_px: NDArray[np.float64], knee_px: NDArray[np.float64]) -> float:
        forward, down = (knee_px - hip_px) * (self.painter.camera.mirror, 1)
        return float(np.degrees(np.arctan2(forward, down)))

    def swaps(self) -> list[bool]:
        """For every frame with the legs well apart: whether the near label is on the far leg."""
        found = []
        for _, pose, marks in self.frames():
            near, far = self._below_hip_px(pose.near_leg), self._below_hip_px(pose.far_leg)
            near_marks, far_marks = marks[list(self.near_ids[1:])], marks[list(self.far_ids[1:])]
            if np.linalg.norm(near - far) > LEGS_APART_PX:
                straight = np.linalg.norm(near_marks - near) + np.linalg.norm(far_marks - far)
                crossed = np.linalg.norm(near_marks - far) + np.linalg.norm(far_marks - near)
                found.append(bool(crossed < straight))
        return found

    def _below_hip_px(self, leg: LegPose) -> NDArray[np.float64]:
        return np.array([self.painter.camera.see(joint)[0] for joint in (leg.knee, leg.ankle)])


@pytest.fixture(scope="module", params=[pytest.param(facing, marks=pytest.mark.slow) for facing in ("right", "left")])
def run(request: pytest.FixtureRequest) -> DetectedRun:
    return DetectedRun(request.param)


def test_the_model_finds_the_runner_standing_and_running(run: DetectedRun) -> None:
    assert run.detected >= 0.98


def test_the_near_peak_is_measured_within_three_degrees(run: DetectedRun) -> None:
    errors_deg = run.near_peak_errors_deg()
    assert len(errors_deg) >= 3
    assert abs(np.mean(errors_deg)) <= 3.0


def test_the_near_label_is_on_the_near_leg(run: DetectedRun) -> None:
    swaps = run.swaps()
    assert len(swaps) > FRAMES / 2
    assert np.mean(swaps) <= 0.03


def test_a_standing_thigh_is_measured_upright(run: DetectedRun) -> None:
    hip, knee, _ = run.near_ids
    standing = [run._thigh_deg(marks[hip], marks[knee]) for t_s, _, marks in run.frames() if t_s < STAND_S]
    assert abs(np.median(standing)) < 4.0


@pytest.mark.slow
@pytest.mark.parametrize("facing", ["right", "left"])
def test_with_a_neighbour_the_model_still_follows_the_runner(facing: Facing) -> None:
    run = DetectedRun(facing, with_neighbour=True, frames=30)
    assert run.detected >= 0.98
    for _, pose, marks in run.frames():
        hip_px, scale = run.painter.camera.see(pose.near_leg.hip)
        assert np.linalg.norm(marks[run.near_ids[0]] - hip_px) < 0.15 * scale


def test_the_same_seed_gives_the_same_pictures() -> None:
    pose = Runner(RunnerParameters()).pose(0.3)
    first, again, other = (RunnerPainter(320, 180, seed=seed) for seed in (5, 5, 6))
    for _ in range(2):
        picture = first.draw(pose, 0.1)
        assert picture.shape == (180, 320, 3)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture, again.draw(pose, 0.1))
        assert not np.array_equal(picture, other.draw(pose, 0.1))


def test_a_runner_outside_the_picture_is_no_error() -> None:
    runner = Runner(RunnerParameters(drift_m=10.0))
    painter = RunnerPainter(320, 180)
    for t_s in (1.8, 5.4):
        assert painter.draw(runner.pose(t_s), 0.0).shape == (180, 320, 3)

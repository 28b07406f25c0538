"""The doctor measures the options for running the pose model, and recommends a change only where it pays."""

import sys

import numpy as np
import pytest
import tomli

from analysis.pose.landmarks import Landmarks
from analysis.pose.pose_estimator import PoseError, PoseEstimator
from config.sections.analysis import AnalysisSettings
from hipcue.doctor.pose_model_check import PoseOption, PoseSpeed, fastest, measure, pose_options
from wire.frames.frame import Image

IMAGE = np.zeros((8, 8, 3), np.uint8)


class FakeMachine:
    """A clock that advances by the time that each fake pose model takes."""

    def __init__(self, ms_by_backend: dict[str, float]) -> None:
        self.ms_by_backend = ms_by_backend
        self.now_s = 0.0
        self.open = 0

    def opened(self, settings: AnalysisSettings) -> PoseEstimator:
        if settings.backend not in self.ms_by_backend:
            raise PoseError(f"{settings.backend} cannot run here")
        return FakePose(self, self.ms_by_backend[settings.backend])

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class FakePose:
    model = None

    def __init__(self, machine: FakeMachine, ms: float) -> None:
        self.machine, self.ms = machine, ms
        self.facts: dict[str, str] = {}
        machine.open += 1

    def estimate(self, _image: Image) -> Landmarks | None:
        self.machine.now_s += self.ms / 1000
        return None

    def look_elsewhere(self, _image: Image) -> bool:
        return False

    def close(self) -> None:
        self.machine.open -= 1


def test_each_option_is_measured_and_closed() -> None:
    machine = FakeMachine({"openvino": 5.0, "mediapipe": 12.0})
    found = [PoseOption(AnalysisSettings(backend=name), name) for name in ("mediapipe", "openvino")]
    speeds = measure(found, IMAGE, machine.opened, lambda: machine.now_s, machine.sleep)
    assert [round(speed.median_ms, 3) for speed in speeds] == [12.0, 5.0]
    assert machine.open == 0


def test_an_option_that_does_not_run_here_is_skipped() -> None:
    machine = FakeMachine({"mediapipe": 12.0})
    found = [PoseOption(AnalysisSettings(backend=name), name) for name in ("mediapipe", "openvino")]
    assert [speed.option.name for speed in measure(found, IMAGE, machine.opened, lambda: machine.now_s, machine.sleep)] == [
        "mediapipe"
    ]


@pytest.mark.parametrize(("other_ms", "advised"), [(5.0, True), (9.5, False), (12.0, False)])
def test_a_change_is_recommended_only_if_it_is_much_faster(other_ms: float, advised: bool) -> None:
    speeds = [
        PoseSpeed(PoseOption(AnalysisSettings(), "as set"), 10.0),
        PoseSpeed(PoseOption(AnalysisSettings(threads=2), "threads = 2"), other_ms),
    ]
    best = fastest(speeds)
    assert (best is not None) == advised
    assert best is None or best.option.name == "threads = 2"


@pytest.mark.parametrize(("cores", "threads"), [(1, {1}), (2, {1, 2}), (8, {1, 2, 4})])
def test_the_number_of_threads_does_not_exceed_the_cores(cores: int, threads: set[int]) -> None:
    found = pose_options(AnalysisSettings(), cores, ("CPU",))
    assert {option.settings.threads for option in found[1:-1]} == threads
    assert found[0].settings == AnalysisSettings()
    assert found[-1].settings.backend == "mediapipe"


def test_every_processor_of_openvino_is_tried() -> None:
    assert {option.settings.device for option in pose_options(AnalysisSettings(), 2, ("CPU", "GPU", "NPU"))} == {
        "CPU",
        "GPU",
        "NPU",
    }


def test_an_option_name_is_valid_as_settings() -> None:
    """The names are lines of a settings file."""
    for option in pose_options(AnalysisSettings(), 4, ("CPU", "GPU.1"))[1:]:
        chosen = AnalysisSettings.model_validate(tomli.loads("\n".join(option.name.split(", "))))
        assert chosen == option.settings


def test_without_openvino_the_other_options_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if it were not installed.
    monkeypatch.setitem(sys.modules, "openvino", None)
    machine = FakeMachine({"auto": 12.0, "mediapipe": 11.0})
    speeds = measure(pose_options(AnalysisSettings()), IMAGE, machine.opened, lambda: machine.now_s, machine.sleep)
    assert [speed.option.name for speed in speeds] == ["as set", 'backend = "mediapipe"']

"""Measuring the ways to run the pose model: which are tried, and when a change is advised."""

import sys

import numpy as np
import pytest
import tomli

from analysis.landmarks import Landmarks
from analysis.pose import PoseError, PoseEstimator
from config.schema import Analysis
from hipcue.doctor.pose_speed import Speed, Way, fastest, measure, ways
from wire.frames import Image

IMAGE = np.zeros((8, 8, 3), np.uint8)


class Bench:
    """A clock that pose models of known speed move on."""

    def __init__(self, ms_by_backend: dict[str, float]) -> None:
        self.ms_by_backend = ms_by_backend
        self.now_s = 0.0
        self.open = 0

    def opened(self, settings: Analysis) -> PoseEstimator:
        if settings.backend not in self.ms_by_backend:
            raise PoseError(f"{settings.backend} cannot run here")
        return FakePose(self, self.ms_by_backend[settings.backend])

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class FakePose:
    facts: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, bench: Bench, ms: float) -> None:
        self.bench, self.ms = bench, ms
        bench.open += 1

    def estimate(self, image: Image) -> Landmarks | None:  # noqa: ARG002
        self.bench.now_s += self.ms / 1000
        return None

    def look_elsewhere(self, image: Image) -> bool:  # noqa: ARG002
        return False

    def close(self) -> None:
        self.bench.open -= 1


def test_each_way_is_measured_and_closed() -> None:
    bench = Bench({"openvino": 5.0, "mediapipe": 12.0})
    found = [Way(Analysis(backend=name), name) for name in ("mediapipe", "openvino")]
    speeds = measure(found, IMAGE, bench.opened, lambda: bench.now_s, bench.sleep)
    assert [round(speed.median_ms, 3) for speed in speeds] == [12.0, 5.0]
    assert bench.open == 0


def test_a_way_that_cannot_run_here_is_left_out() -> None:
    bench = Bench({"mediapipe": 12.0})
    found = [Way(Analysis(backend=name), name) for name in ("mediapipe", "openvino")]
    assert [speed.way.name for speed in measure(found, IMAGE, bench.opened, lambda: bench.now_s, bench.sleep)] == ["mediapipe"]


@pytest.mark.parametrize(("other_ms", "advised"), [(5.0, True), (9.5, False), (12.0, False)])
def test_a_change_is_advised_only_when_it_is_worth_it(other_ms: float, advised: bool) -> None:
    speeds = [Speed(Way(Analysis(), "as set"), 10.0), Speed(Way(Analysis(threads=2), "threads = 2"), other_ms)]
    best = fastest(speeds)
    assert (best is not None) == advised
    assert best is None or best.way.name == "threads = 2"


@pytest.mark.parametrize(("cores", "threads"), [(1, {1}), (2, {1, 2}), (8, {1, 2, 4})])
def test_no_more_threads_are_tried_than_there_are_cores(cores: int, threads: set[int]) -> None:
    found = ways(Analysis(), cores, ("CPU",))
    assert {way.settings.threads for way in found[1:-1]} == threads
    assert found[0].settings == Analysis()
    assert found[-1].settings.backend == "mediapipe"


def test_every_processor_that_openvino_finds_is_tried() -> None:
    assert {way.settings.device for way in ways(Analysis(), 2, ("CPU", "GPU", "NPU"))} == {"CPU", "GPU", "NPU"}


def test_what_is_advised_can_be_set() -> None:
    """The names are lines of the settings file."""
    for way in ways(Analysis(), 4, ("CPU", "GPU.1"))[1:]:
        chosen = Analysis.model_validate(tomli.loads("\n".join(way.name.split(", "))))
        assert chosen == way.settings


def test_without_openvino_the_other_ways_are_measured_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # As where it is not installed, or cannot be loaded.
    monkeypatch.setitem(sys.modules, "openvino", None)
    bench = Bench({"auto": 12.0, "mediapipe": 11.0})
    speeds = measure(ways(Analysis()), IMAGE, bench.opened, lambda: bench.now_s, bench.sleep)
    assert [speed.way.name for speed in speeds] == ["as set", 'backend = "mediapipe"']

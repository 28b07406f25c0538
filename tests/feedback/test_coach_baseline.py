"""The baseline's mean and SD are computed once per stride and measure, however often they are read."""

import statistics
from collections.abc import Iterable

import pytest

from feedback.coach import baseline as baseline_module
from feedback.coach.baseline import Baseline
from tests.support.coached import BASELINE, PUSH, SHORT_BASELINE, Run
from tests.support.message_examples import stride


class Computations:
    """Counts the computations of a mean."""

    def __init__(self) -> None:
        self.count = 0

    def mean(self, values: Iterable[float]) -> float:
        self.count += 1
        return statistics.fmean(values)


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> Computations:
    counted = Computations()
    monkeypatch.setattr(baseline_module, "fmean", counted.mean)
    return counted


def test_reading_again_computes_nothing(computations: Computations) -> None:
    baseline = Baseline(min_strides=2)
    for value_deg in (14.0, 16.0):
        baseline.add(stride(hip_extension_deg=value_deg))
    for _ in range(100):
        assert [baseline.mean("hip_extension"), baseline.sd("hip_extension")] == pytest.approx([15.0, 2**0.5])
    assert computations.count == 1


def test_another_stride_or_measure_is_computed() -> None:
    baseline = Baseline(min_strides=2)
    for value_deg in (14.0, 16.0):
        baseline.add(stride(hip_extension_deg=value_deg, cadence_spm=170.0))
    means = [baseline.mean("hip_extension"), baseline.mean("cadence")]
    baseline.add(stride(hip_extension_deg=18.0, cadence_spm=173.0))
    assert [*means, baseline.mean("hip_extension"), baseline.mean("cadence")] == [15.0, 170.0, 16.0, 171.0]


def test_the_phase_is_published_in_every_round_without_computing_the_baseline_again(computations: Computations) -> None:
    run = Run(PUSH, target=BASELINE, session=SHORT_BASELINE)
    run.until("drill")
    computations.count = 0
    for _ in range(1000):
        assert run.phase.baseline_deg == pytest.approx(15.0)
    assert computations.count <= 1

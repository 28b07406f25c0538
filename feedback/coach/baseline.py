"""The runner's habitual running, recorded before any cue: the reference for "more" and "slower"."""

from statistics import fmean, stdev

from feedback.coach.stride_window import value_of
from wire.messages import Stride

MIN_STRIDES = 10
"""With ten strides, 2 SD of the mean stay below 1° (stride-to-stride SD of 0.82° plus measurement noise)."""


class Baseline:
    """Trusted near strides, and the mean and SD of any of their measures."""

    def __init__(self, min_strides: int = MIN_STRIDES) -> None:
        self._min_strides = min_strides
        self._strides: list[Stride] = []
        self._statistics: dict[str, tuple[float, float] | None] = {}
        """Mean and standard deviation by measure, kept until the next stride: they are read in every round."""

    def __len__(self) -> int:
        return len(self._strides)

    @property
    def ready(self) -> bool:
        """Whether it has enough strides."""
        return len(self._strides) >= self._min_strides

    def add(self, stride: Stride) -> None:
        """Add a stride."""
        self._strides.append(stride)
        self._statistics.clear()

    def values(self, measure: str) -> list[float]:
        """The values of a measure, without the strides that lack it."""
        values = (value_of(stride, measure) for stride in self._strides)
        return [value for value in values if value is not None]

    def mean(self, measure: str) -> float | None:
        """The runner's mean; None while too few strides have the measure."""
        statistics = self._mean_and_sd(measure)
        return None if statistics is None else statistics[0]

    def sd(self, measure: str) -> float | None:
        """Standard deviation from stride to stride; None while too few strides have the measure."""
        statistics = self._mean_and_sd(measure)
        return None if statistics is None else statistics[1]

    def _mean_and_sd(self, measure: str) -> tuple[float, float] | None:
        if measure not in self._statistics:
            values = self.values(measure)
            enough = len(values) >= self._min_strides
            self._statistics[measure] = (fmean(values), stdev(values)) if enough else None
        return self._statistics[measure]

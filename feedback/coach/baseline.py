"""The runner's own running, before anything is asked of them: what "more" and "slower" are counted from."""

from statistics import fmean, stdev

from feedback.coach.measures import value_of
from wire.messages import Stride

LEAST_STRIDES = 10
"""A mean of fewer strides is no baseline (with ten, 2 SD of the mean are below 1°: field figures, SD 0.82° plus noise)."""


class Baseline:
    """Trusted near strides of a baseline, of any measure."""

    def __init__(self, least_strides: int = LEAST_STRIDES) -> None:
        self._least = least_strides
        self._strides: list[Stride] = []

    def __len__(self) -> int:
        return len(self._strides)

    @property
    def ready(self) -> bool:
        """Whether it has strides enough."""
        return len(self._strides) >= self._least

    def add(self, stride: Stride) -> None:
        """Take in a stride."""
        self._strides.append(stride)

    def values(self, measure: str) -> list[float]:
        """A measure of its strides, where it was taken."""
        values = (value_of(stride, measure) for stride in self._strides)
        return [value for value in values if value is not None]

    def mean(self, measure: str) -> float | None:
        """The runner's own mean; None while there are too few strides with it."""
        values = self.values(measure)
        return fmean(values) if len(values) >= self._least else None

    def sd(self, measure: str) -> float | None:
        """Stride-to-stride standard deviation; None while there are too few strides with it."""
        values = self.values(measure)
        return stdev(values) if len(values) >= self._least else None

"""Samples on their way into the table: each waits until the settled values of its frame are known, or can no longer come."""

from collections import deque
from collections.abc import Iterator

from wire.clock import s_to_ns
from wire.messages import Sample

_LONGEST_WAIT_NS = s_to_ns(0.5)
Settled = tuple[float | None, float | None]
"""Thigh of the near and of the far leg, degrees."""


class SettlingSamples:
    """A queue. Pure."""

    def __init__(self) -> None:
        self._waiting: deque[Sample] = deque()
        self._settled: dict[int, Settled] = {}
        """Settled values by frame."""

    def add(self, sample: Sample) -> Iterator[tuple[Sample, Settled]]:
        """Take a sample, which may carry the settled values of an earlier frame. Yields those that need not wait any longer."""
        self._waiting.append(sample)
        # Values of a frame that is no longer waiting would never be collected.
        if sample.settled_frame_index is not None and sample.settled_frame_index >= self._waiting[0].frame_index:
            self._settled[sample.settled_frame_index] = (sample.near_thigh_settled_deg, sample.far_thigh_settled_deg)
        horizon_ns = sample.stamps.capture_ns - _LONGEST_WAIT_NS
        while self._waiting and (
            self._waiting[0].frame_index in self._settled or self._waiting[0].stamps.capture_ns < horizon_ns
        ):
            yield self._next()

    def rest(self) -> Iterator[tuple[Sample, Settled]]:
        """Everything that still waits."""
        while self._waiting:
            yield self._next()

    def _next(self) -> tuple[Sample, Settled]:
        sample = self._waiting.popleft()
        return sample, self._settled.pop(sample.frame_index, (None, None))

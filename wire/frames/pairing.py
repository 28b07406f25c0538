"""Pairs each frame with its own sample."""

from collections import OrderedDict

from wire.clock import ms_to_ns
from wire.frames.frame import Frame
from wire.messages import Sample

MAX_KEPT = 64
"""Frames kept while they wait for their samples: more than 150 ms of the fastest camera."""

Key = tuple[int, int]


class Pairing:
    """Keeps the latest frames until their samples arrive.

    A frame with its sample is shown until a newer frame has one. When the newest frame is more than `max_lines_age_ms` ahead,
    it is shown without lines: a moving picture without lines is better than a frozen one with them.
    """

    def __init__(self, max_lines_age_ms: float) -> None:
        self.max_lines_age_ms = max_lines_age_ms
        self._frames: OrderedDict[Key, Frame] = OrderedDict()
        self._samples: OrderedDict[Key, Sample] = OrderedDict()
        self._newest: Frame | None = None
        self._pair: tuple[Frame, Sample] | None = None

    def add_frame(self, frame: Frame) -> None:
        """Add a frame. One of another epoch discards the earlier ones: the camera was reopened."""
        if self._newest is not None and frame.epoch != self._newest.epoch:
            self._frames.clear()
            self._pair = None
        elif self._newest is not None and frame.seq <= self._newest.seq:
            return
        self._newest = frame
        self._frames[(frame.epoch, frame.seq)] = frame
        while len(self._frames) > 1 and (self._is_late(next(iter(self._frames.values()))) or self._is_full()):
            self._frames.popitem(last=False)
        self._match((frame.epoch, frame.seq))

    def add_sample(self, sample: Sample) -> None:
        """Add a sample; it may arrive before its frame."""
        key = (sample.epoch, sample.frame_seq)
        self._samples[key] = sample
        while len(self._samples) > MAX_KEPT:
            self._samples.popitem(last=False)
        self._match(key)

    @property
    def newest_pair(self) -> tuple[Frame, Sample] | None:
        """The newest frame that has its sample, however late that arrived; None before the first."""
        return self._pair

    def show(self) -> tuple[Frame, Sample | None] | None:
        """The frame to show now, with its sample if that arrived in time; None before the first frame."""
        if self._newest is None:
            return None
        if self._pair is not None and not self._is_late(self._pair[0]):
            return self._pair
        return self._newest, None

    def _is_late(self, frame: Frame) -> bool:
        return self._newest is not None and self._newest.capture_ns - frame.capture_ns > ms_to_ns(self.max_lines_age_ms)

    def _is_full(self) -> bool:
        return len(self._frames) > MAX_KEPT

    def _match(self, key: Key) -> None:
        frame, sample = self._frames.get(key), self._samples.get(key)
        if frame is None or sample is None or (self._pair is not None and frame.seq <= self._pair[0].seq):
            return
        self._pair = frame, sample
        for waiting in [other for other in self._frames if other[1] <= frame.seq]:
            del self._frames[waiting]
        for answered in [other for other in self._samples if other[1] <= frame.seq]:
            del self._samples[answered]

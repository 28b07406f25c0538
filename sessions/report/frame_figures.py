"""The figures that a report takes from a session's frames, in one pass that keeps at most a stride of them."""

import itertools
import math
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from config.reference import LONGEST_STRIDE_S, SHORTEST_STRIDE_S
from sessions.format.csv_rows import read_rows
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import Floats, number
from wire.faults import SampleState

POINTS = 101
BINS = 240
"""Parts of the session for which the share of missing frames is counted."""
_LEAST_FRAMES = 8
_MOST_FRAMES = 2000
"""More than one stride has with the fastest camera; a file with more is forged."""
_MARGIN = 0.05
"""A little more than the stride at both ends, so that nothing is extrapolated."""
_NEAR, _FAR = 0, 1
"""Index of the near thigh in `_angles`, and of the far leg's first angle."""


@dataclass(frozen=True)
class MeanCurve:
    """Thigh against vertical (degrees, + in front) over the stride, from one peak of extension to the next; shape (POINTS,)."""

    mean_deg: Floats
    sd_deg: Floats
    strides: int


@dataclass(frozen=True)
class FarLegAtPeak:
    """Means of the far leg at the near leg's peak of extension, degrees."""

    thigh_deg: float
    knee_deg: float
    ankle_deg: float


@dataclass(frozen=True)
class FrameCounts:
    """Frames of some part of the session."""

    frames: int
    measured: int
    reasons: dict[str, int]
    """Frames without a measurement, by state."""

    @property
    def share(self) -> float | None:
        """Share of the frames that were measured, 0 to 1; None: there are none."""
        return self.measured / self.frames if self.frames else None


@dataclass(frozen=True)
class FrameFigures:
    """Figures of the frames; all empty for a session whose frames are not on this machine."""

    all: FrameCounts = field(default_factory=lambda: FrameCounts(0, 0, {}))
    running: FrameCounts = field(default_factory=lambda: FrameCounts(0, 0, {}))
    """From the first to the last counted stride: before and after it, nobody may be there."""
    bin_s: float = 0.0
    missing: tuple[float, ...] = ()
    """For each BINS-th part of the session, the share of its frames that were not measured."""
    curve: MeanCurve | None = None
    """The near leg's curve, over all strides between two counted ones without a gap; None if there are too few."""
    far_leg: FarLegAtPeak | None = None


def frame_figures(session: RecordedSession) -> FrameFigures:
    """Read the session's frames once. Raises SessionsError, OSError."""
    peaks_s = sorted(number(row["t_peak_s"]) for row in session.trusted())
    end_s = max((number(row["t_peak_s"]) for row in session.strides), default=0.0)
    counts = _Counts(peaks_s, end_s)
    strides = _Strides(peaks_s)
    for row in _frames(session):
        t_s = number(row["t_s"])
        counts.add(t_s, str(row["state"]))
        strides.add(t_s, row)
    strides.finish()
    return FrameFigures(counts.all(), counts.running(), counts.bin_s, counts.missing(), strides.curve(), strides.far_leg())


def _frames(session: RecordedSession) -> Iterator[Row]:
    if session.samples or session.folder is None:
        return iter(session.samples)
    return read_rows(session.folder / session.samples_file)


class _Counts:
    """Counts measured and missing frames."""

    def __init__(self, peaks_s: list[float], end_s: float) -> None:
        self.bin_s = end_s / BINS
        self._from_s, self._to_s = (peaks_s[0], peaks_s[-1]) if peaks_s else (0.0, -1.0)
        self._all: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._bins = np.zeros((2, BINS), dtype=int)

    def add(self, t_s: float, state: str) -> None:
        self._all[state] += 1
        if self._from_s <= t_s <= self._to_s:
            self._running[state] += 1
        if self.bin_s > 0 and 0 <= t_s < self.bin_s * BINS:
            self._bins[:, int(t_s / self.bin_s)] += (1, state != SampleState.MEASURING)

    def all(self) -> FrameCounts:
        return _counted(self._all)

    def running(self) -> FrameCounts:
        return _counted(self._running)

    def missing(self) -> tuple[float, ...]:
        frames, missing = self._bins
        return tuple((missing / np.maximum(frames, 1)).tolist())


def _counted(states: Counter[str]) -> FrameCounts:
    reasons = {name: count for name, count in states.items() if name != SampleState.MEASURING}
    return FrameCounts(states.total(), states[SampleState.MEASURING], reasons)


class _Strides:
    """Sums the near thigh's curve of each stride, and the far leg at its beginning."""

    def __init__(self, peaks_s: list[float]) -> None:
        self._strides = deque(
            (start_s, end_s)
            for start_s, end_s in itertools.pairwise(peaks_s)
            if SHORTEST_STRIDE_S <= end_s - start_s <= LONGEST_STRIDE_S
        )
        self._times_s: deque[float] = deque(maxlen=_MOST_FRAMES)
        self._angles_deg: deque[tuple[float, ...]] = deque(maxlen=_MOST_FRAMES)
        self._count = 0
        self._sum = np.zeros(POINTS)
        self._squares = np.zeros(POINTS)
        self._far: list[tuple[float, float, float]] = []

    def add(self, t_s: float, row: Row) -> None:
        while self._strides and t_s > self._strides[0][1] + _margin_s(self._strides[0]):
            self._take(self._strides.popleft())
        if not self._strides or t_s < self._strides[0][0] - _margin_s(self._strides[0]):
            return
        self._times_s.append(t_s)
        self._angles_deg.append(_angles(row))

    def finish(self) -> None:
        while self._strides:
            self._take(self._strides.popleft())

    def curve(self) -> MeanCurve | None:
        if self._count < 2:
            return None
        mean = self._sum / self._count
        variance = (self._squares - self._count * mean**2) / (self._count - 1)
        return MeanCurve(mean, np.sqrt(np.maximum(variance, 0.0)), self._count)

    def far_leg(self) -> FarLegAtPeak | None:
        if not self._far:
            return None
        return FarLegAtPeak(*(float(value) for value in np.mean(self._far, axis=0)))

    def _take(self, stride: tuple[float, float]) -> None:
        if len(self._times_s) < _LEAST_FRAMES:
            return
        start_s, end_s = stride
        margin_s = _margin_s(stride)
        times_s = np.fromiter(self._times_s, float)
        inside = (times_s >= start_s - margin_s) & (times_s <= end_s + margin_s)
        angles_deg = np.array(self._angles_deg)[inside]
        times_s = times_s[inside]
        order = np.argsort(times_s, kind="stable")
        times_s, angles_deg = times_s[order], angles_deg[order]
        self._add_curve(start_s, end_s, times_s, angles_deg)
        # The next stride begins where this one ends.
        while self._times_s and self._times_s[0] < end_s - margin_s:
            self._times_s.popleft()
            self._angles_deg.popleft()

    def _add_curve(self, start_s: float, end_s: float, times_s: Floats, angles_deg: Floats) -> None:
        if len(times_s) < _LEAST_FRAMES:
            return
        known = np.isfinite(angles_deg[:, _NEAR])
        if known.sum() >= _LEAST_FRAMES:
            curve = np.interp(np.linspace(start_s, end_s, POINTS), times_s[known], angles_deg[known, _NEAR])
            self._count += 1
            self._sum += curve
            self._squares += curve**2
        far = angles_deg[:, _FAR:]
        known = np.isfinite(far).all(axis=1)
        if known.any() and abs(times_s[known] - start_s).min() < SHORTEST_STRIDE_S / 4:
            thigh, knee, ankle = (float(np.interp(start_s, times_s[known], far[known, leg])) for leg in range(3))
            self._far.append((thigh, knee, ankle))


def _margin_s(stride: tuple[float, float]) -> float:
    return _MARGIN * (stride[1] - stride[0])


def _angles(row: Row) -> tuple[float, ...]:
    """The near thigh, settled if it is known; the far thigh, knee and ankle; NaN where nothing was measured."""
    settled, live, *far = (
        _cell(row, name)
        for name in ("near_thigh_settled_deg", "near_thigh_deg", "far_thigh_deg", "far_knee_deg", "far_ankle_deg")
    )
    return (live if math.isnan(settled) else settled, *far)


def _cell(row: Row, name: str) -> float:
    value = row.get(name)
    return math.nan if value is None or isinstance(value, str) else float(value)

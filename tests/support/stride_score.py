"""Measured strides against true ones: which were found, how far off, how late, and how much of a step they show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

START_S = 1.5
"""Strides are judged from so long after the start on: the first ones may be needed to find the rhythm."""
END_S = 0.25
"""And until so long before the end: later ones cannot be settled in time."""
TOLERANCE = 0.12
"""A measured stride belongs to a true one if it is this near in time, in strides."""


class Reading(NamedTuple):
    """One measured stride: when its peak was, how deep (thigh against vertical, negative behind), and when that was known."""

    t_s: float
    thigh_deg: float
    known_s: float


@dataclass(frozen=True)
class Score:
    """The strides of one leg in one run that were found; arrays of the same length. Hip extension in degrees, + behind."""

    number: NDArray[np.int64]
    """Which true stride."""
    true_deg: Floats
    measured_deg: Floats
    delay_s: Floats
    """From the true turn to the frame that decided the stride."""
    missed: int
    invented: int
    step: int | None = None
    """Number of the first true stride after the step."""

    @property
    def error_deg(self) -> Floats:
        """Measured less true."""
        error: Floats = self.measured_deg - self.true_deg
        return error


def score(
    true_peaks: Sequence[tuple[float, float]],
    readings: Sequence[Reading],
    stride_s: float,
    end_s: float,
    step: int | None = None,
    start_s: float = START_S,
) -> Score:
    """Pair true peaks (t_s, thigh_deg) with readings, one to one, the nearest first."""
    gaps = [
        (abs(reading.t_s - t_s), true, measured)
        for true, (t_s, _) in enumerate(true_peaks)
        for measured, reading in enumerate(readings)
        if abs(reading.t_s - t_s) <= TOLERANCE * stride_s
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, true, measured in sorted(gaps):
        if true not in pairs and measured not in taken:
            pairs[true] = measured
            taken.add(measured)
    last_s = end_s - END_S
    judged = [true for true, (t_s, _) in enumerate(true_peaks) if start_s <= t_s <= last_s]
    found = [true for true in judged if true in pairs]
    extra = [reading for at, reading in enumerate(readings) if at not in taken and start_s <= reading.t_s <= last_s]
    return Score(
        number=np.array(found, dtype=np.int64),
        true_deg=np.array([-true_peaks[true][1] for true in found], dtype=np.float64),
        measured_deg=np.array([-readings[pairs[true]].thigh_deg for true in found], dtype=np.float64),
        delay_s=np.array([readings[pairs[true]].known_s - true_peaks[true][0] for true in found], dtype=np.float64),
        missed=len(judged) - len(found),
        invented=len(extra),
        step=step,
    )


class Pool:
    """Several runs' scores together."""

    def __init__(self, scores: Sequence[Score]) -> None:
        self.error_deg = np.concatenate([one.error_deg for one in scores])
        self.delay_ms = 1000 * np.concatenate([one.delay_s for one in scores])
        self.found = len(self.error_deg)
        self.missed = sum(one.missed for one in scores)
        self.invented = sum(one.invented for one in scores)

    @property
    def bias_deg(self) -> float:
        """Mean error."""
        return float(self.error_deg.mean())

    @property
    def sd_deg(self) -> float:
        """Standard deviation of the error."""
        return float(self.error_deg.std(ddof=1))

    @property
    def worst_deg(self) -> float:
        """Largest error, either way."""
        return float(np.abs(self.error_deg).max())

    def delay(self, percent: float) -> float:
        """Percentile of the delay, ms."""
        return float(np.percentile(self.delay_ms, percent))


def slope(groups: Sequence[Sequence[Score]]) -> tuple[float, float]:
    """Slope of measured on true and its standard error, each group's means taken out first.

    With one runner at one speed a group, the slope speaks of changes from stride to stride alone.
    """
    true, measured = [], []
    for group in groups:
        x = np.concatenate([one.true_deg for one in group])
        y = np.concatenate([one.measured_deg for one in group])
        true.append(x - x.mean())
        measured.append(y - y.mean())
    x, y = np.concatenate(true), np.concatenate(measured)
    gain = float((x * y).sum() / (x * x).sum())
    rest = y - gain * x
    return gain, float(np.sqrt((rest * rest).sum() / (len(x) - len(groups) - 1) / (x * x).sum()))


def step_shown(pairs: Sequence[tuple[Score, Score]], after: int) -> float:
    """Share of the step shown by stride `after` after it (1: the first), mean over runs done twice: with and without the step.

    Everything else, noise included, is the same in both, so that little more than the answer to the step remains.
    """
    shares = []
    for stepped, plain in pairs:
        if stepped.step is None:
            continue
        number = stepped.step + after - 1
        a, b = np.flatnonzero(stepped.number == number), np.flatnonzero(plain.number == number)
        if len(a) and len(b):
            true = stepped.true_deg[a[0]] - plain.true_deg[b[0]]
            shares.append((stepped.measured_deg[a[0]] - plain.measured_deg[b[0]]) / true)
    return float(np.mean(shares)) if shares else float("nan")

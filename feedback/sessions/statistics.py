"""Means of strides and how sure they are. Pure.

SEM here is the standard error of a phase's mean: SD / sqrt(n'), where n' is the number of strides, lowered for strides that
follow each other being alike (n' = n (1 - r) / (1 + r), r the correlation of each with the next, when positive). A change
between two phases counts when it exceeds the minimal detectable change, MDC95 = 1.96 sqrt(SEM1² + SEM2²), which for equal SEM
is the usual 1.96 sqrt(2) SEM (Weir 2005, J Strength Cond Res 19:231-240). Within a session only: between days two-dimensional
hip angles differ by 9 to 11° (95 % interval; Damsted, Nielsen & Larsen 2014, Int J Sports Phys Ther).
"""

import math
from dataclasses import dataclass

import numpy as np

from feedback.sessions.recorded import Recorded, number
from feedback.sessions.rows import Floats, column

Z95 = 1.96
LEAST_STRIDES = 5
"""A mean of fewer is not stated."""
BETWEEN_DAYS_DEG = 10.0
"""95 % interval of the difference of an absolute angle between two days (9 to 11°)."""
ABSOLUTE_DEG = 3.0
"""An angle of a drawn runner comes out right within so much, the same way for all strides (docs/accuracy.md, section 4)."""
SIDE_LIMIT_DEG = 3.0
"""Left and right of healthy runners differ by no more (204 runners; Med Sci Sports Exerc 2021;53:945-950)."""
CAMERA_SIDE_RMS_DEG = 1.7
"""Near minus far of a drawn runner with equal sides (root mean square, rounded up; cells of docs/accuracy.md, section 4)."""
CAMERA_CHANGE_RMS = 0.13
"""By how much of what is seen of a change the true one is larger or smaller (same cells; bench/camera_part.py prints both)."""
_MOST_ALIKE = 0.9


@dataclass(frozen=True)
class Mean:
    """The mean of strides, its spread and its standard error, in the measure's unit."""

    strides: int
    mean: float
    sd: float
    sem: float

    @property
    def ci95(self) -> float:
        """Half the 95 % interval of the mean."""
        return Z95 * self.sem


def mean_of(values: Floats) -> Mean | None:
    """The mean of strides in their order, NaN left out; None of fewer than LEAST_STRIDES."""
    values = values[np.isfinite(values)]
    count = len(values)
    if count < LEAST_STRIDES:
        return None
    sd = float(np.std(values, ddof=1))
    off = values - values.mean()
    variance = float(off @ off)
    alike = float(off[1:] @ off[:-1]) / variance if variance > 0 else 0.0
    alike = min(max(alike, 0.0), _MOST_ALIKE)
    effective = max(2.0, count * (1 - alike) / (1 + alike))
    return Mean(count, float(values.mean()), sd, sd / math.sqrt(effective))


def by_phase(session: Recorded, measure: str, leg: str = "near") -> dict[str, Mean]:
    """The mean of a measure's trusted strides in each phase, in the phases' order; `measure` is a column of strides.csv.

    What is run before a session begins and after its end is none of it.
    """
    found: dict[str, list[float]] = {}
    rows = session.trusted(leg)
    for row, value in zip(rows, column(rows, measure), strict=True):
        found.setdefault(session.phase_at(number(row["t_peak_s"])), []).append(float(value))
    means = {phase: mean_of(np.array(values)) for phase, values in found.items() if phase not in ("idle", "summary")}
    return {phase: mean for phase, mean in means.items() if mean is not None}


def overall(session: Recorded, measure: str, leg: str = "near") -> Mean | None:
    """The mean over all trusted strides."""
    return mean_of(column(session.trusted(leg), measure))


@dataclass(frozen=True)
class Sides:
    """Near minus far, degrees."""

    difference_deg: float
    uncertainty_deg: float
    """Half the 95 % interval: the strides' own and the camera's, which sees the far leg worse."""

    @property
    def stated(self) -> bool:
        """Whether it is sure enough to be told."""
        return self.uncertainty_deg < SIDE_LIMIT_DEG

    @property
    def beyond(self) -> bool:
        """Whether it is beyond what is found in healthy runners, uncertainty and all."""
        return abs(self.difference_deg) - self.uncertainty_deg > SIDE_LIMIT_DEG


def near_minus_far(session: Recorded, measure: str) -> Floats:
    """For each trusted near stride, what the far leg (in between on straight lines) had less; both must have strides."""
    near, far = session.trusted(), session.trusted("far")
    far_deg = np.interp(column(near, "t_peak_s"), column(far, "t_peak_s"), column(far, measure))
    difference: Floats = column(near, measure) - far_deg
    return difference


def sides(session: Recorded, measure: str = "hip_extension_deg") -> Sides | None:
    """The difference over all trusted strides; None of too few. What both legs change alike does not make it less sure."""
    if min(len(session.trusted(leg)) for leg in ("near", "far")) < LEAST_STRIDES:
        return None
    found = mean_of(near_minus_far(session, measure))
    return None if found is None else Sides(found.mean, Z95 * math.hypot(found.sem, CAMERA_SIDE_RMS_DEG))


@dataclass(frozen=True)
class Tracking:
    """What was measured and what was left out."""

    frames: int
    measured: int
    not_measured: dict[str, int]
    """Frames without a measurement, by their named reason."""
    low_quality: dict[str, int]
    """Strides below the quality gate, by leg."""
    interruptions_s: float
    rows_lost: int
    missed: int
    """Messages that the recorder did not get."""


def tracking(session: Recorded) -> Tracking:
    """Of the whole session."""
    reasons: dict[str, int] = {}
    for row in session.samples:
        reasons[str(row["state"])] = reasons.get(str(row["state"]), 0) + 1
    measured = reasons.pop("measuring", 0)
    recorder = session.header.get("processes", {}).get("recorder", {})
    return Tracking(
        frames=len(session.samples) or int(session.header.get("frames") or 0),
        measured=measured,
        not_measured=reasons,
        low_quality={
            leg: sum(row["leg"] == leg for row in session.strides) - len(session.trusted(leg)) for leg in ("near", "far")
        },
        interruptions_s=sum(gap["to_s"] - gap["from_s"] for gap in session.header.get("interruptions", [])),
        rows_lost=int(session.header.get("rows_lost", 0)),
        missed=int(recorder.get("counters", {}).get("missed", 0)),
    )

"""Means of strides and their uncertainty. Pure.

SEM here is the standard error of a phase's mean: SD / sqrt(n'), where n' is the number of strides, reduced if successive
strides are alike (n' = n (1 - r) / (1 + r), r the correlation of each with the next, if positive). A change
between two phases counts when it exceeds the minimal detectable change, MDC95 = 1.96 sqrt(SEM1² + SEM2²), which for equal SEM
is the usual 1.96 sqrt(2) SEM (Weir 2005, J Strength Cond Res 19:231-240). Within a session only: between days two-dimensional
hip angles differ by 9 to 11° (95 % interval; Damsted, Nielsen & Larsen 2014, Int J Sports Phys Ther).
"""

import math
from dataclasses import dataclass

import numpy as np

from config.reference import SIDE_LIMIT_DEG, Z95
from sessions.format.recorded import CountedStrides, RecordedSession
from sessions.format.rows import Floats, column, known
from sessions.report.frame_figures import FrameFigures
from wire.texts import digits

LEAST_STRIDES = 5
"""A mean of fewer strides is not stated."""
BETWEEN_DAYS_DEG = 10.0
"""95 % interval of the difference of an absolute angle between two days (9 to 11°)."""
ZEROED_DEG, VERTICAL_DEG = 4.0, 6.0
"""Error common to all strides: of hip extension against quiet standing (1.96 SD) and against the vertical (the largest), for
rendered people seen from the side (docs/accuracy.md, section 13)."""
EXCURSION_DEG = 3.0
"""The same for the excursion: the largest error for a drawn runner (docs/accuracy.md, section 4)."""
CAMERA_SIDE_RMS_DEG = 1.7
"""Near minus far of a drawn runner with equal sides (root mean square, rounded up; cells of docs/accuracy.md, section 4)."""
CAMERA_CHANGE_RMS = 0.13
"""Error of a measured change as a share of it (same cells; bench.accuracy.camera_part prints both)."""
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

    @property
    def text(self) -> str:
        """The mean with its 95 % interval, as in "17.9 ± 0.6"."""
        return f"{digits(self.mean, '.1f')} ± {self.ci95:.1f}"


def mean_of(values: Floats) -> Mean | None:
    """The mean of strides in their order, without NaN; None for fewer than LEAST_STRIDES."""
    values = known(values)
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


def by_phase(session: CountedStrides, measure: str, leg: str = "near") -> dict[str, Mean]:
    """The mean of a measure's trusted strides in each phase, in the phases' order; `measure` is a column of strides.csv.

    Strides before the session begins and after its end are left out.
    """
    phases, values = session.phase_names(leg), session.values(measure, leg)
    names = [name for name in dict.fromkeys(phases) if name not in ("idle", "summary")]
    means = {name: mean_of(values[phases == name]) for name in names}
    return {phase: mean for phase, mean in means.items() if mean is not None}


def overall(session: CountedStrides, measure: str, leg: str = "near") -> Mean | None:
    """The mean over all trusted strides."""
    return mean_of(session.values(measure, leg))


@dataclass(frozen=True)
class SideDifference:
    """Near minus far, degrees."""

    difference_deg: float
    uncertainty_deg: float
    """Half the 95 % interval: the strides' scatter, and the camera, which sees the far leg less well."""

    @property
    def stated(self) -> bool:
        """Whether it is certain enough to be stated."""
        return self.uncertainty_deg < SIDE_LIMIT_DEG

    @property
    def beyond(self) -> bool:
        """Whether it exceeds the difference found in healthy runners by more than its uncertainty."""
        return abs(self.difference_deg) - self.uncertainty_deg > SIDE_LIMIT_DEG


def near_minus_far(session: RecordedSession, measure: str) -> Floats:
    """For each trusted near stride, its value minus the far leg's, interpolated linearly; both legs must have strides."""
    near, far = session.trusted(), session.trusted("far")
    far_deg = np.interp(column(near, "t_peak_s"), column(far, "t_peak_s"), column(far, measure))
    difference: Floats = column(near, measure) - far_deg
    return difference


def sides(session: RecordedSession, measure: str = "hip_extension_deg") -> SideDifference | None:
    """The difference over all trusted strides; None if there are too few. A change of both legs alike adds no uncertainty."""
    if min(len(session.trusted(leg)) for leg in ("near", "far")) < LEAST_STRIDES:
        return None
    found = mean_of(near_minus_far(session, measure))
    return None if found is None else SideDifference(found.mean, Z95 * math.hypot(found.sem, CAMERA_SIDE_RMS_DEG))


@dataclass(frozen=True)
class Tracking:
    """What was measured and what was left out."""

    frames: int
    """Number of frames in the file; from the header if the frames are not on this machine."""
    measured: int
    not_measured: dict[str, int]
    """Frames without a measurement, by state."""
    low_quality: dict[str, int]
    """Strides below the quality gate, by leg."""
    interruptions_s: float
    rows_lost: int
    missed: int
    """Messages that the recorder did not receive."""


def tracking(session: RecordedSession, frames: FrameFigures) -> Tracking:
    """The tracking of the whole session."""
    recorder = session.header.get("processes", {}).get("recorder", {})
    return Tracking(
        frames=frames.all.frames or int(session.header.get("frames") or 0),
        measured=frames.all.measured,
        not_measured=frames.all.reasons,
        low_quality={
            leg: sum(row["leg"] == leg for row in session.strides) - len(session.trusted(leg)) for leg in ("near", "far")
        },
        interruptions_s=sum(gap["to_s"] - gap["from_s"] for gap in session.header.get("interruptions", [])),
        rows_lost=int(session.header.get("rows_lost", 0)),
        missed=int(recorder.get("counters", {}).get("missed", 0)),
    )

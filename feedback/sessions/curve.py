"""The mean thigh curve over the stride, and what runners in general do at that belt speed. Pure."""

import itertools
from dataclasses import dataclass

import numpy as np

from feedback.sessions.recorded import Recorded, number
from feedback.sessions.rows import Floats, column

POINTS = 101
_STRIDE_S = (0.45, 1.3)
_LEAST_FRAMES = 8

# By belt speed in m/s: Fourier coefficients (mean, then cosine and sine of each harmonic, degrees; phase 0: initial contact)
# fitted to the mean thigh angle against vertical of 28 treadmill runners (Fukuchi, Fukuchi & Duarte 2017, PeerJ 5:e3298, data
# CC BY 4.0); residual 0.09, 0.10 and 0.14° (standard deviation).
REFERENCE_DEG = {
    2.5: (7.2, 17.77, -11.1, -5.98, 4.92, -1.89, 1.28, -0.06, 0.44, -0.19, -0.1, -0.01, -0.03, 0.03, -0.18),
    3.5: (7.63, 21.42, -17.4, -5.55, 6.21, -2.1, 2.2, -0.08, 0.07, -0.41, 0.09, -0.02, -0.06, -0.05, -0.21),
    4.5: (8.82, 24.29, -22.68, -5.45, 6.66, -2.1, 2.77, -0.36, -0.45, -0.42, 0.29, -0.06, -0.11, -0.05, -0.19),
}


@dataclass(frozen=True)
class MeanCurve:
    """Thigh against vertical (degrees, + in front) over the stride, from one peak of extension to the next; shape (POINTS,)."""

    mean_deg: Floats
    sd_deg: Floats
    strides: int


def mean_curve(session: Recorded, leg: str = "near") -> MeanCurve | None:
    """Over all strides that follow a trusted one of the same leg without a gap; None where there are too few."""
    if not session.samples:
        return None
    t_s = column(session.samples, "t_s")
    settled_deg, live_deg = (column(session.samples, f"{leg}_thigh{kind}_deg") for kind in ("_settled", ""))
    thigh_deg = np.where(np.isfinite(settled_deg), settled_deg, live_deg)
    peaks_s = [number(row["t_peak_s"]) for row in session.trusted(leg)]
    curves = []
    for start_s, end_s in itertools.pairwise(peaks_s):
        if not _STRIDE_S[0] <= end_s - start_s <= _STRIDE_S[1]:
            continue
        # A little beyond both ends, so that nothing is extrapolated.
        margin_s = 0.05 * (end_s - start_s)
        inside = (t_s >= start_s - margin_s) & (t_s <= end_s + margin_s) & np.isfinite(thigh_deg)
        if inside.sum() < _LEAST_FRAMES:
            continue
        curves.append(np.interp(np.linspace(start_s, end_s, POINTS), t_s[inside], thigh_deg[inside]))
    if len(curves) < 2:
        return None
    stacked = np.array(curves)
    return MeanCurve(stacked.mean(axis=0), stacked.std(axis=0, ddof=1), len(curves))


def reference_curve(speed_mps: float) -> Floats:
    """The mean curve of 28 runners from one peak of extension to the next; between the speeds measured interpolated."""
    speeds = sorted(REFERENCE_DEG)
    clipped = min(max(speed_mps, speeds[0]), speeds[-1])
    above = next(speed for speed in speeds if speed >= clipped)
    below = max(speed for speed in speeds if speed <= clipped)
    share = 0.0 if above == below else (clipped - below) / (above - below)
    return (1 - share) * _from_peak(REFERENCE_DEG[below]) + share * _from_peak(REFERENCE_DEG[above])


def belt_speed(session: Recorded) -> float | None:
    """Median of the strides' belt speed, m/s; None: unknown."""
    speeds = column(session.trusted(), "belt_speed_mps")
    speeds = speeds[np.isfinite(speeds)]
    return float(np.median(speeds)) if len(speeds) else None


def _from_peak(coefficients: tuple[float, ...]) -> Floats:
    phase = np.linspace(0, 1, 1000, endpoint=False)
    peak = phase[int(np.argmin(_at(coefficients, phase)))]
    return _at(coefficients, peak + np.linspace(0, 1, POINTS))


def _at(coefficients: tuple[float, ...], phase: Floats) -> Floats:
    given = np.array(coefficients)
    turns = 2 * np.pi * phase[:, None] * np.arange(1, len(given) // 2 + 1)
    values: Floats = given[0] + np.cos(turns) @ given[1::2] + np.sin(turns) @ given[2::2]
    return values

"""Reference curves of other runners for the belt's speed. Pure."""

import numpy as np

from config.reference import KNEE_DEG, THIGH_DEG
from sessions.format.recorded import RecordedSession
from sessions.format.rows import Floats, column, known
from sessions.report.frame_figures import POINTS, FarLegAtPeak

_KNEE_SPEED_MPS = 3.5
"""The only speed whose curve of the knee is in the table."""


def reference_curve(speed_mps: float) -> Floats:
    """The mean curve of 28 runners from one peak of extension to the next, interpolated between the measured speeds."""
    speeds = sorted(THIGH_DEG)
    clipped = min(max(speed_mps, speeds[0]), speeds[-1])
    above = next(speed for speed in speeds if speed >= clipped)
    below = max(speed for speed in speeds if speed <= clipped)
    share = 0.0 if above == below else (clipped - below) / (above - below)
    return (1 - share) * _from_peak(THIGH_DEG[below]) + share * _from_peak(THIGH_DEG[above])


def reference_far_leg(speed_mps: float | None) -> FarLegAtPeak:
    """The far leg at the near leg's peak of extension, half a stride on, in the mean of those runners."""
    thigh_deg = reference_curve(_KNEE_SPEED_MPS if speed_mps is None else speed_mps)[POINTS // 2]
    phase = _peak_phase(THIGH_DEG[_KNEE_SPEED_MPS]) + 0.5
    return FarLegAtPeak(float(thigh_deg), float(_at(KNEE_DEG[_KNEE_SPEED_MPS], np.array([phase]))[0]), 0.0)


def belt_speed(session: RecordedSession) -> float | None:
    """Median of the strides' belt speed, m/s; None: unknown."""
    speeds = known(column(session.trusted(), "belt_speed_mps"))
    return float(np.median(speeds)) if len(speeds) else None


def _from_peak(coefficients: tuple[float, ...]) -> Floats:
    return _at(coefficients, _peak_phase(coefficients) + np.linspace(0, 1, POINTS))


def _peak_phase(coefficients: tuple[float, ...]) -> float:
    phase = np.linspace(0, 1, 1000, endpoint=False)
    return float(phase[int(np.argmin(_at(coefficients, phase)))])


def _at(coefficients: tuple[float, ...], phase: Floats) -> Floats:
    given = np.array(coefficients)
    turns = 2 * np.pi * phase[:, None] * np.arange(1, len(given) // 2 + 1)
    values: Floats = given[0] + np.cos(turns) @ given[1::2] + np.sin(turns) @ given[2::2]
    return values

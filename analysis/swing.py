"""The swing between two push-offs of one leg: how far the thigh comes forward, how soon, and how fast."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from analysis.extremes import highest
from analysis.leg_track import TrackPoint

_SLOPE_WIDTH_S = 0.07


@dataclass(frozen=True)
class Swing:
    """Read from the tracked angles between a peak of extension and the next one."""

    knee_drive_deg: float
    """Largest thigh angle in front of the body."""
    rebound_s: float | None
    """From the peak of extension before to the knee drive; None: the peak before is not known."""
    velocity_dps: float | None
    """Largest forward speed of the thigh, degrees per second."""


def read_swing(points: Iterable[TrackPoint], since_s: float | None, until_s: float, stride_s: float) -> Swing | None:
    """The swing that ended before the peak at `until_s`; `since_s` is the peak before, None when it was missed.

    None where too little was seen.
    """
    start_s = until_s - stride_s if since_s is None else since_s
    window = [point for point in points if start_s < point.t_s < until_s]
    t_s, angles_deg = [point.t_s for point in window], [point.tracked_deg for point in window]
    drive = highest(t_s, angles_deg)
    if drive is None:
        return None
    forward = [
        slope for slope in (_slope_dps(window, point.t_s) for point in window if point.t_s <= drive.t_s) if slope is not None
    ]
    return Swing(
        knee_drive_deg=drive.value,
        rebound_s=None if since_s is None else drive.t_s - since_s,
        velocity_dps=max(forward) if forward else None,
    )


def _slope_dps(points: Sequence[TrackPoint], at_s: float) -> float | None:
    """Slope of a line through the frames around `at_s`."""
    near = [point for point in points if abs(point.t_s - at_s) <= _SLOPE_WIDTH_S / 2]
    if len(near) < 3:
        near = sorted(points, key=lambda point: abs(point.t_s - at_s))[:3]
    if len(near) < 3:
        return None
    middle_s, middle_deg = fmean(point.t_s for point in near), fmean(point.tracked_deg for point in near)
    square_s2 = sum((point.t_s - middle_s) ** 2 for point in near)
    return sum((point.t_s - middle_s) * (point.tracked_deg - middle_deg) for point in near) / square_s2

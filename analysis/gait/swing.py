"""The swing between two push-offs of one leg: how far the thigh comes forward, how soon and how fast."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from analysis.gait.extrema import highest
from analysis.gait.tracks import TrackPoint

_SLOPE_WIDTH_S = 0.07


@dataclass(frozen=True)
class Swing:
    """Measured from the tracked angles between two peaks of extension."""

    knee_drive_deg: float
    """Largest thigh angle in front of the body."""
    rebound_s: float | None
    """From the previous peak of extension to the knee drive; None: the previous peak is not known."""
    velocity_dps: float | None
    """Largest forward speed of the thigh, degrees per second."""


def read_swing(points: Iterable[TrackPoint], since_s: float | None, until_s: float, stride_s: float) -> Swing | None:
    """The swing before the peak at `until_s`; None: too little was seen.

    `since_s`: the previous peak; None: it was missed, and the swing is sought within the last `stride_s`.
    """
    start_s = until_s - stride_s if since_s is None else since_s
    window = [point for point in points if start_s < point.t_s < until_s]
    t_s, angles_deg = [point.t_s for point in window], [point.tracked_deg for point in window]
    drive = highest(t_s, angles_deg)
    if drive is None:
        return None
    forward = [
        slope
        for slope in (_slope_dps(window, index) for index, point in enumerate(window) if point.t_s <= drive.t_s)
        if slope is not None
    ]
    return Swing(
        knee_drive_deg=drive.value,
        rebound_s=None if since_s is None else drive.t_s - since_s,
        velocity_dps=max(forward) if forward else None,
    )


def _slope_dps(points: Sequence[TrackPoint], index: int) -> float | None:
    """Slope of a line through the frames around this one; `points` are in order of time."""
    at_s = points[index].t_s
    first = last = index
    while first > 0 and at_s - points[first - 1].t_s <= _SLOPE_WIDTH_S / 2:
        first -= 1
    while last < len(points) - 1 and points[last + 1].t_s - at_s <= _SLOPE_WIDTH_S / 2:
        last += 1
    near = points[first : last + 1]
    if len(near) < 3:
        near = sorted(points, key=lambda point: abs(point.t_s - at_s))[:3]
    if len(near) < 3:
        return None
    middle_s, middle_deg = fmean(point.t_s for point in near), fmean(point.tracked_deg for point in near)
    square_s2 = sum((point.t_s - middle_s) ** 2 for point in near)
    return sum((point.t_s - middle_s) * (point.tracked_deg - middle_deg) for point in near) / square_s2

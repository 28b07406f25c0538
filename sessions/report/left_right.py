"""Left minus right of a session with two cameras. Pure.

Each leg is measured by the camera that sees it near, and each camera has its own zero from the same quiet standing. This
removes errors that are equal in standing and running, such as the camera's roll. The far legs give the difference a second time
(config/left_minus_right.py, docs/two-cameras.md).
"""

import math
from dataclasses import dataclass

import numpy as np

from config.left_minus_right import combined
from config.reference import SIDE_LIMIT_DEG, Z95
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import Floats, column
from sessions.report.statistics import Mean, mean_of
from sessions.report.target import HIP

UNLEVEL_RMS_DEG = 2.0
"""Without zeros: cameras levelled by eye are each off by about 1.4°, and the two errors add up."""
_LONGEST_GAP_S = 1.5
"""A stride whose neighbours of the other leg are farther away is not compared."""


@dataclass(frozen=True)
class LeftRight:
    """The two legs at the same strides, in degrees."""

    left: Mean
    """Mean of the left leg, from the camera that sees it near; `right` likewise."""
    right: Mean
    difference_deg: float
    """Left minus right, from near and far legs."""
    ci95_deg: float
    """Half the 95 % interval of the difference: the strides' scatter, and the cameras."""
    calibrated: bool
    """Whether both cameras have a zero from quiet standing."""
    cameras_sd_deg: float
    """The cameras' part of the uncertainty: standard deviation."""

    @property
    def stated(self) -> bool:
        """Whether it is certain enough to be stated."""
        return self.ci95_deg < SIDE_LIMIT_DEG

    @property
    def differs(self) -> bool:
        """Whether the legs differ by more than the uncertainty."""
        return self.stated and abs(self.difference_deg) > self.ci95_deg

    @property
    def beyond(self) -> bool:
        """Whether they differ by more than those of healthy runners, and by more than the uncertainty on top of it."""
        return abs(self.difference_deg) - self.ci95_deg > SIDE_LIMIT_DEG


def left_right(session: RecordedSession) -> LeftRight | None:
    """Peak hip extension of both legs, over the time in which both were measured; None: too few strides, or one camera."""
    left, right = session.of_side("left"), session.of_side("right")
    if not session.has_both_sides or not left or not right:
        return None
    calibrated = all(row.get("standing_thigh_deg") is not None for row in (*left, *right))
    left, others_deg = _paired(left, right, calibrated)
    left_deg = _extension_deg(left, calibrated)
    means = mean_of(left_deg), mean_of(others_deg), mean_of(left_deg - others_deg)
    if means[0] is None or means[1] is None or means[2] is None:
        return None
    near, far = means[2], by_far_legs(session) if calibrated else None
    found = combined(near.mean, None if far is None else far.mean, session.calibration_sd_deg)
    cameras_sd_deg = math.hypot(found.cameras_sd_deg, 0.0 if calibrated else UNLEVEL_RMS_DEG)
    ci95_deg = Z95 * math.hypot(found.error_deg(near.sem, 0.0 if far is None else far.sem), cameras_sd_deg)
    return LeftRight(means[0], means[1], found.difference_deg, ci95_deg, calibrated, cameras_sd_deg)


def apart_s(session: RecordedSession) -> tuple[float, float] | None:
    """How much later the other camera saw the same push-offs, and the stride time, seconds; None: too few strides.

    It is known modulo whole strides: between −½ and +½ stride. Near 0, both cameras recorded the same time and agree on
    which leg is which.
    """
    times_s = column(session.trusted("near"), "stride_time_s")
    if not np.isfinite(times_s).any():
        return None
    stride_s = float(np.nanmedian(times_s))
    turns = []
    for leg, seen_as in (("near", "far"), ("far", "near")):
        here_s = column([row for row in session.strides if row["leg"] == leg], "t_peak_s")
        there_s = column([row for row in session.other_strides if row["leg"] == seen_as], "t_peak_s")
        if len(here_s) and len(there_s):
            turns.append((there_s - here_s[np.abs(there_s[:, None] - here_s).argmin(axis=1)]) / stride_s)
    if not turns:
        return None
    mean_turn = np.angle(np.exp(2j * np.pi * np.concatenate(turns)).mean()) / (2 * np.pi)
    return float(mean_turn * stride_s), stride_s


def by_far_legs(session: RecordedSession) -> Mean | None:
    """Left minus right from the cameras that see the legs far; None: too few strides."""
    left, right = session.of_side("left", "far"), session.of_side("right", "far")
    if not left or not right:
        return None
    left, others_deg = _paired(left, right, calibrated=True)
    return mean_of(_extension_deg(left, calibrated=True) - others_deg)


def _paired(left: list[Row], right: list[Row], calibrated: bool) -> tuple[list[Row], Floats]:
    """The left leg's strides that have some of the right leg before and after them, and the right leg's value then."""
    at_s, others_s = column(left, "t_peak_s"), column(right, "t_peak_s")
    behind = np.searchsorted(others_s, at_s)
    inside = (behind > 0) & (behind < len(others_s))
    before_s, after_s = others_s[np.maximum(behind, 1) - 1], others_s[np.minimum(behind, len(others_s) - 1)]
    near = inside & (at_s - before_s < _LONGEST_GAP_S) & (after_s - at_s < _LONGEST_GAP_S)
    values: Floats = np.interp(at_s[near], others_s, _extension_deg(right, calibrated))
    return [row for row, kept in zip(left, near, strict=True) if kept], values


def _extension_deg(rows: list[Row], calibrated: bool) -> Floats:
    """Peak extension against quiet standing; if a zero is missing, both cameras' against the vertical."""
    return column(rows, HIP.column) if calibrated else -column(rows, "thigh_min_deg")

"""Checks that two cameras see the two sides of a person."""

import numpy as np

from analysis.pose.backends import open_backend
from analysis.pose.pose_estimator import PoseError
from analysis.runner.facing import ENOUGH, forwardness
from config.reference import Z95
from config.settings import Settings
from hipcue.doctor.camera_check import TimedPicture
from wire.faults import FindingCode
from wire.messages import Facing
from wire.texts import Finding, finding


def check_sides(settings: Settings, pictures: list[TimedPicture], other_pictures: list[TimedPicture]) -> Finding:
    """Which side each camera sees: a person who faces right shows it the right side."""
    try:
        seen = _facing(settings, pictures), _facing(settings.of_other_side(), other_pictures)
    except PoseError as error:
        return finding(FindingCode.SIDES_NOT_CHECKED, cause=error)
    if None in seen:
        return finding(FindingCode.SIDES_NOT_KNOWN)
    if seen[0] == seen[1]:
        return finding(FindingCode.SIDES_SAME, side=seen[0])
    sides, capture = {"side": seen[0], "other_side": seen[1]}, settings.capture
    if capture.cameras_swapped:
        return finding(FindingCode.SIDES_SWAPPED, **sides)
    if not capture.extension_offset_sd_deg:
        return finding(FindingCode.SIDES, **sides)
    ci95_deg = Z95 * capture.extension_offset_sd_deg
    more = capture.extension_offset_deg > 0
    code = FindingCode.SIDES_CORRECTED_DOWN if more else FindingCode.SIDES_CORRECTED_UP
    return finding(code, offset_deg=abs(capture.extension_offset_deg), ci95_deg=ci95_deg, **sides)


def _facing(settings: Settings, pictures: list[TimedPicture]) -> Facing | None:
    """Raises PoseError."""
    pose = open_backend(settings.analysis)
    try:
        found = [forwardness(landmarks) for _, image in pictures if (landmarks := pose.estimate(image)) is not None]
    finally:
        pose.close()
    if not found or abs(mean := float(np.mean(found))) < ENOUGH:
        return None
    return "right" if mean > 0 else "left"

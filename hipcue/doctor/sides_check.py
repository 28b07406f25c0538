"""Checks that two cameras see the two sides of a person."""

import numpy as np

from analysis.pose.backends import open_backend
from analysis.pose.pose_estimator import PoseError
from analysis.runner.facing import ENOUGH, forwardness
from config.reference import Z95
from config.settings import Settings
from hipcue.doctor.camera_check import TimedPicture
from hipcue.doctor.finding import Finding
from wire.messages import Facing


def check_sides(settings: Settings, pictures: list[TimedPicture], other_pictures: list[TimedPicture]) -> Finding:
    """Which side each camera sees: a person who faces right shows it the right side."""
    try:
        seen = _facing(settings, pictures), _facing(settings.of_other_side(), other_pictures)
    except PoseError as error:
        return Finding("sides", False, "not checked", str(error))
    if None in seen:
        advice = "stand on the treadmill as for running, in view of both cameras"
        return Finding("sides", False, "not known: nobody is seen side-on by both cameras", advice)
    if seen[0] == seen[1]:
        advice = "hang one of them on the other side of the treadmill, and switch mirroring off"
        return Finding("sides", False, f"both cameras see the {seen[0]} side", advice)
    return Finding(
        "sides", True, f"the camera sees the {seen[0]} side, the other one the {seen[1]} side; {_correction(settings)}"
    )


def _correction(settings: Settings) -> str:
    """What `hipcue calibrate-sides` has found, in words."""
    other = settings.capture.other_side
    if not other.extension_offset_sd_deg:
        return "no difference between them is corrected (hipcue calibrate-sides measures it)"
    ci95_deg = Z95 * other.extension_offset_sd_deg
    more = "more" if other.extension_offset_deg > 0 else "less"
    return f"the other one reads {abs(other.extension_offset_deg):.1f} ± {ci95_deg:.1f}° {more}, which is corrected"


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

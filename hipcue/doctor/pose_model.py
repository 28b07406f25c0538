"""The pose model: does it start, and is it fast enough?"""

import numpy as np

from analysis.pose import PoseError, open_backend
from config.schema import Settings
from hipcue.doctor.camera import TimedPicture
from hipcue.doctor.finding import Finding
from hipcue.doctor.pose_speed import fastest, measure, ways

_FAST_ENOUGH_MS = 33.0


def look_at_pose_model(settings: Settings, pictures: list[TimedPicture]) -> tuple[Finding, float | None]:
    """What was found, and the time of a picture in milliseconds; None: it does not start."""
    image = pictures[-1][1] if pictures else np.zeros((540, 960, 3), np.uint8)
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        return Finding("pose model", False, str(error), "run make setup again"), None
    backend = pose.facts["pose backend"]
    pose.close()
    speeds = measure(ways(settings.analysis), image)
    took_ms, better = speeds[0].median_ms, fastest(speeds)
    advice = ""
    if better is not None:
        advice = f"{better.median_ms:.0f} ms in [analysis] with {better.way.name}"
    elif took_ms > _FAST_ENOUGH_MS:
        advice = "close other programs; above 33 ms not every frame of a 30 fps camera is measured"
    return Finding("pose model", took_ms <= _FAST_ENOUGH_MS, f"{backend}, {took_ms:.0f} ms a picture", advice), took_ms

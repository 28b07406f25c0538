"""Checks whether a person is in the picture: whole, side-on and large enough."""

from analysis.pose.backends import open_backend
from analysis.pose.pose_estimator import PoseError
from analysis.runner.framing import FramingWatch
from config.settings import Settings
from hipcue.doctor.camera_check import TimedPicture
from hipcue.doctor.finding import Finding
from wire.faults import SampleState

_SEEN_IN = 0.5
_STAND = "stand on the treadmill, whole body in the picture, side-on to the camera"
_WRONG = {
    SampleState.PARTLY_OUT: (
        "partly out of the picture",
        "move the camera back or turn it until head and feet stay in view",
    ),
    SampleState.NOT_UPRIGHT: ("not upright", "rotate the picture: rotate_deg = 90, 180 or 270 in [capture], or --rotate"),
    SampleState.OBLIQUE: ("seen from the front or the back", "put the camera beside the treadmill, level with the hips"),
    SampleState.TOO_FEW_PIXELS: ("shown with too few pixels", "set a larger width and height in [capture]"),
    SampleState.TOO_SMALL: ("too small", "bring the camera closer, or set the treadmill's place in [capture.zone]"),
}


def check_person(settings: Settings, pictures: list[TimedPicture]) -> Finding:
    """Run the pose model on the pictures, in order of time."""
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        return Finding("person", False, "not checked", str(error))
    watch, wrong, seen = FramingWatch(), None, 0
    try:
        for t_s, image in pictures:
            landmarks = pose.estimate(image)
            if landmarks is not None:
                seen += 1
                wrong = watch.update(t_s, landmarks, image.shape[1], image.shape[0])
    finally:
        pose.close()
    if seen < _SEEN_IN * len(pictures):
        return Finding("person", False, "nobody detected" if not seen else "detected only now and then", _STAND)
    if wrong is not None:
        return Finding("person", False, *_WRONG[wrong])
    return Finding("person", True, "whole and side-on")

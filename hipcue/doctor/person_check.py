"""Checks whether a person is in the picture: whole, side-on and large enough."""

from analysis.pose.backends import open_backend
from analysis.pose.pose_estimator import PoseError
from analysis.runner.framing import FramingWatch
from config.settings import Settings
from hipcue.doctor.camera_check import TimedPicture
from wire.faults import FindingCode, SampleState
from wire.texts import Finding, finding

_SEEN_IN = 0.5
_WRONG = {
    SampleState.PARTLY_OUT: FindingCode.PERSON_PARTLY_OUT,
    SampleState.NOT_UPRIGHT: FindingCode.PERSON_NOT_UPRIGHT,
    SampleState.OBLIQUE: FindingCode.PERSON_OBLIQUE,
    SampleState.TOO_FEW_PIXELS: FindingCode.PERSON_TOO_FEW_PIXELS,
    SampleState.TOO_SMALL: FindingCode.PERSON_TOO_SMALL,
}


def check_person(settings: Settings, pictures: list[TimedPicture]) -> Finding:
    """Run the pose model on the pictures, in order of time."""
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        return finding(FindingCode.PERSON_NOT_CHECKED, cause=error)
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
        return finding(FindingCode.PERSON_SELDOM_SEEN if seen else FindingCode.PERSON_NOT_SEEN)
    return finding(FindingCode.PERSON if wrong is None else _WRONG[wrong])

"""The person in the picture: seen at all, whole, side-on, large enough?"""

from analysis.framing import FramingWatch
from analysis.pose import PoseError, open_backend
from analysis.states import OBLIQUE, PARTLY_OUT, TOO_SMALL
from config.schema import Settings
from hipcue.doctor.camera import TimedPicture
from hipcue.doctor.finding import Finding

_SEEN_IN = 0.5
_STAND = "stand on the treadmill, whole body in the picture, side-on to the camera"
_WRONG = {
    PARTLY_OUT: ("partly out of the picture", "move the camera back or turn it, until head and feet stay in the picture"),
    OBLIQUE: ("seen from the front or the back", "put the camera beside the treadmill, level with the hips"),
    TOO_SMALL: ("too small", "bring the camera closer, or give the treadmill's place as [capture.zone]"),
}


def look_at_person(settings: Settings, pictures: list[TimedPicture]) -> Finding:
    """Run the pose model over the pictures, in order of time."""
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        return Finding("person", False, "not looked for", str(error))
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
        return Finding("person", False, "nobody is seen" if not seen else "hardly seen", _STAND)
    if wrong is not None:
        return Finding("person", False, *_WRONG[wrong])
    return Finding("person", True, "seen, whole and from the side")

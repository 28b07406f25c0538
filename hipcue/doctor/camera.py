"""The camera: is it there, how many pictures does it really deliver, and are they fit to be measured?"""

import time

import cv2
import numpy as np

from analysis.roll import estimate_roll
from capture.framing import frame_picture
from capture.opening import is_live, open_source
from capture.source import NotYet, SourceError, SourceLost
from config.schema import Settings
from hipcue.doctor.finding import Finding
from wire.clock import NS_PER_S
from wire.frames import Image

LOOK_S = 2.0
KEPT = 40
"""Pictures kept for the pose model, spread over the time of looking."""
TimedPicture = tuple[float, Image]
# Grey levels (0 to 255) and the variance of the Laplacian, a common measure of sharpness; rough limits, by eye.
_DARK_GREY = 60.0
_BURNT_GREY = 250
_MOST_BURNT = 0.25
_BLURRED = 30.0
_MOST_REPEATED = 0.2
_MOST_ASKEW_DEG = 1.5


def look_at_camera(settings: Settings) -> tuple[list[Finding], list[TimedPicture]]:
    """What was found, and pictures with their times in seconds, cut and scaled as the measurement gets them."""
    try:
        source = open_source(settings.capture)
    except SourceError as error:
        return [Finding("camera", False, str(error), "or try another one: hipcue doctor --source 1")], []
    pictures: list[TimedPicture] = []
    taken = repeated = 0
    before: Image | None = None
    started_s = time.monotonic()
    try:
        while (passed_s := time.monotonic() - started_s) < LOOK_S:
            try:
                picture = source.read()
            except NotYet:
                continue
            if picture is None:
                break
            taken += 1
            repeated += before is not None and np.array_equal(before, picture.image)
            before = picture.image
            if len(pictures) < KEPT * passed_s / LOOK_S:
                framed = frame_picture(picture.image, settings.capture.zone, settings.capture.max_side_px)
                pictures.append((picture.capture_ns / NS_PER_S, framed.copy()))
    except SourceLost as lost:
        return [Finding("camera", False, str(lost), "check its cable and its light")], pictures
    finally:
        source.close()
    if not taken:
        return [Finding("camera", False, f"no changing picture within {LOOK_S:g} s", "plug the camera in again")], pictures
    rate_fps = taken / (time.monotonic() - started_s)
    facts = source.facts
    found = [Finding("camera", not source.warning, f"{facts.get('source')}, {facts.get('mode')}", source.warning)]
    found.append(_rate(settings, rate_fps, repeated / max(1, taken - 1)))
    return found + ([] if before is None else [*_light(before), *_level(settings, before)]), pictures


def _rate(settings: Settings, rate_fps: float, repeated: float) -> Finding:
    if repeated > _MOST_REPEATED:
        told = f"{rate_fps:.1f} fps delivered, {repeated:.0%} of the pictures the same as the one before"
        return Finding("rate", False, told, "the camera repeats itself: ask it for a lower fps, or plug it in again")
    slow = is_live(settings.capture.source) and rate_fps < 0.8 * settings.capture.fps
    advice = "more light, another pixel_format, or a lower fps in the settings" if slow else ""
    return Finding("rate", not slow, f"{rate_fps:.1f} fps delivered", advice)


def _light(picture: Image) -> list[Finding]:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    mean, burnt = float(np.mean(grey)), float(np.mean(grey >= _BURNT_GREY))
    sharp = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    advice = "add light" if mean < _DARK_GREY else "turn the camera away from the window or lamp" if burnt > _MOST_BURNT else ""
    return [
        Finding("light", not advice, f"mean grey {mean:.0f} of 255, {burnt:.0%} burnt out", advice),
        Finding("sharpness", sharp >= _BLURRED, f"{sharp:.0f}", "" if sharp >= _BLURRED else "clean and focus the lens"),
    ]


def _level(settings: Settings, picture: Image) -> list[Finding]:
    """Proposed, never set by itself: a room may be askew too."""
    roll = estimate_roll(picture)
    if roll is None:
        return []
    set_deg = settings.analysis.camera_roll_deg
    askew = abs(roll.roll_deg - set_deg) > max(_MOST_ASKEW_DEG, 2 * roll.sd_deg)
    told = f"the room looks turned by {roll.roll_deg:+.1f} ± {roll.sd_deg:.1f} degrees; camera_roll_deg is {set_deg:g}"
    return [
        Finding("level", not askew, told, f"level the camera, or set camera_roll_deg = {roll.roll_deg:.1f}" if askew else "")
    ]

"""Checks the camera: whether it opens, how many pictures it delivers, and whether they are usable."""

import time

import cv2
import numpy as np

from analysis.runner.camera_roll import estimate_roll
from capture.opening import is_live, open_source
from capture.sources.colour import has_colours
from capture.sources.cropping import framed
from capture.sources.source import NotYet, Source, SourceError, SourceLost
from capture.sources.v4l2 import camera_modes
from capture.sources.webcam import Webcam, faster_mode
from config.settings import Settings
from hipcue.doctor.finding import Finding
from wire.clock import NS_PER_S
from wire.frames.frame import Image

LOOK_S = 2.0
KEPT = 40
"""Pictures kept for the pose model, spread over the check."""
TimedPicture = tuple[float, Image]
# Grey levels (0 to 255) and the variance of the Laplacian, a common measure of sharpness; rough limits, chosen by eye.
_DARK_GREY = 60.0
_BURNT_GREY = 250
_MOST_BURNT = 0.25
_BLURRED = 30.0
_MOST_REPEATED = 0.2
_MOST_ASKEW_DEG = 1.5


def check_camera(settings: Settings) -> tuple[list[Finding], list[TimedPicture]]:
    """The findings, and pictures with their times in seconds, cropped and scaled as for the measurement."""
    try:
        source = open_source(settings.capture)
    except SourceError as error:
        return [Finding("camera", False, str(error), "try another one: hipcue doctor --source 1")], []
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
                pictures.append((picture.capture_ns / NS_PER_S, framed(picture.image, settings.capture).copy()))
    except SourceLost as lost:
        return [Finding("camera", False, str(lost), "check its cable and power")], pictures
    finally:
        source.close()
    if not taken:
        return [
            Finding(
                "camera",
                False,
                f"no picture, or always the same one, within {LOOK_S:g} s",
                "unplug the camera and plug it in again",
            )
        ], pictures
    rate_fps = taken / (time.monotonic() - started_s)
    facts = source.facts
    difference = source.mode_difference
    late = facts.get("delay", "")
    parts = (difference and f"it delivers {difference}", _faster(settings, source), late and f"each picture is late, {late}")
    advice = "; ".join(part for part in parts if part)
    name = source.lasting_name if isinstance(source, Webcam) else ""
    named = f" ({name})" if name and name != settings.capture.source.reveal() else ""
    found = [Finding("camera", not advice, f"{facts.get('source')}{named}, {facts.get('mode')}", advice)]
    found.append(rate_finding(settings, rate_fps, repeated / max(1, taken - 1)))
    return found + (
        [] if before is None else [*light_findings(before), *level_findings(settings, framed(before, settings.capture))]
    ), pictures


def _faster(settings: Settings, source: Source) -> str:
    """Which pixel format would be faster; "": none, or it is not known."""
    if not isinstance(source, Webcam):
        return ""
    faster = faster_mode(camera_modes(settings.capture.source.reveal()), source.granted, settings.capture.fps)
    if faster is None:
        return ""
    return f'{faster.pixel_format} gives {faster.fps:g} fps here: set pixel_format = "{faster.pixel_format}"'


def rate_finding(settings: Settings, rate_fps: float, repeated: float) -> Finding:
    """The pictures that arrive in a second. `repeated`: the share that is the same as the one before."""
    if repeated > _MOST_REPEATED:
        found = f"{rate_fps:.1f} fps delivered, {repeated:.0%} of the pictures repeat the previous one"
        return Finding("rate", False, found, "set a lower fps, or unplug the camera and plug it in again")
    slow = is_live(settings.capture.source) and rate_fps < 0.8 * settings.capture.fps
    advice = "add light, or set another pixel_format or a lower fps" if slow else ""
    return Finding("rate", not slow, f"{rate_fps:.1f} fps delivered", advice)


def light_findings(picture: Image) -> list[Finding]:
    """Whether a picture is bright, sharp and in colours."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    mean, burnt = float(np.mean(grey)), float(np.mean(grey >= _BURNT_GREY))
    sharp = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    advice = "add light" if mean < _DARK_GREY else "turn the camera away from the window or lamp" if burnt > _MOST_BURNT else ""
    found = [
        Finding("light", not advice, f"mean grey {mean:.0f} of 255, {burnt:.0%} overexposed", advice),
        Finding("sharpness", sharp >= _BLURRED, f"{sharp:.0f}", "" if sharp >= _BLURRED else "clean and focus the lens"),
    ]
    if not has_colours(picture):
        found.append(Finding("colours", False, "none: hip extension may read low", "add light, or end the camera's night mode"))
    return found


def level_findings(settings: Settings, picture: Image) -> list[Finding]:
    """The camera's roll is proposed, never set automatically, because the room itself may be askew."""
    roll = estimate_roll(picture)
    if roll is None:
        return []
    set_deg = settings.analysis.camera_roll_deg
    askew = abs(roll.roll_deg - set_deg) > max(_MOST_ASKEW_DEG, 2 * roll.sd_deg)
    found = f"the room appears rotated by {roll.roll_deg:+.1f} ± {roll.sd_deg:.1f} degrees; camera_roll_deg is {set_deg:g}"
    return [
        Finding("level", not askew, found, f"level the camera, or set camera_roll_deg = {roll.roll_deg:.1f}" if askew else "")
    ]

"""Checks the camera: whether it opens, how many pictures it delivers, and whether they are usable."""

import time
from dataclasses import replace

import cv2
import numpy as np

from analysis.runner.camera_roll import estimate_roll
from capture.opening import is_live, open_source
from capture.sources.colour import has_colours
from capture.sources.cropping import framed
from capture.sources.source import NotYet, Source, SourceError, SourceLost
from capture.sources.v4l2 import CameraMode, camera_modes
from capture.sources.webcam import Webcam, faster_mode
from config.settings import Settings
from wire.clock import NS_PER_S
from wire.faults import FindingCode
from wire.frames.frame import Image
from wire.texts import Finding, digits, finding

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


def check_camera(settings: Settings, roll_section: str = "analysis") -> tuple[list[Finding], list[TimedPicture]]:
    """The findings, and pictures with their times in seconds, cropped and scaled as for the measurement.

    `roll_section`: where the settings have this camera's roll.
    """
    try:
        source = open_source(settings.capture)
    except SourceError as error:
        return [finding(FindingCode.CAMERA_NOT_OPENED, cause=error)], []
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
        return [finding(FindingCode.CAMERA_LOST, cause=lost)], pictures
    finally:
        source.close()
    if not taken:
        return [finding(FindingCode.CAMERA_SILENT, seconds=LOOK_S)], pictures
    rate_fps = taken / (time.monotonic() - started_s)
    found = [_camera(settings, source)]
    found.append(rate_finding(settings, rate_fps, repeated / max(1, taken - 1)))
    return found + (
        []
        if before is None
        else [*light_findings(before), *level_findings(settings, framed(before, settings.capture), roll_section)]
    ), pictures


def _camera(settings: Settings, source: Source) -> Finding:
    """The camera and its mode, and everything that could be better."""
    facts = source.facts
    name = source.lasting_name if isinstance(source, Webcam) else ""
    named = f" ({name})" if name and name != settings.capture.source.reveal() else ""
    device = {"device": f"{facts.get('source')}{named}", "mode": facts.get("mode")}
    better = []
    if difference := source.mode_difference:
        better.append(finding(FindingCode.CAMERA_OTHER_MODE, difference=difference, **device))
    if (faster := _faster(settings, source)) is not None:
        known = {"pixel_format": faster.pixel_format, "fps": faster.fps}
        better.append(finding(FindingCode.CAMERA_FASTER_FORMAT, **known, **device))
    if delay := facts.get("delay", ""):
        better.append(finding(FindingCode.CAMERA_LATE, delay=delay, **device))
    if not better:
        return finding(FindingCode.CAMERA, **device)
    return replace(better[0], advice="; ".join(one.advice for one in better))


def _faster(settings: Settings, source: Source) -> CameraMode | None:
    """A pixel format that would be faster; None: there is none, or it is not known."""
    if not isinstance(source, Webcam):
        return None
    return faster_mode(camera_modes(settings.capture.source.reveal()), source.granted, settings.capture.fps)


def rate_finding(settings: Settings, rate_fps: float, repeated: float) -> Finding:
    """The delivered rate. `repeated`: share of the pictures that repeat the previous one."""
    if repeated > _MOST_REPEATED:
        return finding(FindingCode.RATE_OF_REPEATED_PICTURES, fps=rate_fps, repeated=repeated)
    slow = is_live(settings.capture.source) and rate_fps < 0.8 * settings.capture.fps
    return finding(FindingCode.RATE_LOW if slow else FindingCode.RATE, fps=rate_fps)


def light_findings(picture: Image) -> list[Finding]:
    """Whether a picture is bright, sharp and in colours."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    mean, burnt = float(np.mean(grey)), float(np.mean(grey >= _BURNT_GREY))
    sharp = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    dark, overexposed = mean < _DARK_GREY, burnt > _MOST_BURNT
    light = FindingCode.LIGHT_LOW if dark else FindingCode.LIGHT_OVEREXPOSED if overexposed else FindingCode.LIGHT
    found = [
        finding(light, grey=mean, overexposed=burnt),
        finding(FindingCode.SHARPNESS if sharp >= _BLURRED else FindingCode.SHARPNESS_LOW, sharpness=sharp),
    ]
    return found if has_colours(picture) else [*found, finding(FindingCode.COLOURS_MISSING)]


def level_findings(settings: Settings, picture: Image, section: str = "analysis") -> list[Finding]:
    """The camera's roll is proposed, never set automatically, because the room itself may be askew."""
    roll = estimate_roll(picture)
    if roll is None:
        return []
    set_deg = settings.analysis.camera_roll_deg
    askew = abs(roll.roll_deg - set_deg) > max(_MOST_ASKEW_DEG, 2 * roll.sd_deg)
    code = FindingCode.LEVEL_ASKEW if askew else FindingCode.LEVEL
    shown_deg = digits(roll.roll_deg, "+.1f")
    values = {"shown_deg": shown_deg, "roll_deg": roll.roll_deg, "sd_deg": roll.sd_deg, "set_deg": set_deg, "section": section}
    return [finding(code, **values)]

"""`hipcue doctor`: is this machine, this camera and this room fit for training, and what to do where it is not."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from analysis.pose import PoseError, open_backend
from capture.framing import frame_picture
from capture.opening import is_live, open_source
from capture.source import SourceError, SourceLost
from config.schema import Settings
from feedback.audio.sink import open_sink
from feedback.display.window import find_screen
from hipcue.pose_speed import fastest, measure, ways
from wire.clock import monotonic_ns
from wire.endpoints import EndpointError, default_directory, private_directory
from wire.frames import Image
from wire.quiet import keep_native_notes_off_stderr

_CAMERA_S = 2.0
# Mean grey level (0 to 255) and the variance of the Laplacian, a common measure of sharpness; rough limits, by eye.
_DARK_GREY = 60.0
_BLURRED = 30.0
_FAST_ENOUGH_MS = 33.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything, in the order in which a gym would mend it."""
    keep_native_notes_off_stderr()
    findings = [_sockets(), _sessions(settings)]
    camera, picture = _camera(settings)
    findings += camera
    return [*findings, *_pose(settings, picture), _screen(), _sound(settings)]


def _sockets() -> Finding:
    try:
        return Finding("sockets", True, str(private_directory(default_directory())))
    except EndpointError as error:
        return Finding("sockets", False, str(error), "see the sentence above")


def _sessions(settings: Settings) -> Finding:
    folder = Path(settings.session.folder).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("sessions", True, f"saved under {folder}")
    except OSError as error:
        return Finding("sessions", False, f"{folder} cannot be written ({error.strerror})", "choose another --session-dir")


def _camera(settings: Settings) -> tuple[list[Finding], Image | None]:
    try:
        source = open_source(settings.capture)
    except SourceError as error:
        return [Finding("camera", False, str(error), "or try another one: hipcue doctor --source 1")], None
    findings, pictures, picture = [], 0, None
    try:
        started_s = time.monotonic()
        while time.monotonic() - started_s < _CAMERA_S:
            taken = source.read()
            if taken is None:
                break
            picture, pictures = taken.image, pictures + 1
        rate_fps = pictures / (time.monotonic() - started_s)
    except SourceLost as lost:
        return [Finding("camera", False, str(lost), "check its cable and its light")], picture
    finally:
        source.close()
    facts = source.facts
    good = not source.warning
    findings.append(Finding("camera", good, f"{facts.get('source')}, {facts.get('mode')}", source.warning))
    slow = is_live(settings.capture.source) and rate_fps < 0.8 * settings.capture.fps
    advice = "more light, another pixel_format, or a lower fps in the settings" if slow else ""
    findings.append(Finding("rate", not slow, f"{rate_fps:.1f} fps delivered", advice))
    if picture is not None:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        light, sharp = float(np.mean(grey)), float(cv2.Laplacian(grey, cv2.CV_64F).var())
        findings.append(
            Finding("light", light >= _DARK_GREY, f"mean grey {light:.0f} of 255", "" if light >= _DARK_GREY else "add light")
        )
        findings.append(
            Finding("sharpness", sharp >= _BLURRED, f"{sharp:.0f}", "" if sharp >= _BLURRED else "clean and focus the lens")
        )
    return findings, picture


def _pose(settings: Settings, picture: Image | None) -> list[Finding]:
    image = np.zeros((540, 960, 3), np.uint8) if picture is None else picture
    image = frame_picture(image, settings.capture.zone, settings.capture.max_side_px)
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        return [Finding("pose model", False, str(error), "run make setup again")]
    try:
        backend, seen = pose.facts["pose backend"], pose.estimate(image) is not None
    finally:
        pose.close()
    findings = [_pose_speed(settings, backend, image)]
    if picture is not None:
        advice = "" if seen else "stand on the treadmill, whole body in the picture, side-on to the camera"
        findings.append(Finding("person", seen, "seen" if seen else "nobody is seen", advice))
    return findings


def _pose_speed(settings: Settings, backend: str, image: Image) -> Finding:
    speeds = measure(ways(settings.analysis), image)
    took_ms, better = speeds[0].median_ms, fastest(speeds)
    advice = ""
    if better is not None:
        advice = f"{better.median_ms:.0f} ms in [analysis] with {better.way.name}"
    elif took_ms > _FAST_ENOUGH_MS:
        advice = "close other programs; above 33 ms not every frame of a 30 fps camera is measured"
    return Finding("pose model", took_ms <= _FAST_ENOUGH_MS, f"{backend}, {took_ms:.0f} ms a picture", advice)


def _screen() -> Finding:
    screen = find_screen()
    if screen is None:
        return Finding("screen", False, "none found", "connect one; without a screen a line per stride goes to the terminal")
    return Finding("screen", True, screen)


def _sound(settings: Settings) -> Finding:
    sink = open_sink(settings.audio, monotonic_ns)
    try:
        if sink.silent:
            return Finding("sound", False, sink.reason, "connect a loudspeaker; without sound the cues stand on the screen")
        return Finding("sound", True, sink.device)
    finally:
        sink.close()

"""`hipcue cameras`: the connected cameras with their lasting names."""

import time
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipcue.cli.console import fail, out, sentences
from hipcue.cli.options import folder
from sessions.format.durable import replacing
from wire.system import camera_api

if TYPE_CHECKING:
    from capture.sources.v4l2 import CameraMode, ListedCamera
    from wire.frames.frame import Image

_PICTURE_SIDE_PX = 480
_PICTURE_WAIT_S = 3.0


def cameras(
    pictures: Annotated[
        Path | None,
        typer.Option(parser=folder, metavar="FOLDER", help="Save a small picture of each camera in this folder."),
    ] = None,
) -> None:
    """List the connected cameras: their names for `capture.source`, models and modes."""
    with sentences():
        from capture.sources.v4l2 import list_cameras

        if camera_api() != "CAP_V4L2":
            fail("Cameras are listed on Linux only; try their numbers: hipcue doctor --source 1")
        listed = list_cameras()
        if not listed:
            fail("No camera was found; check that it is plugged in")
        for camera in listed:
            out.print(f"{camera.name}\n    {camera.model}, {camera.device}")
            for line in _mode_lines(camera.modes):
                out.print(f"    {line}")
            if pictures is not None:
                out.print(f"    {_saved(camera, pictures)}")


def _mode_lines(modes: tuple["CameraMode", ...]) -> list[str]:
    """A line for each pixel format, as in "MJPG: 1280x720 at 60 fps, 640x480 at 30 fps"."""
    lines = []
    for pixel_format, offered in groupby(modes, key=lambda mode: mode.pixel_format):
        sizes = (f"{mode.width_px}x{mode.height_px} at {mode.fps:.3g} fps" for mode in offered)
        lines.append(f"{pixel_format}: {', '.join(sizes)}")
    return lines


def _saved(camera: "ListedCamera", pictures: Path) -> str:
    """Save a camera's picture. Returns a sentence that says where, or why not."""
    import cv2  # it takes a fifth of a second to load, and other commands do not need it

    from capture.sources.cropping import crop_and_scale
    from capture.sources.source import SourceError, SourceLost
    from config.sections.capture import Zone

    try:
        image = _picture(camera.name)
    except (SourceError, SourceLost) as error:
        return str(error)
    if image is None:
        return f"It has sent no picture within {_PICTURE_WAIT_S:g} s"
    pictures.mkdir(parents=True, exist_ok=True)
    path = pictures / f"{camera.name}.jpg"
    with replacing(path) as fresh:
        fresh.write_bytes(cv2.imencode(".jpg", crop_and_scale(image, Zone(), _PICTURE_SIDE_PX))[1].tobytes())
    return f"picture: {path}"


def _picture(name: str) -> "Image | None":
    from capture.sources.source import NotYet
    from capture.sources.webcam import Webcam  # it loads OpenCV
    from config.sections.capture import CaptureSettings

    source = Webcam(name, CaptureSettings())
    end_s = time.monotonic() + _PICTURE_WAIT_S
    try:
        while time.monotonic() < end_s:
            try:
                return source.read().image
            except NotYet:
                continue
        return None
    finally:
        source.close()

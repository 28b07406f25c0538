"""A camera on this machine: requests a mode, then reads back what was granted."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import cv2

from capture.sources.driver_clock import DriverClock
from capture.sources.interlacing import Interlacing
from capture.sources.newest_reader import NewestReader
from capture.sources.source import CameraError, CapturedImage
from capture.sources.v4l2 import CameraMode, camera_modes, device_path, is_lasting_name, lasting_name
from config.sections.capture import CaptureSettings
from wire.clock import NS_PER_MS
from wire.faults import FaultCode
from wire.frames.frame import TimeSource
from wire.quiet import quiet_stderr
from wire.system import camera_api

_FASTEST_FPS = 1000.0
"""OpenCV reads a rate of 30000/1001 as 30000."""
_FASTER = 1.2

GrantedMode = tuple[int, int, float, str]
"""Width and height in pixels, frames per second (0: unknown), pixel format."""


class Webcam:
    """Implements capture.sources.source.Source for a camera's lasting name, number ("0") or device ("/dev/video0").

    Raises CameraError when there is no such camera or another program uses it.
    """

    live = True

    def __init__(self, name: str, asked: CaptureSettings) -> None:
        refusal = CameraError(FaultCode.CAMERA_NOT_OPENED, f"camera {name}")
        try:
            if is_lasting_name(name):
                # Resolved at every opening: a camera that was unplugged may return with another number.
                opened: int | str = str(device_path(name).resolve())
            else:
                opened = int(name) if name.isdecimal() else name
            with quiet_stderr():
                self._device = cv2.VideoCapture(opened, getattr(cv2, camera_api()))
        except (cv2.error, ValueError):  # OpenCV refuses the number, or Python one of thousands of digits
            raise refusal from None
        if not self._device.isOpened():
            raise refusal
        # The pixel format first: sizes and rates depend on it.
        pixel_format = asked.pixel_format
        if pixel_format == "any":
            pixel_format = fastest_format(camera_modes(name), asked)
        if pixel_format != "any":
            self._device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*pixel_format))
        self._device.set(cv2.CAP_PROP_FRAME_WIDTH, asked.width_px)
        self._device.set(cv2.CAP_PROP_FRAME_HEIGHT, asked.height_px)
        self._device.set(cv2.CAP_PROP_FPS, asked.fps)
        self.lasting_name = lasting_name(name)
        """Finds the camera if it returns under another number; "": it has none."""
        self._name = name
        self._asked = asked
        self.asked_fps: float | None = asked.fps
        self.granted = granted_mode(self._device.get)
        """The mode in use; the size is that of the last picture."""
        self._clock = DriverClock()
        self._interlacing = Interlacing()
        """Converters of analogue video weave two moments into a picture."""
        self._reader = NewestReader(self._device, self._capture_time, f"camera {name}")

    @property
    def facts(self) -> dict[str, str]:
        """The granted mode."""
        width_px, height_px, fps, pixel_format = self.granted
        return {"source": f"camera {self._name}", "mode": f"{width_px}x{height_px} at {fps:g} fps, {pixel_format}"}

    @property
    def mode_difference(self) -> str:
        """What was granted instead of what was requested."""
        return mode_difference(self._asked, *self.granted)

    def rest(self, resting: bool) -> None:
        """Decode a few pictures a second, or all again."""
        self._reader.pace.resting = resting

    def read(self) -> CapturedImage:
        """The newest picture. Raises SourceLost."""
        picture = self._reader.read()
        # Some firmware grants one mode and sends another.
        height_px, width_px = picture.image.shape[:2]
        self.granted = (width_px, height_px, *self.granted[2:])
        return replace(picture, image=self._interlacing.one_moment(picture.image))

    def close(self) -> None:
        """Release the camera."""
        self._reader.close()

    def _capture_time(self, read_ns: int) -> tuple[int, TimeSource]:
        # On V4L2 this is the kernel's buffer time on the monotonic clock; on other systems it is something else.
        return self._clock.capture_time(round(self._device.get(cv2.CAP_PROP_POS_MSEC) * NS_PER_MS), read_ns)


def granted_mode(read: Callable[[int], float]) -> GrantedMode:
    """The mode, read back from the device; `read` returns its properties by OpenCV's numbers."""
    code = int(read(cv2.CAP_PROP_FOURCC))
    letters = "".join(chr((code >> 8 * i) & 0xFF) for i in range(4))
    named = letters.isascii() and letters.isprintable()
    width_px, height_px = int(read(cv2.CAP_PROP_FRAME_WIDTH)), int(read(cv2.CAP_PROP_FRAME_HEIGHT))
    fps = float(read(cv2.CAP_PROP_FPS))
    return width_px, height_px, fps if fps <= _FASTEST_FPS else 0.0, letters if named else "unknown"


def mode_difference(asked: CaptureSettings, width_px: int, height_px: int, fps: float, pixel_format: str) -> str:
    """What was granted instead of what was requested, as in "640x480 instead of 1280x720"; "": no difference."""
    differences = []
    if (width_px, height_px) != (asked.width_px, asked.height_px):
        differences.append(f"{width_px}x{height_px} instead of {asked.width_px}x{asked.height_px}")
    if fps > 0 and not math.isclose(fps, asked.fps, rel_tol=0.02):
        differences.append(f"{fps:g} instead of {asked.fps:g} fps")
    if asked.pixel_format not in ("any", pixel_format):
        differences.append(f"{pixel_format} instead of {asked.pixel_format}")
    return ", ".join(differences)


def fastest_format(modes: Sequence[CameraMode], asked: CaptureSettings) -> Literal["MJPG", "YUYV", "any"]:
    """The format nearest to the requested rate at the requested size; YUYV, which is not compressed, where both reach it."""
    rates = {"any": 0.0}
    for mode in modes:
        if (mode.width_px, mode.height_px) == (asked.width_px, asked.height_px):
            rates[mode.pixel_format] = min(asked.fps, mode.fps)
    formats: tuple[Literal["MJPG", "YUYV", "any"], ...] = ("any", "MJPG", "YUYV")
    return max(formats, key=lambda name: (rates.get(name, -1.0), formats.index(name)))


def faster_mode(modes: Sequence[CameraMode], used: GrantedMode, asked_fps: float) -> CameraMode | None:
    """A mode of the size in use that is considerably faster in another pixel format; None: there is none."""
    width_px, height_px, fps, pixel_format = used
    at_size = [mode for mode in modes if (mode.width_px, mode.height_px) == (width_px, height_px)]
    others = [mode for mode in at_size if mode.pixel_format != pixel_format and mode.pixel_format in ("MJPG", "YUYV")]
    fastest = max(others, key=lambda mode: mode.fps, default=None)
    return fastest if fastest is not None and min(fastest.fps, asked_fps) > _FASTER * fps else None

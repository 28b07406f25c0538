"""A camera on this machine: ask for a mode, then see what was granted."""

import math
import sys

import cv2

from capture.newest import NewestReader
from capture.source import Picture, SourceError
from config.schema import Capture
from wire.clock import NS_PER_MS, ms_to_ns
from wire.quiet import quiet_stderr

_OLDEST_DRIVER_TIME_MS = 250.0
"""A driver's buffer time older than this, or in the future, is on another clock."""


class Webcam:
    """Implements capture.source.Source for a camera number ("0") or device ("/dev/video0").

    Raises SourceError when there is no such camera or another program holds it.
    """

    live = True

    def __init__(self, name: str, asked: Capture) -> None:
        backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
        refusal = SourceError(f"camera {name}: cannot be opened; check that it is plugged in and that no other program uses it")
        try:
            with quiet_stderr():
                self._device = cv2.VideoCapture(int(name) if name.isdigit() else name, backend)
        except (cv2.error, ValueError):  # a number that OpenCV does not take for a camera
            raise refusal from None
        if not self._device.isOpened():
            raise refusal
        # Pixel format first: it decides which sizes and rates a camera offers.
        if asked.pixel_format != "any":
            self._device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*asked.pixel_format))
        self._device.set(cv2.CAP_PROP_FRAME_WIDTH, asked.width_px)
        self._device.set(cv2.CAP_PROP_FRAME_HEIGHT, asked.height_px)
        self._device.set(cv2.CAP_PROP_FPS, asked.fps)
        self._name = name
        self._asked = asked
        self._granted = granted_mode(self._device)
        self._last_driver_ns = 0
        self._reader = NewestReader(self._device, self._capture_time, f"camera {name}")

    @property
    def facts(self) -> dict[str, str]:
        """The granted mode."""
        width_px, height_px, fps, pixel_format = self._granted
        return {"source": f"camera {self._name}", "mode": f"{width_px}x{height_px} at {fps:g} fps, {pixel_format}"}

    @property
    def warning(self) -> str:
        """What was asked for and not granted."""
        return mode_warning(self._asked, *self._granted)

    def read(self) -> Picture | None:
        """The newest picture. Raises SourceLost."""
        return self._reader.read()

    def close(self) -> None:
        """Let go of the camera."""
        self._reader.close()

    def _capture_time(self, read_ns: int) -> tuple[int, str]:
        # On V4L2 this is the kernel's buffer time on the monotonic clock; other systems give something else or nothing.
        driver_ns = round(self._device.get(cv2.CAP_PROP_POS_MSEC) * NS_PER_MS)
        if driver_ns > self._last_driver_ns and 0 <= read_ns - driver_ns < ms_to_ns(_OLDEST_DRIVER_TIME_MS):
            self._last_driver_ns = driver_ns
            return driver_ns, "driver"
        return read_ns, "read"


def granted_mode(device: cv2.VideoCapture) -> tuple[int, int, float, str]:
    """Width and height in pixels, frames per second and pixel format as the device states them after setting."""
    code = int(device.get(cv2.CAP_PROP_FOURCC))
    letters = "".join(chr((code >> 8 * i) & 0xFF) for i in range(4))
    named = letters.isascii() and letters.isprintable()
    width_px, height_px = int(device.get(cv2.CAP_PROP_FRAME_WIDTH)), int(device.get(cv2.CAP_PROP_FRAME_HEIGHT))
    return width_px, height_px, float(device.get(cv2.CAP_PROP_FPS)), letters if named else "unknown"


def mode_warning(asked: Capture, width_px: int, height_px: int, fps: float, pixel_format: str) -> str:
    """One sentence on what was asked for and not granted, "" when all was."""
    differences = []
    if (width_px, height_px) != (asked.width_px, asked.height_px):
        differences.append(f"{width_px}x{height_px} instead of {asked.width_px}x{asked.height_px}")
    if fps > 0 and not math.isclose(fps, asked.fps, rel_tol=0.02):
        differences.append(f"{fps:g} instead of {asked.fps:g} fps")
    if asked.pixel_format not in ("any", pixel_format):
        differences.append(f"{pixel_format} instead of {asked.pixel_format}")
    return f"The camera gives {', '.join(differences)}" if differences else ""

"""Webcams that are not there, under the real OpenCV: see fake_v4l2/fake_v4l2.c."""

import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from wire.frames.frame import Image

Mode = tuple[str, int, int, int]
"""Pixel format, width, height, frames per second."""

_SOURCE = Path(__file__).parent / "fake_v4l2" / "fake_v4l2.c"
_PICTURES = 6


def missing() -> str:
    """Why there can be no such webcams here; "" when there can."""
    return (
        "" if shutil.which("gcc") and Path("/usr/include/linux/videodev2.h").exists() else "gcc or Linux's headers are missing"
    )


class FakeWebcams:
    """The webcams of one machine. `environment` makes a program see them, and no others."""

    def __init__(self, folder: Path) -> None:
        library = folder / "fake_v4l2.so"
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", library, _SOURCE], check=True)
        self._root = folder / "machine"
        self._by_id = self._root / "dev" / "v4l" / "by-id"
        self._by_id.mkdir(parents=True)
        (self._root / "pictures").mkdir()
        self.environment = {"LD_PRELOAD": str(library), "FAKE_V4L2": str(self._root)}

    def plug_in(self, number: int, modes: list[Mode], name: str = "", model: str = "HD Webcam", **behaviour: str) -> None:
        """Connect a camera, or change one. `name` is of /dev/v4l/by-id; `behaviour` see the lines of the C file."""
        lines = [f"card {model}", *("mode {} {} {} {}".format(*mode) for mode in modes)]
        lines += [f"{key} {value}" for key, value in behaviour.items()]
        sizes = [mode[:3] for mode in modes]
        if "sends" in behaviour:
            width_px, height_px = (int(side) for side in behaviour["sends"].split())
            sizes.append((modes[0][0], width_px, height_px))
        for size in sizes:
            self._draw(*size)
        device = self._root / "dev" / f"video{number}"
        device.with_name("new").write_text("\n".join(lines) + "\n")
        device.with_name("new").rename(device)  # at once: the camera may be in use
        if name:
            (self._by_id / name).unlink(missing_ok=True)
            (self._by_id / name).symlink_to(f"../../video{number}")

    def film(self, pixel_format: str, images: Sequence[Image]) -> None:
        """Let all cameras show these pictures, in turn and again and again, in this format and their size."""
        height_px, width_px = images[0].shape[:2]
        self._write(pixel_format, width_px, height_px, images)

    def unplug(self, number: int) -> None:
        """Disconnect a camera."""
        (self._root / "dev" / f"video{number}").unlink()
        for link in self._by_id.iterdir():
            if not link.exists():
                link.unlink()

    def unplug_all(self) -> None:
        """Disconnect every camera."""
        for device in (self._root / "dev").glob("video*"):
            self.unplug(int(device.name.removeprefix("video")))

    def _draw(self, pixel_format: str, width_px: int, height_px: int) -> None:
        if not self._pictures(pixel_format, width_px, height_px).exists():
            images = [_picture(i, width_px, height_px) for i in range(_PICTURES)]
            self._write(pixel_format, width_px, height_px, images)

    def _write(self, pixel_format: str, width_px: int, height_px: int, images: Sequence[Image]) -> None:
        packed = [_encoded(image, pixel_format) for image in images]
        path = self._pictures(pixel_format, width_px, height_px)
        path.write_bytes(b"".join(struct.pack("=I", len(one)) + one for one in packed))

    def _pictures(self, pixel_format: str, width_px: int, height_px: int) -> Path:
        return self._root / "pictures" / f"{pixel_format}_{width_px}x{height_px}"


def _picture(number: int, width_px: int, height_px: int) -> Image:
    """A bar on a grey ramp, which moves from picture to picture."""
    image = np.empty((height_px, width_px, 3), np.uint8)
    image[:] = np.linspace(60, 200, width_px, dtype=np.uint8)[None, :, None]
    left = number * width_px // _PICTURES
    image[:, left : left + width_px // _PICTURES] = (40, 160, 220)
    return image


def _encoded(image: Image, pixel_format: str) -> bytes:
    if pixel_format == "MJPG":
        return bytes(cv2.imencode(".jpg", image)[1])
    # YUYV: a brightness for every pixel; blue- and red-difference by turns, one of each for every two pixels.
    luma, red, blue = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb))
    packed = np.empty((*luma.shape, 2), np.uint8)
    packed[:, :, 0] = luma
    packed[:, 0::2, 1] = blue[:, 0::2]
    packed[:, 1::2, 1] = red[:, 0::2]
    return packed.tobytes()

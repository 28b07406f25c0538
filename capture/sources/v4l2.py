"""Cameras on Linux, through the kernel's interface Video4Linux2: their lasting names and their modes.

A camera's number may change whenever the machine starts. Its name in /dev/v4l/by-id, made of vendor, model and serial
number, stays. The structures and the numbers of the calls are those of linux/videodev2.h.
"""

import os
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.sections.capture import LASTING_NAMES
from wire.system import camera_api, control_device
from wire.visible_text import one_line

_LASTING_NAME = re.compile(r"[^/]+-video-index\d+")
_CAPTURE = 1
"""V4L2_CAP_VIDEO_CAPTURE, and V4L2_BUF_TYPE_VIDEO_CAPTURE."""
_DISCRETE = 1
_MOST_LISTED = 64
_CAPABILITY, _QUERYCAP = struct.Struct("16s 32s 32s 3I 12x"), 0x80685600
_FORMAT, _ENUM_FMT = struct.Struct("3I 32s 4s 16x"), 0xC0405602
_SIZE, _ENUM_FRAMESIZES = struct.Struct("I 4s I 6I 8x"), 0xC02C564A
_INTERVAL, _ENUM_FRAMEINTERVALS = struct.Struct("I 4s 3I 6I 8x"), 0xC034564B


@dataclass(frozen=True)
class CameraMode:
    """A pixel format and size, and the highest rate at which a camera offers them."""

    pixel_format: str
    """Four letters, as in "MJPG"."""
    width_px: int
    height_px: int
    fps: float


@dataclass(frozen=True)
class ListedCamera:
    """A connected camera."""

    name: str
    """For `source` in [capture]: its lasting name, or its number if it has none."""
    device: Path
    model: str
    modes: tuple[CameraMode, ...]


def is_lasting_name(source: str) -> bool:
    """Whether a source is a name of /dev/v4l/by-id, whether or not that camera is connected."""
    return _LASTING_NAME.fullmatch(source) is not None


def device_path(source: str) -> Path:
    """The device of a source: a lasting name, a number or a path."""
    if is_lasting_name(source):
        return LASTING_NAMES / source
    return Path(f"/dev/video{source}" if source.isdecimal() else source)


def lasting_name(source: str) -> str:
    """The lasting name of a source's camera; "": it has none."""
    with suppress(OSError):
        device = device_path(source).resolve()
        return next(
            (link.name for link in sorted(LASTING_NAMES.iterdir()) if link.resolve() == device and is_lasting_name(link.name)),
            "",
        )
    return ""


def camera_modes(source: str) -> tuple[CameraMode, ...]:
    """The modes of a source; () where they cannot be read."""
    if camera_api() != "CAP_V4L2":
        return ()
    described = _describe(device_path(source))
    return () if described is None else described[1]


def list_cameras() -> list[ListedCamera]:
    """All connected cameras, by number; [] on systems other than Linux."""
    if camera_api() != "CAP_V4L2":
        return []
    numbered = [(int(path.name[5:]), path) for path in Path("/dev").glob("video*") if path.name[5:].isdecimal()]
    cameras = []
    for number, device in sorted(numbered):
        described = _describe(device)
        if described is not None:
            cameras.append(ListedCamera(lasting_name(str(number)) or str(number), device, *described))
    return cameras


def _describe(device: Path) -> tuple[str, tuple[CameraMode, ...]] | None:
    """Model and modes; None: it is not a camera, or may not be opened."""
    try:
        fd = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        capability = _call(fd, _QUERYCAP, _CAPABILITY, b"", b"", b"", 0, 0, 0)
        if capability is None or not capability[5] & _CAPTURE:  # a camera's second device gives metadata
            return None
        return one_line(capability[1].split(b"\0")[0].decode(errors="replace")), tuple(_modes(fd))
    finally:
        os.close(fd)


def _modes(fd: int) -> Iterator[CameraMode]:
    for index in range(_MOST_LISTED):
        listed = _call(fd, _ENUM_FMT, _FORMAT, index, _CAPTURE, 0, b"", b"")
        if listed is None:
            return
        for width_px, height_px in _sizes(fd, listed[4]):
            rates = list(_rates(fd, listed[4], width_px, height_px))
            if rates:
                yield CameraMode(listed[4].decode("latin-1"), width_px, height_px, max(rates))


def _sizes(fd: int, pixel_format: bytes) -> Iterator[tuple[int, int]]:
    for index in range(_MOST_LISTED):
        listed = _call(fd, _ENUM_FRAMESIZES, _SIZE, index, pixel_format, 0, *[0] * 6)
        if listed is None:
            return
        if listed[2] == _DISCRETE:
            yield listed[3], listed[4]
        else:  # a range, of which the largest: minimum, maximum and step of the width, then of the height
            yield listed[4], listed[7]
            return


def _rates(fd: int, pixel_format: bytes, width_px: int, height_px: int) -> Iterator[float]:
    for index in range(_MOST_LISTED):
        listed = _call(fd, _ENUM_FRAMEINTERVALS, _INTERVAL, index, pixel_format, width_px, height_px, 0, *[0] * 6)
        if listed is None:
            return
        # The interval, or the shortest of a range: a fraction of a second.
        if listed[5]:
            yield listed[6] / listed[5]


def _call(fd: int, request: int, layout: struct.Struct, *values: int | bytes) -> tuple[Any, ...] | None:
    """The structure filled in by the driver; None: it has no such entry, or does not respond."""
    packed = bytearray(layout.pack(*values))
    try:
        control_device(fd, request, packed)
    except OSError:
        return None
    return layout.unpack(packed)

"""The camera and the belt in front of it: [capture] and [belt]."""

import os
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from config.secret_address import SecretAddress
from config.sections.section import Fraction, Section, setting

LASTING_NAMES = Path("/dev/v4l/by-id")
"""Where Linux names cameras by vendor, model and serial number."""
LEAST_ZONE = 0.05
_ROUNDING = 1e-9
KMH_PER_MPS = 3.6


class Zone(Section):
    """The part of the image that contains the treadmill, as fractions of its width and height."""

    left: Fraction = 0.0
    top: Fraction = 0.0
    right: Fraction = 1.0
    bottom: Fraction = 1.0

    @model_validator(mode="after")
    def _not_empty(self) -> "Zone":
        if min(self.right - self.left, self.bottom - self.top) < LEAST_ZONE - _ROUNDING:
            raise ValueError(f"right must exceed left by at least {LEAST_ZONE}, and bottom must exceed top by as much")
        return self


class OtherSideSettings(Section):
    """A second camera on the other side of the treadmill: each leg is then the near leg of a camera (docs/two-cameras.md)."""

    source: SecretAddress = setting(SecretAddress(""), 'as in [capture]; "": there is one camera')
    filmed_at_fps: float = setting(0.0, "0: as in [capture]", ge=0, le=10_000)
    rotate_deg: Literal[0, 90, 180, 270] = setting(0, "0, 90, 180 or 270: turns this camera's pictures clockwise")
    width_px: int = setting(0, "0: as in [capture]", ge=0, le=7680)
    height_px: int = setting(0, "0: as in [capture]", ge=0, le=4320)
    fps: float = setting(0.0, "0: as in [capture]", ge=0, le=240)
    pixel_format: Literal["", "MJPG", "YUYV", "any"] = setting("", '"MJPG", "YUYV" or "any"; "": as in [capture]')
    camera_roll_deg: float = setting(
        0.0,
        "how far this camera is turned clockwise, seen from behind it; that of the main camera is analysis.camera_roll_deg",
        ge=-30,
        le=30,
    )
    extension_offset_deg: float = setting(
        0.0,
        "how much more hip extension this camera reads than the main one; subtracted from its strides (hipcue calibrate-sides)",
        ge=-15,
        le=15,
    )
    extension_offset_sd_deg: float = setting(0.0, "standard deviation of that offset; 0: there is none", ge=0, le=5)
    extension_offset_camera: str = setting(
        "",
        'the camera that the offset was measured for; with that one as the main camera, it is ignored; "": this one',
        max_length=500,
    )
    zone: Zone = setting(Zone())


class CaptureSettings(Section):
    """The camera."""

    source: SecretAddress = setting(
        SecretAddress("0"),
        'camera by its name in `hipcue cameras`, number or device ("0", "/dev/video0"); video file, "rtsp://…", "http://…" or '
        '"synthetic:…"',
        min_length=1,
    )
    loop: bool = setting(False, "replay a video file from the start when it ends")
    filmed_at_fps: float = setting(
        0.0, "frames per second at which a slow-motion file was filmed; 0: the file's own rate", ge=0, le=10_000
    )
    rotate_deg: Literal[0, 90, 180, 270] = setting(
        0, "turns the pictures clockwise by 90, 180 or 270 degrees, for a camera mounted on its side"
    )
    width_px: int = setting(1280, "requested from a webcam, which may deliver something else", ge=160, le=7680)
    height_px: int = setting(720, "requested from a webcam", ge=120, le=4320)
    fps: float = setting(60.0, "frames per second requested from a webcam", ge=5, le=240)
    pixel_format: Literal["MJPG", "YUYV", "any"] = setting("MJPG", '"MJPG", "YUYV" or "any"; requested from a webcam')
    max_side_px: int = setting(
        1280, "larger frames are reduced to a half, a third … until their longer side is at most this", ge=256, le=4096
    )
    zone: Zone = setting(Zone())
    other_side: OtherSideSettings = setting(OtherSideSettings())

    @model_validator(mode="after")
    def _two_cameras(self) -> "CaptureSettings":
        if self.has_other_side and _device(self.source) == _device(self.other_side.source):
            raise ValueError(f"other_side.source = {str(self.other_side.source)!r}: is the same camera or clip as source")
        return self

    @property
    def has_other_side(self) -> bool:
        """Whether there is a second camera."""
        return bool(self.other_side.source)

    @property
    def cameras_swapped(self) -> bool:
        """Whether the cameras are named in the other order than when their difference was measured."""
        return self.has_other_side and self.other_side.extension_offset_camera == str(self.source)

    @property
    def extension_offset_deg(self) -> float:
        """How much more the second camera reads, as it is corrected; 0 for swapped cameras, as is its standard deviation."""
        return 0.0 if self.cameras_swapped else self.other_side.extension_offset_deg

    @property
    def extension_offset_sd_deg(self) -> float:
        """The standard deviation of that offset; 0: nothing is corrected."""
        return 0.0 if self.cameras_swapped else self.other_side.extension_offset_sd_deg

    def of_other_side(self) -> "CaptureSettings":
        """The settings of the second camera, as if it were the only one."""
        other = self.other_side
        own = ("filmed_at_fps", "width_px", "height_px", "fps", "pixel_format")
        changed = {name: value for name in own if (value := getattr(other, name))}
        return self.model_copy(
            update={
                **changed,
                "source": other.source,
                "rotate_deg": other.rotate_deg,
                "zone": other.zone,
                "other_side": OtherSideSettings(extension_offset_deg=self.extension_offset_deg),
            }
        )


def _device(source: SecretAddress) -> str:
    """A camera's number, its lasting name and its path name one device, as a clip's paths do one file."""
    name = source.reveal()
    lasting = LASTING_NAMES / name
    return os.path.realpath(f"/dev/video{name}" if name.isdecimal() else lasting if lasting.is_symlink() else name)


FASTEST_TYPED_KMH = 40.0
LOWEST_TYPED_PCT, STEEPEST_TYPED_PCT = -20.0, 60.0
"""Limits of the speed and incline that can be entered in the settings, by keys or in the console."""


class BeltSettings(Section):
    """The treadmill's belt."""

    source: Literal["none", "typed", "ftms"] = setting(
        "none",
        '"none", "typed" (speed_kmh and the keys + and -) or "ftms" (read over Bluetooth from the treadmill or a foot pod)',
    )
    speed_kmh: float = setting(0.0, "speed at the start, if typed; 0: not known yet", ge=0, le=FASTEST_TYPED_KMH)
    incline_pct: float = setting(0.0, "incline, if typed", ge=LOWEST_TYPED_PCT, le=STEEPEST_TYPED_PCT)
    device: str = setting(
        "",
        'part of the Bluetooth name, or the address, of the treadmill or foot pod; "" takes the first treadmill that '
        "offers the Fitness Machine Service",
        max_length=80,
    )

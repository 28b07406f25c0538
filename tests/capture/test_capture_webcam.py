"""A mode is requested from a webcam, and differences from what it grants are reported."""

import cv2
import pytest

from capture.opening import open_source
from capture.sources.source import SourceError
from capture.sources.webcam import granted_mode, mode_difference
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings

ASKED = CaptureSettings(width_px=1280, height_px=720, fps=60, pixel_format="MJPG")


def granted(
    width_px: int = 1280, height_px: int = 720, fps: float = 60.0, fourcc: int | None = None
) -> tuple[int, int, float, str]:
    properties = {
        cv2.CAP_PROP_FRAME_WIDTH: float(width_px),
        cv2.CAP_PROP_FRAME_HEIGHT: float(height_px),
        cv2.CAP_PROP_FPS: fps,
        cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*"MJPG") if fourcc is None else fourcc),
    }
    return granted_mode(properties.__getitem__)


def test_the_granted_mode_is_read_back_from_the_device() -> None:
    assert granted() == (1280, 720, 60.0, "MJPG")
    assert granted(640, 480, 29.97, cv2.VideoWriter.fourcc(*"YUYV")) == (640, 480, 29.97, "YUYV")


@pytest.mark.parametrize("fourcc", [0, 1, -1])
def test_a_pixel_format_without_a_name_is_unknown(fourcc: int) -> None:
    assert granted(fourcc=fourcc)[3] == "unknown"


def test_a_granted_mode_is_no_difference() -> None:
    assert mode_difference(ASKED, *granted()) == ""


@pytest.mark.parametrize("fps", [59.94, 60.5, 0.0])
def test_a_rate_that_is_close_or_unknown_is_no_difference(fps: float) -> None:
    assert mode_difference(ASKED, *granted(fps=fps)) == ""


@pytest.mark.parametrize(
    ("mode", "difference"),
    [
        ((640, 480, 60.0, "MJPG"), "640x480 instead of 1280x720"),
        ((1280, 720, 15.0, "MJPG"), "15 instead of 60 fps"),
        ((1280, 720, 60.0, "YUYV"), "YUYV instead of MJPG"),
        ((640, 480, 30.0, "YUYV"), "640x480 instead of 1280x720, 30 instead of 60 fps, YUYV instead of MJPG"),
    ],
)
def test_every_difference_is_listed(mode: tuple[int, int, float, str], difference: str) -> None:
    assert mode_difference(ASKED, *mode) == difference


def test_with_pixel_format_any_no_format_is_a_difference() -> None:
    assert mode_difference(ASKED.model_copy(update={"pixel_format": "any"}), *granted(fourcc=0)) == ""


@pytest.mark.parametrize("name", ["97", "99999999999999", "/dev/hipcue-has-no-such-camera", "²"])
def test_a_camera_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(CaptureSettings(source=SecretAddress(name)))
    device = f"camera {name}" if name.startswith("/") else f"Camera {name}"
    assert str(caught.value) == f"{device} cannot be opened. Check that it is plugged in and that no other program uses it."

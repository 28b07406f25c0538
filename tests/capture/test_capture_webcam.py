"""A webcam is asked for a mode; what it grants instead is said, and what is no camera is refused."""

import cv2
import pytest

from capture.opening import open_source
from capture.source import SourceError
from capture.webcam import granted_mode, mode_warning
from config.schema import Capture

ASKED = Capture(width_px=1280, height_px=720, fps=60, pixel_format="MJPG")


class Device:
    """A cv2.VideoCapture that states a mode."""

    def __init__(self, width_px: int, height_px: int, fps: float, fourcc: int) -> None:
        self._properties = {
            cv2.CAP_PROP_FRAME_WIDTH: float(width_px),
            cv2.CAP_PROP_FRAME_HEIGHT: float(height_px),
            cv2.CAP_PROP_FPS: fps,
            cv2.CAP_PROP_FOURCC: float(fourcc),
        }

    def get(self, prop: int) -> float:
        return self._properties[prop]


def granted(
    width_px: int = 1280, height_px: int = 720, fps: float = 60.0, fourcc: int | None = None
) -> tuple[int, int, float, str]:
    device = Device(width_px, height_px, fps, cv2.VideoWriter.fourcc(*"MJPG") if fourcc is None else fourcc)
    return granted_mode(device)  # type: ignore[arg-type]


def test_the_granted_mode_is_what_the_device_states() -> None:
    assert granted() == (1280, 720, 60.0, "MJPG")
    assert granted(640, 480, 29.97, cv2.VideoWriter.fourcc(*"YUYV")) == (640, 480, 29.97, "YUYV")


@pytest.mark.parametrize("fourcc", [0, 1, -1])
def test_a_pixel_format_without_a_name_is_unknown(fourcc: int) -> None:
    assert granted(fourcc=fourcc)[3] == "unknown"


def test_a_mode_as_asked_gives_no_warning() -> None:
    assert mode_warning(ASKED, *granted()) == ""


@pytest.mark.parametrize("fps", [59.94, 60.5, 0.0])
def test_a_rate_nearly_as_asked_or_not_stated_gives_no_warning(fps: float) -> None:
    assert mode_warning(ASKED, *granted(fps=fps)) == ""


@pytest.mark.parametrize(
    ("mode", "warning"),
    [
        ((640, 480, 60.0, "MJPG"), "The camera gives 640x480 instead of 1280x720"),
        ((1280, 720, 15.0, "MJPG"), "The camera gives 15 instead of 60 fps"),
        ((1280, 720, 60.0, "YUYV"), "The camera gives YUYV instead of MJPG"),
        ((640, 480, 30.0, "YUYV"), "The camera gives 640x480 instead of 1280x720, 30 instead of 60 fps, YUYV instead of MJPG"),
    ],
)
def test_each_difference_is_said_in_one_sentence(mode: tuple[int, int, float, str], warning: str) -> None:
    assert mode_warning(ASKED, *mode) == warning


def test_any_pixel_format_will_do_where_any_is_asked() -> None:
    assert mode_warning(ASKED.model_copy(update={"pixel_format": "any"}), *granted(fourcc=0)) == ""


@pytest.mark.parametrize("name", ["97", "99999999999999", "/dev/hipcue-has-no-such-camera", "²"])
def test_a_camera_that_does_not_exist_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(Capture(source=name))
    sentence = f"camera {name}: cannot be opened; check that it is plugged in and that no other program uses it"
    assert str(caught.value) == sentence

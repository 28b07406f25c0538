"""Given the size in a header, then pictures up to 8K are taken and larger ones are refused."""

import pytest

from capture.sources.picture_size import check_size
from capture.sources.source import CameraError
from wire.faults import FaultCode


@pytest.mark.parametrize(("width_px", "height_px"), [(0, 0), (640, 480), (7680, 4320), (4320, 8192)])
def test_up_to_8k(width_px: int, height_px: int) -> None:
    check_size(width_px, height_px, "rtsp://camera/…")


@pytest.mark.parametrize(("width_px", "height_px"), [(8192, 8192), (16_000, 16_000), (65_535, 65_535), (40_000_000, 1)])
def test_larger_ones_are_refused(width_px: int, height_px: int) -> None:
    with pytest.raises(CameraError, match=r"^rtsp://camera/… sends pictures larger than 8K") as caught:
        check_size(width_px, height_px, "rtsp://camera/…")
    assert caught.value.code is FaultCode.CAMERA_PICTURES_TOO_LARGE

"""How large a camera's pictures may be, read from their headers before memory for their pixels is allocated."""

from capture.sources.source import CameraError
from wire.faults import FaultCode

MOST_PX = 8192 * 4320
"""Pixels of a picture: 8K, at 3 bytes a pixel 106 MB. FFmpeg's decoders take the same limit as their option `max_pixels`."""


def check_size(width_px: int, height_px: int, device: str) -> None:
    """Raise CameraError if the pictures of `device`, its name without secrets, are larger than a machine can hold in memory."""
    if width_px * height_px > MOST_PX:
        raise CameraError(FaultCode.CAMERA_PICTURES_TOO_LARGE, device)

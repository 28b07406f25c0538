"""Pictures for docs/: from a browser's PNG, and into WebP."""

from pathlib import Path

import cv2
import numpy as np

from wire.frames.frame import Image


def decoded(png: bytes) -> Image:
    """The picture."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def write_webp(picture: Image, path: Path, quality: int) -> None:
    """Write a picture; `quality` from 1 to 100."""
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_WEBP_QUALITY, quality])

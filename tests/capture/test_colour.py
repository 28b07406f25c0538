"""Given a picture, then it is known whether it has colours."""

import cv2
import numpy as np
import pytest

from capture.sources.colour import has_colours
from wire.frames.frame import Image

RNG = np.random.default_rng(1)


def gym(contrast: float = 1.0, colourful: bool = True) -> Image:
    """A noisy room with a runner's shirt in the middle."""
    picture = RNG.normal(120, 20, (240, 320, 1)).repeat(3, axis=2)
    if colourful:
        picture[90:150, 140:180] += (60, 0, -40)
    return np.clip(contrast * picture, 0, 255).astype(np.uint8)


def compressed(picture: Image, quality: int) -> Image:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1), np.uint8)


@pytest.mark.parametrize("quality", [95, 60, 20])
def test_a_grey_picture_has_none_however_it_is_compressed(quality: int) -> None:
    assert not has_colours(compressed(gym(colourful=False), quality))


@pytest.mark.parametrize("contrast", [1.0, 0.2])
def test_a_shirt_is_enough_also_in_dim_light(contrast: float) -> None:
    assert has_colours(compressed(gym(contrast), 80))

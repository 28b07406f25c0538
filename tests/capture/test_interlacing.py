"""Given pictures, then interlaced ones show one moment, marked or not, and all others stay as they are."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.sources.interlacing import Interlacing, combs
from wire.frames.frame import Image

WIDTH_PX, HEIGHT_PX = 320, 240
STEP_PX = 6
"""How far the leg moves from one moment to the next."""
MANY = 24
GRAIN = np.random.default_rng(1)


def moment(number: int) -> Image:
    """A bright leg, leaning, in front of a wall with a pattern of lines."""
    image = np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8)
    image[::7] = 110
    x_px = 30 + STEP_PX * number % 200
    cv2.line(image, (x_px, 20), (x_px + 40, 220), (200, 210, 220), 24, cv2.LINE_AA)
    return image


def woven(number: int, odd_first: bool = False) -> Image:
    """The even lines of one moment and the odd lines of the next one, or the other way round."""
    image = moment(2 * number)
    image[1 - odd_first :: 2] = moment(2 * number + 1)[1 - odd_first :: 2]
    return image


def noisy(image: Image, spread: float) -> Image:
    return np.clip(image + GRAIN.normal(0, spread, image.shape), 0, 255).astype(np.uint8)


def compressed(image: Image) -> Image:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], cv2.IMREAD_COLOR).astype(np.uint8)


def sharpened(image: Image) -> Image:
    return cv2.addWeighted(image, 2.5, cv2.GaussianBlur(image, (0, 0), 1.0), -1.5, 0).astype(np.uint8)


def turned(image: Image) -> Image:
    return np.ascontiguousarray(np.rot90(image))


def enlarged(image: Image) -> Image:
    return cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST).astype(np.uint8)


def thinned(image: Image) -> Image:
    """Every second line and column, unfiltered, as a cheap camera scales."""
    return np.ascontiguousarray(image[::2, ::2])


def unchanged(image: Image) -> Image:
    return image


def lined(image: Image) -> Image:
    """Lines of the sensor that are darker than the others: they stay where they are."""
    image = image.copy()
    image[::2] = image[::2] * 0.97
    return image


def dim(image: Image) -> Image:
    return noisy((image * 0.25).astype(np.uint8), 6)


def grainy(image: Image) -> Image:
    return noisy(image, 25)


def grainy_and_sharpened(image: Image) -> Image:
    return sharpened(noisy(image, 10))


def shaken(image: Image) -> Image:
    """By a hand, at most two pixels up or down, most often by part of one."""
    return shifted(image, float(GRAIN.uniform(-2, 2)))


def shaken_and_sharpened(image: Image) -> Image:
    return shaken(sharpened(image))


def shifted(image: Image, down_px: float) -> Image:
    size_px = image.shape[1], image.shape[0]
    moved = cv2.warpAffine(image, np.array([[1, 0, 0], [0, 1, down_px]], float), size_px, borderMode=cv2.BORDER_REFLECT)
    return moved.astype(np.uint8)


def striped(image: Image, period_px: float) -> Image:
    """The leg in tights with fine stripes across, which bob up and down with it."""
    lines = np.arange(HEIGHT_PX) + GRAIN.uniform(-3, 3)
    stripes = (60 * np.sin(2 * np.pi * lines / period_px))[:, None, None]
    return np.where(image > 120, np.clip(image - 60 + stripes, 0, 255), image).astype(np.uint8)


def finely_striped(image: Image) -> Image:
    return striped(image, 2.05)


def striped_and_shaken(image: Image) -> Image:
    return shaken(striped(image, 2.4))


PROGRESSIVE = [unchanged, grainy, dim, compressed, sharpened, grainy_and_sharpened, turned, enlarged, thinned, lined]
PROGRESSIVE += [shaken, shaken_and_sharpened, finely_striped, striped_and_shaken]


@pytest.mark.parametrize("look", PROGRESSIVE, ids=lambda look: look.__name__)
def test_a_picture_of_one_moment_is_not_changed(look: object) -> None:
    interlacing = Interlacing()
    for number in range(MANY):
        image = look(moment(number))  # type: ignore[operator]
        assert interlacing.one_moment(image) is image


@pytest.mark.parametrize("down_px", [1.0, 0.5, 1.5, 3.0])
def test_a_picture_that_scrolls_is_not_changed(down_px: float) -> None:
    interlacing = Interlacing()
    for number in range(MANY):
        image = shifted(finely_striped(moment(0)), down_px * number)
        assert interlacing.one_moment(image) is image


@pytest.mark.parametrize("odd_first", [False, True], ids=["even lines first", "odd lines first"])
@pytest.mark.parametrize("look", [unchanged, compressed, dim], ids=lambda look: look.__name__)
def test_a_woven_picture_shows_one_moment_soon(look: object, odd_first: bool) -> None:
    interlacing = Interlacing()
    shown = [interlacing.one_moment(look(woven(number, odd_first))) for number in range(MANY)]  # type: ignore[operator]
    last = shown[-1]
    assert last.shape == (HEIGHT_PX, WIDTH_PX, 3)
    difference = np.abs(last.astype(int) - look(moment(2 * (MANY - 1) + odd_first)))  # type: ignore[operator]
    assert np.mean(difference > 60) < 0.01


def test_a_marked_picture_shows_one_moment_at_once() -> None:
    first = Interlacing().one_moment(woven(0), marked=True)
    assert np.abs(first.astype(int) - moment(0))[:, ::4].mean() < 4


def test_a_source_that_was_not_interlaced_for_long_is_not_judged_again() -> None:
    interlacing = Interlacing()
    for number in range(450):
        interlacing.one_moment(moment(number))
    assert all(interlacing.one_moment(image) is image for image in map(woven, range(MANY)))


def test_a_picture_that_stands_still_tells_nothing() -> None:
    brightness = np.tile(np.array([[0], [255]], np.uint8), (20, 40))
    assert combs(brightness, brightness) is None


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=8), st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_pictures_of_any_size_keep_it(sizes: list[tuple[int, int]], seed: int) -> None:
    source, interlacing = np.random.default_rng(seed), Interlacing()
    for height_px, width_px in sizes:
        image = source.integers(0, 256, (height_px, width_px, 3), np.uint8)
        assert interlacing.one_moment(image).shape == image.shape

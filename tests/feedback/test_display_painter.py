"""Given any view and any screen, what is painted can be read, is not clipped, and stands still."""

import dataclasses

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from feedback.display import palette
from feedback.display.geometry import wedge
from feedback.display.icons import icon
from feedback.display.layout import DIGIT_SHARE, Box
from feedback.display.painter import Painter
from feedback.display.strip import scale, share
from feedback.display.view import Bar, Board, Lines, Picture, View, judged
from wire.messages import Band, Facing

SIZES = [(1920, 1080), (1080, 1920), (1280, 720), (640, 480)]
BAND = Band(16.0, 20.0)
HIP = (480.0, 250.0)


def bars(*values: float, band: Band | None = BAND) -> tuple[Bar, ...]:
    return tuple(Bar(value, judged(value, 1.0, 0.5, band)) for value in values)


GOOD = Board(
    value=17.2,
    verdict="in",
    band=BAND,
    bars=bars(*[14.0 + place % 9 for place in range(20)]),
    cadence_spm=170,
    near_label="Right",
    far_label="Left",
    near_mean=17.3,
    far_mean=15.6,
    phase="Drill",
    time_left_s=754,
)
BOARDS = {
    "empty": Board(),
    "starting": Board(message="Starting"),
    "good": GOOD,
    "more with a cue": dataclasses.replace(GOOD, value=13.4, verdict="below", cue="Push the belt behind you"),
    "less with notes": dataclasses.replace(GOOD, value=23.8, verdict="above", notes=("Muted", "No sound")),
    "long notes": dataclasses.replace(GOOD, notes=("config.toml: target.delta_deg must be a number, not 'three' " * 3,)),
    "unsure": dataclasses.replace(GOOD, verdict="unsure", bars=(*GOOD.bars[:19], Bar(9.0, "unsure"))),
    "negative": dataclasses.replace(GOOD, value=-12.0, verdict="below", band=Band(-16.0, -9.0), near_mean=-12.0),
    "nobody": dataclasses.replace(GOOD, value=None, message="Step into view"),
    "waiting": dataclasses.replace(GOOD, value=None, message="Waiting for the measurement"),
    "camera lost": dataclasses.replace(GOOD, value=None, message="Camera lost", camera_lost=True),
    "paused": dataclasses.replace(GOOD, message="Paused"),
    "baseline": dataclasses.replace(
        GOOD, band=None, verdict="open", hint="Stand beside the belt", phase="Baseline", bars=bars(15.0, 16.0, band=None)
    ),
    "cadence": dataclasses.replace(GOOD, title="Cadence", unit="", value=172.0, band=Band(170.0, 175.0), bars=bars(172.0)),
    "long words": dataclasses.replace(GOOD, phase="Extraordinarily long phase", title="Hip extension to trunk", cue="W" * 40),
    "huge numbers": dataclasses.replace(GOOD, value=99999.0, cadence_spm=99999, near_mean=-99999.0, time_left_s=10**7),
    "narrow band": dataclasses.replace(GOOD, band=Band(17.0, 17.0), bars=bars(1.0, 17.0, 99.0)),
}


def gradient(width_px: int = 960, height_px: int = 540) -> NDArray[np.uint8]:
    image = np.zeros((height_px, width_px, 3), np.uint8)
    image[..., 0] = np.linspace(30, 90, width_px, dtype=np.uint8)
    image[..., 1] = np.linspace(30, 90, height_px, dtype=np.uint8)[:, None]
    return image


def picture(lines: Lines | None = None, size_px: tuple[int, int] = (960, 540)) -> Picture:
    return Picture(1, 1, 0, gradient(*size_px), lines, measured=True)


def runner(facing: Facing = "right", size_px: tuple[int, int] = (960, 540)) -> Lines:
    behind = -1 if facing == "right" else 1
    hip = (size_px[0] / 2, size_px[1] / 2)
    outline = wedge(hip, 150.0, (16.0, 20.0), facing, 0.0)
    return Lines(hip, (hip[0] + behind * 30, hip[1] + 100), (hip[0] + behind * 80, hip[1] + 180), (hip[0], 90.0), outline)


def painted(board: Board, size_px: tuple[int, int], shown: Picture | None = None) -> tuple[pygame.Surface, Painter]:
    surface, painter = pygame.Surface(size_px, depth=32), Painter()
    painter.paint(surface, View(shown, board))
    return surface, painter


def pixels(surface: pygame.Surface) -> NDArray[np.int16]:
    """Shape (height, width, 3), red-green-blue, signed so that differences do not wrap."""
    return pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(np.int16)


@pytest.mark.parametrize("picture_px", [(960, 540), (540, 960)], ids=["wide", "tall"])
@pytest.mark.parametrize("size_px", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", BOARDS)
def test_no_text_is_clipped(name: str, size_px: tuple[int, int], picture_px: tuple[int, int]) -> None:
    _, painter = painted(BOARDS[name], size_px, picture(runner(size_px=picture_px), picture_px))
    screen = Box(0, 0, *size_px)
    for placed in painter.typesetter.placed:
        assert placed.box.contains(placed.glyphs) or not placed.text.strip(), placed
        assert screen.contains(placed.glyphs) or not placed.text.strip(), placed


@pytest.mark.parametrize("picture_px", [(960, 540), (540, 960)], ids=["wide", "tall"])
@pytest.mark.parametrize("size_px", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_digits_are_a_sixth_of_the_screen_high(size_px: tuple[int, int], picture_px: tuple[int, int]) -> None:
    surface, painter = painted(dataclasses.replace(GOOD, value=17.0), size_px, picture(None, picture_px))
    place = painter.layout.number
    inside = pixels(surface)[place.y : place.bottom, place.x : place.right]
    rows = np.flatnonzero((inside.min(axis=2) > 200).any(axis=1))
    assert rows[-1] - rows[0] + 1 >= DIGIT_SHARE * size_px[1]


@pytest.mark.parametrize("size_px", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_cue_is_written_small(size_px: tuple[int, int]) -> None:
    _, painter = painted(BOARDS["more with a cue"], size_px, picture())
    words = [placed for placed in painter.typesetter.placed if "PUSH" in placed.text]
    assert words[0].glyphs.height >= 0.03 * size_px[1]
    assert words[0].glyphs.height >= 0.045 * min(size_px)


def test_digits_stand_still_when_the_number_changes() -> None:
    rights = set()
    for value in (8.0, 10.0, 18.0, 88.0, -8.0, -18.0):
        _, painter = painted(dataclasses.replace(GOOD, value=value), (1920, 1080))
        digits = next(placed for placed in painter.typesetter.placed if placed.box.y == painter.layout.number.y)
        rights.add(digits.box.right)
    assert len(rights) == 1


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("size_px", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_wedge_is_behind_the_runner(size_px: tuple[int, int], facing: Facing, mirrored: bool) -> None:
    surface, painter = pygame.Surface(size_px, depth=32), Painter(mirrored)
    painter.paint(surface, View(picture(), GOOD))
    before = pixels(surface)
    lines = dataclasses.replace(runner(facing), hip_px=None)
    painter.paint(surface, View(picture(lines), GOOD))
    mirror = painter.layout.mirror
    changed = np.abs(pixels(surface) - before).sum(axis=2)[:, mirror.x : mirror.right] > 30
    columns = np.flatnonzero(changed[:, :].any(axis=0))
    middle = mirror.width / 2
    shin = columns.mean() - middle
    assert columns.size > 5
    assert (shin < 0) == ((facing == "right") != mirrored)


def test_lines_of_a_picture_are_drawn_in_its_place_only() -> None:
    surface, painter = painted(GOOD, (1280, 720), picture())
    before = pixels(surface)
    far_away = Lines((480.0, 250.0), (-3000.0, 9000.0), (20_000.0, -20_000.0), None, wedge(HIP, 9000.0, (0.0, 80.0), "left", 0))
    painter.paint(surface, View(picture(far_away), GOOD))
    mirror = painter.layout.mirror
    changed = np.abs(pixels(surface) - before).sum(axis=2) > 0
    assert changed[mirror.y : mirror.bottom, mirror.x : mirror.right].any()
    changed[mirror.y : mirror.bottom, mirror.x : mirror.right] = False
    assert not changed.any()


def test_an_unchanged_view_paints_the_same_and_a_changed_one_leaves_nothing_behind() -> None:
    surface, painter = painted(BOARDS["more with a cue"], (1280, 720), picture())
    first = pixels(surface)
    painter.paint(surface, View(picture(), BOARDS["more with a cue"]))
    assert (pixels(surface) == first).all()
    for name in ("camera lost", "good", "nobody", "good"):
        painter.paint(surface, View(picture(), BOARDS[name]))
        afresh, _ = painted(BOARDS[name], (1280, 720), picture())
        assert (pixels(surface) == pixels(afresh)).all(), name


def test_what_was_lost_from_the_surface_is_painted_again() -> None:
    surface, painter = painted(GOOD, (1280, 720), picture())
    whole = pixels(surface)
    surface.fill((255, 0, 0))
    painter.forget()
    painter.paint(surface, View(picture(), GOOD))
    assert (pixels(surface) == whole).all()


def test_a_verdict_is_told_by_word_shape_and_colour() -> None:
    chips = {}
    for name in ("good", "more with a cue", "less with notes"):
        surface, painter = painted(BOARDS[name], (1280, 720))
        chip = painter.layout.chip
        middle = (chip.x + chip.height // 2, chip.y + chip.height // 4)
        words = [
            placed.text for placed in painter.typesetter.placed if placed.box.y >= chip.y and placed.box.bottom <= chip.bottom
        ]
        chips[name] = (words[0], tuple(pixels(surface)[middle[1], middle[0]].tolist()))
    assert chips == {
        "good": ("GOOD", palette.BLUE),
        "more with a cue": ("MORE", palette.ORANGE),
        "less with notes": ("LESS", palette.ORANGE),
    }
    shapes = [pygame.image.tobytes(icon(shape, 40, palette.NIGHT), "RGBA") for shape in ("check", "up", "down")]
    assert len(set(shapes)) == 3


def test_every_ink_that_is_painted_is_one_whose_contrast_is_tested() -> None:
    for board in BOARDS.values():
        _, painter = painted(board, (1280, 720))
        assert {placed.ink for placed in painter.typesetter.placed} <= set(palette.INKS)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from(sorted(BOARDS)), st.integers(1, 300), st.integers(1, 300))
def test_no_window_is_too_odd_to_paint(width_px: int, height_px: int, name: str, picture_w: int, picture_h: int) -> None:
    painted(BOARDS[name], (width_px, height_px), picture(runner(), (picture_w, picture_h)))


class TestStripScale:
    def test_the_band_lies_within_the_scale_and_values_do_not_move_it(self) -> None:
        low, high = scale(BAND, [])
        assert low < BAND.low_deg < BAND.high_deg < high
        assert scale(BAND, [-50.0, 90.0]) == (low, high)

    def test_without_a_band_it_holds_all_values(self) -> None:
        low, high = scale(None, [13.2, 18.9])
        assert (low, high) == (5.0, 25.0)

    def test_values_beyond_the_scale_stay_at_its_ends(self) -> None:
        assert [share(value, 10.0, 20.0) for value in (0.0, 10.0, 15.0, 20.0, 99.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]

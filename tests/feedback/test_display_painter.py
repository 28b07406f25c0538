"""On any screen, every view is readable, complete and steady."""

import dataclasses
from functools import lru_cache

import numpy as np
import pygame
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from config.left_minus_right import Difference
from feedback.display.paint import palette
from feedback.display.paint.icons import icon
from feedback.display.paint.layout import DIGIT_SHARE
from feedback.display.paint.painter import Painter
from feedback.display.paint.strip import scale, share
from feedback.display.state import screen_text
from feedback.display.state.geometry import wedge
from feedback.display.state.measure_format import format_of
from feedback.display.state.sides import Sides
from feedback.display.state.view import (
    Board,
    Card,
    LegNumber,
    MirrorFrame,
    MirrorLines,
    StatusMessage,
    StatusNote,
    StrideBar,
    View,
    judge_value,
)
from feedback.display.type.box import Box
from feedback.display.type.typesetter import PlacedText
from tests.support.screen_states import DISK_FULL, REFUSED, STATES, SUMMARY
from wire.faults import SampleState
from wire.messages import Band, Facing, PhaseResult, Summary
from wire.texts import PHASES, problem, sentence

SIZES = [(1920, 1080), (1080, 1920), (1280, 720), (1024, 768), (3840, 2160), (640, 480)]
BAND = Band(16.0, 20.0)
HIP = (480.0, 250.0)
LONGEST_CUE = "WWWWWWWW WWWWWWWW WWWWWWWW WWWWWWWW WWWW"
"""Five words and 40 letters, the limits of config.sections.cue_rule.CueRule, in the widest letter."""


def bars(*values: float, band: Band | None = BAND) -> tuple[StrideBar, ...]:
    return tuple(StrideBar(value, judge_value(value, 1.0, 0.5, band)) for value in values)


GOOD = Board(
    value=17.2,
    verdict="in",
    band=BAND,
    bars=bars(*[14.0 + place % 9 for place in range(20)]),
    cadence_spm=170,
    belt_kmh=10.8,
    near_label="Right",
    far_label="Left",
    sides=Sides(17.3, 15.6),
    phase="Drill",
    time_left_s=754,
    hint="Stay in the target band",
)
LEGS = (
    LegNumber("Left", 14.2, "below", BAND, bars(*[14.0 + place % 9 for place in range(10)])),
    LegNumber("Right", 17.8, "in", Band(15.0, 19.0), bars(*[15.0 + place % 5 for place in range(10)], band=Band(15.0, 19.0))),
)
MESSAGES = [
    *(value for value in vars(screen_text).values() if isinstance(value, StatusMessage)),
    *(message for state in SampleState if (message := screen_text.state_message(state)) is not None),
]
WORDY = {
    "empty": Board(),
    "longest cue": dataclasses.replace(GOOD, cue=LONGEST_CUE),
    "negative": dataclasses.replace(GOOD, value=-12.0, verdict="below", band=Band(-16.0, -9.0), sides=Sides(-12.0, -15.0)),
    "cadence": dataclasses.replace(GOOD, measure=format_of("cadence"), value=172.0, band=Band(170.0, 175.0)),
    "step length": dataclasses.replace(GOOD, measure=format_of("step_length"), value=1.18, band=Band(1.1, 1.25)),
    "swing speed": dataclasses.replace(GOOD, measure=format_of("swing_velocity"), value=612.0, band=Band(600.0, 650.0)),
    "narrow band": dataclasses.replace(GOOD, band=Band(17.0, 17.0), bars=bars(1.0, 17.0, 99.0)),
    "two legs": dataclasses.replace(GOOD, legs=LEGS, difference=Difference(-3.6, 1.2)),
    "two legs, one unsure": dataclasses.replace(
        GOOD, legs=(dataclasses.replace(LEGS[0], verdict="unsure"), dataclasses.replace(LEGS[1], verdict="form_first"))
    ),
    "two legs, none seen": dataclasses.replace(
        GOOD, value=None, band=None, legs=tuple(LegNumber(leg.label, None, "no_target", None, ()) for leg in LEGS)
    ),
    "two legs, withheld": dataclasses.replace(GOOD, value=None, withheld="Measuring your baseline", legs=LEGS),
    "incline": dataclasses.replace(GOOD, incline_pct=-2.0, belt_kmh=22.5),
    **{f"message: {message.text}": dataclasses.replace(GOOD, value=None, message=message) for message in MESSAGES},
    **{f"hint: {hint}": dataclasses.replace(GOOD, hint=hint) for hint in screen_text.HINTS.values()},
    **{f"withheld: {why}": dataclasses.replace(GOOD, value=None, withheld=why) for why in screen_text.WITHHELD.values()},
    **{f"phase: {name}": dataclasses.replace(GOOD, phase=name) for name in PHASES.values()},
}
"""Boards on which every text must be complete."""
EXTREME = {
    "huge numbers": dataclasses.replace(
        GOOD, value=99999.0, band=Band(-99999.0, 99999.0), cadence_spm=99999, sides=Sides(-99999.0, 9e4), time_left_s=10**7
    ),
    "two huge legs": dataclasses.replace(
        GOOD,
        legs=tuple(LegNumber(leg.label, -99999.0, "above", Band(-99999.0, 99999.0), leg.bars) for leg in LEGS),
        difference=Difference(-99999.0, 2.9),
    ),
    "huge clock": dataclasses.replace(GOOD, value=None, withheld="Checking what has stuck", time_left_s=10**7),
    "long words": dataclasses.replace(GOOD, phase="Extraordinarily " * 4, hint="W" * 40, runner="W" * 60, cue="W" * 40),
    "long notes": dataclasses.replace(GOOD, notes=(StatusNote("config.toml: target.delta_deg must be a number " * 3, True),)),
    "long refusal": dataclasses.replace(GOOD, refused_settings=sentence(REFUSED) * 4, storing_video=True),
    "long summary": dataclasses.replace(
        GOOD,
        summary=Summary(
            PhaseResult(99999, -12345.6, 999.9, 1.0),
            PhaseResult(0, float("nan"), float("nan"), None),
            None,
            99999,
            SUMMARY.practise * 2,
        ),
    ),
}
"""Boards beyond any session: text must stay in its box, but may be cut off with "…"."""
CARDS = {
    "long": Card("W" * 40, ("words " * 80, "more " * 40), ("", "p50"), tuple((f"stage {n}", "99999.9") for n in range(40)))
}


def gradient(width_px: int = 960, height_px: int = 540) -> NDArray[np.uint8]:
    image = np.zeros((height_px, width_px, 3), np.uint8)
    image[..., 0] = np.linspace(30, 90, width_px, dtype=np.uint8)
    image[..., 1] = np.linspace(30, 90, height_px, dtype=np.uint8)[:, None]
    return image


def picture(lines: MirrorLines | None = None, size_px: tuple[int, int] = (960, 540)) -> MirrorFrame:
    return MirrorFrame(1, 1, 0, gradient(*size_px), lines, measured=True)


def runner(facing: Facing = "right", size_px: tuple[int, int] = (960, 540)) -> MirrorLines:
    behind = -1 if facing == "right" else 1
    hip = (size_px[0] / 2, size_px[1] / 2)
    outline = wedge(hip, 150.0, (16.0, 20.0), facing, 0.0)
    knee, ankle = (hip[0] + behind * 30, hip[1] + 100), (hip[0] + behind * 80, hip[1] + 180)
    return MirrorLines(hip, knee, ankle, (hip[0], 90.0), outline, (hip, knee))


@lru_cache(maxsize=16)
def painter_of(size_px: tuple[int, int]) -> tuple[pygame.Surface, Painter]:
    """Shared by the tests, so that glyphs are rendered once."""
    return pygame.Surface(size_px, depth=32), Painter()


def painted(
    board: Board, size_px: tuple[int, int], shown: MirrorFrame | None = None, card: Card | None = None
) -> tuple[pygame.Surface, Painter]:
    surface, painter = painter_of(size_px)
    painter.invalidate()
    painter.paint(surface, View(shown, board, card))
    return surface, painter


def pixels(surface: pygame.Surface) -> NDArray[np.int16]:
    """Shape (height, width, 3), red-green-blue, signed so that differences do not wrap."""
    return pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(np.int16)


def named(size_px: tuple[int, int]) -> str:
    return f"{size_px[0]}x{size_px[1]}"


def assert_in_place(painter: Painter, size_px: tuple[int, int]) -> None:
    screen = Box(0, 0, *size_px)
    for placed in painter.typesetter.placed:
        if placed.text.strip():
            assert placed.box.contains(placed.glyphs), placed
            assert screen.contains(placed.glyphs), placed


def assert_no_overlap(painter: Painter) -> None:
    texts = [placed for placed in painter.typesetter.placed if placed.text.strip()]
    for index, one in enumerate(texts):
        for other in texts[index + 1 :]:
            apart_x = one.glyphs.right <= other.glyphs.x or other.glyphs.right <= one.glyphs.x
            apart_y = one.glyphs.bottom <= other.glyphs.y or other.glyphs.bottom <= one.glyphs.y
            assert apart_x or apart_y, (one, other)


@pytest.mark.parametrize("picture_px", [(960, 540), (540, 960)], ids=["wide", "tall"])
@pytest.mark.parametrize("size_px", SIZES, ids=named)
class TestEveryText:
    @pytest.mark.slow
    def test_of_every_state_is_complete_in_its_box_apart_from_others_and_on_the_background_of_its_ink(
        self, size_px: tuple[int, int], picture_px: tuple[int, int]
    ) -> None:
        surface, painter = painter_of(size_px)
        for name, scene in STATES.items():
            painter.invalidate()
            painter.paint(surface, scene.view(picture_px))
            assert_in_place(painter, size_px)
            assert_no_overlap(painter)
            cut = [placed.text for placed in painter.typesetter.placed if placed.text.endswith("…")]
            assert not cut, name
            for placed in painter.typesetter.placed:
                assert placed.ink in palette.INKS
                if placed.text.strip():
                    assert share_of_ground(surface, placed) >= 0.95, placed

    @pytest.mark.slow
    def test_that_a_session_can_show_is_complete_in_its_box(
        self, size_px: tuple[int, int], picture_px: tuple[int, int]
    ) -> None:
        for name, board in WORDY.items():
            _, painter = painted(board, size_px, picture(None, picture_px))
            assert_in_place(painter, size_px)
            assert_no_overlap(painter)
            cut = [placed.text for placed in painter.typesetter.placed if placed.text.endswith("…")]
            assert not cut, name

    def test_however_extreme_stays_in_its_box(self, size_px: tuple[int, int], picture_px: tuple[int, int]) -> None:
        for board in EXTREME.values():
            _, painter = painted(board, size_px, picture(None, picture_px))
            assert_in_place(painter, size_px)
        for card in CARDS.values():
            _, painter = painted(GOOD, size_px, picture(None, picture_px), card)
            assert_in_place(painter, size_px)

    def test_digits_are_a_sixth_of_the_screen_high(self, size_px: tuple[int, int], picture_px: tuple[int, int]) -> None:
        surface, painter = painted(dataclasses.replace(GOOD, value=17.0), size_px, picture(None, picture_px))
        place = painter.layout.number
        inside = pixels(surface)[place.y : place.bottom, place.x : place.right]
        rows = np.flatnonzero((inside.min(axis=2) > 200).any(axis=1))
        assert rows[-1] - rows[0] + 1 >= DIGIT_SHARE * size_px[1]


def share_of_ground(surface: pygame.Surface, placed: PlacedText) -> float:
    """The share of pixels around a text that have exactly the background colour of its ink."""
    glyphs = placed.glyphs
    outside = pygame.Rect(glyphs.x - 1, glyphs.y - 1, glyphs.width + 2, glyphs.height + 2)
    around = pixels(surface.subsurface(outside.clip(surface.get_rect())))
    frame = np.concatenate([around[0], around[-1], around[:, 0], around[:, -1]])
    return float((np.abs(frame - np.array(placed.ink.ground)).max(axis=1) <= 1).mean())


@pytest.mark.parametrize("size_px", SIZES, ids=named)
def test_a_cue_is_large(size_px: tuple[int, int]) -> None:
    _, painter = painted(dataclasses.replace(GOOD, cue="Push the belt behind you"), size_px, picture())
    words = [placed for placed in painter.typesetter.placed if "PUSH" in placed.text]
    assert words[0].glyphs.height >= 0.03 * size_px[1]
    assert words[0].glyphs.height >= 0.045 * min(size_px)


def test_digits_stay_in_place_when_the_number_changes() -> None:
    rights = set()
    for value in (8.0, 10.0, 18.0, 88.0, -8.0, -18.0):
        _, painter = painted(dataclasses.replace(GOOD, value=value), (1920, 1080))
        digits = next(placed for placed in painter.typesetter.placed if placed.box.y == painter.layout.number.y)
        rights.add(digits.box.right)
    assert len(rights) == 1


def test_the_clock_stays_in_place_while_it_ticks() -> None:
    rights = set()
    for seconds in (10, 11, 27, 48, 59):
        board = dataclasses.replace(GOOD, value=None, withheld="Measuring your baseline", time_left_s=seconds)
        _, painter = painted(board, (1920, 1080))
        rights.add(next(placed.box.right for placed in painter.typesetter.placed if placed.text.startswith("0:")))
    assert len(rights) == 1


@pytest.mark.parametrize("size_px", SIZES, ids=named)
def test_a_withheld_number_is_nowhere_on_the_screen(size_px: tuple[int, int]) -> None:
    surface, painter = painter_of(size_px)
    for name in ("baseline", "retention"):
        painter.invalidate()
        painter.paint(surface, STATES[name].view())
        texts = " ".join(placed.text for placed in painter.typesetter.placed)
        assert "°" not in texts, name
        assert not {"MORE", "LESS", "GOOD"} & set(texts.split()), name


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("size_px", SIZES[:3], ids=named)
def test_the_wedge_is_behind_the_runner(size_px: tuple[int, int], facing: Facing, mirrored: bool) -> None:
    surface, painter = pygame.Surface(size_px, depth=32), Painter(mirrored)
    painter.paint(surface, View(picture(), GOOD))
    before = pixels(surface)
    lines = dataclasses.replace(runner(facing), hip_px=None, ghost_px=None)
    painter.paint(surface, View(picture(lines), GOOD))
    mirror = painter.layout.mirror
    changed = np.abs(pixels(surface) - before).sum(axis=2)[:, mirror.x : mirror.right] > 30
    columns = np.flatnonzero(changed[:, :].any(axis=0))
    middle = mirror.width / 2
    shin = columns.mean() - middle
    assert columns.size > 5
    assert (shin < 0) == ((facing == "right") != mirrored)


def test_lines_are_drawn_in_the_mirror_only() -> None:
    surface, painter = painted(GOOD, (1280, 720), picture())
    before = pixels(surface)
    outline = wedge(HIP, 9000.0, (0.0, 80.0), "left", 0)
    far_away = MirrorLines(HIP, (-3000.0, 9000.0), (20_000.0, -20_000.0), None, outline, (HIP, (-9000.0, 400.0)))
    painter.paint(surface, View(picture(far_away), GOOD))
    mirror = painter.layout.mirror
    changed = np.abs(pixels(surface) - before).sum(axis=2) > 0
    assert changed[mirror.y : mirror.bottom, mirror.x : mirror.right].any()
    changed[mirror.y : mirror.bottom, mirror.x : mirror.right] = False
    assert not changed.any()


def test_an_unchanged_view_looks_the_same_and_a_changed_one_leaves_no_traces() -> None:
    surface, painter = pygame.Surface((1280, 720), depth=32), Painter()
    more = STATES["more-cue"].view()
    painter.paint(surface, more)
    first = pixels(surface)
    painter.paint(surface, more)
    assert (pixels(surface) == first).all()
    for name in ("camera-lost", "good", "settings-refused", "help", "summary", "storing-video", "step-into-view", "good"):
        view = STATES[name].view()
        painter.paint(surface, view)
        afresh = pygame.Surface((1280, 720), depth=32)
        Painter().paint(afresh, view)
        assert (pixels(surface) == pixels(afresh)).all(), name


def test_lost_content_is_painted_again() -> None:
    surface, painter = painted(GOOD, (1280, 720), picture())
    whole = pixels(surface)
    surface.fill((255, 0, 0))
    painter.invalidate()
    painter.paint(surface, View(picture(), GOOD))
    assert (pixels(surface) == whole).all()


def test_the_list_of_texts_does_not_grow_with_time() -> None:
    surface, painter = pygame.Surface((640, 480), depth=32), Painter()
    board = dataclasses.replace(GOOD, storing_video=True, refused_settings=sentence(REFUSED))
    painter.paint(surface, View(picture(), board))
    count = len(painter.typesetter.placed)
    for _ in range(50):
        painter.paint(surface, View(picture(), board))
    assert len(painter.typesetter.placed) == count


def test_a_verdict_has_its_own_word_shape_and_colour() -> None:
    verdicts = {}
    for name in ("good", "more", "less", "guard", "unsure"):
        surface, painter = painter_of((1280, 720))
        painter.invalidate()
        painter.paint(surface, STATES[name].view())
        box = painter.layout.verdict
        words = [placed.text for placed in painter.typesetter.placed if box.contains(placed.glyphs)]
        verdicts[name] = (words[0], tuple(pixels(surface)[box.y + box.height // 4, box.x + box.height // 2].tolist()))
    assert verdicts == {
        "good": ("GOOD", palette.BLUE),
        "more": ("MORE", palette.ORANGE),
        "less": ("LESS", palette.ORANGE),
        "guard": ("FORM FIRST", palette.RAISED),
        "unsure": ("UNSURE", palette.RAISED),
    }
    shapes = [
        pygame.image.tobytes(icon(shape, 40, palette.NIGHT), "RGBA") for shape in ("check", "up", "down", "warning", "unsure")
    ]
    assert len(set(shapes)) == 5


def test_stored_video_is_shown_by_a_red_dot_and_a_label() -> None:
    for name, expected in (("storing-video", True), ("good", False)):
        surface, painter = painter_of((1920, 1080))
        painter.invalidate()
        painter.paint(surface, STATES[name].view())
        mirror = painter.layout.mirror
        red = (pixels(surface) == np.array(palette.RED)).all(axis=2)[
            mirror.y : mirror.bottom, mirror.x : mirror.right
        ].sum() > 50
        labelled = any(placed.text == screen_text.STORING_VIDEO for placed in painter.typesetter.placed)
        assert (red, labelled) == (expected, expected)


def test_a_full_disk_is_shown() -> None:
    _, painter = painter_of((1920, 1080))
    painter.invalidate()
    painter.paint(painter_of((1920, 1080))[0], STATES["no-sound-disk-full"].view())
    assert any(problem(DISK_FULL) in placed.text for placed in painter.typesetter.placed)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 900),
    st.integers(1, 900),
    st.sampled_from([*WORDY.values(), *EXTREME.values()]),
    st.sampled_from([None, *CARDS.values()]),
    st.integers(1, 300),
    st.integers(1, 300),
)
def test_any_window_can_be_painted(
    width_px: int, height_px: int, board: Board, card: Card | None, picture_w: int, picture_h: int
) -> None:
    surface = pygame.Surface((width_px, height_px), depth=32)
    Painter().paint(surface, View(picture(runner(), (picture_w, picture_h)), board, card))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60), st.sampled_from(SIZES[:3]))
@example("س", (1920, 1080))
@example("E  Î", (1280, 720))
@example("000000000000000000 ¶À", (1080, 1920))
def test_any_received_text_can_be_painted(words: str, size_px: tuple[int, int]) -> None:
    board = dataclasses.replace(GOOD, cue=words, runner=words, phase=words, refused_settings=words, notes=(StatusNote(words),))
    for shown in (board, dataclasses.replace(board, cue="", hint=words, message=StatusMessage(words, words, "person"))):
        _, painter = painted(shown, size_px, None, Card(words, (words,), (), ((words, words),)))
        assert_in_place(painter, size_px)
        painted(shown, size_px)
        assert_in_place(painter, size_px)


class TestStripScale:
    def test_it_contains_the_band_and_does_not_depend_on_the_values(self) -> None:
        low, high = scale(BAND, [])
        assert low < BAND.low_deg < BAND.high_deg < high
        assert scale(BAND, [-50.0, 90.0]) == (low, high)

    def test_without_a_band_it_contains_all_values(self) -> None:
        low, high = scale(None, [13.2, 18.9])
        assert (low, high) == (5.0, 25.0)

    def test_values_beyond_it_are_clamped_to_its_ends(self) -> None:
        assert [share(value, 10.0, 20.0) for value in (0.0, 10.0, 15.0, 20.0, 99.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]

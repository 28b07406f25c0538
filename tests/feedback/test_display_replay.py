"""The replay on the big screen: what it shows at which moment, when it begins and ends, and that it fits every screen."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from itertools import pairwise
from typing import Any

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.sections.display import DisplaySettings
from config.settings import Settings
from feedback.display.paint.painter import Painter
from feedback.display.paint.replay_panel import limits
from feedback.display.state.replay import CURVE_GAP_NS, SLOWNESS, SPAN_S, Replay, ReplayMode
from feedback.display.state.screen import Screen
from feedback.display.state.view import ReplayView
from tests.support.message_examples import sample
from tests.support.screen_states import NOW_NS, STATES
from wire.clock import NS_PER_MS, s_to_ns
from wire.faults import NoticeCode
from wire.frames.frame import Frame
from wire.frames.recent_pictures import KEPT_AFTER_S, KeptPicture
from wire.messages import Band, Leg, Notice, Phase

BAND = Band(16.0, 20.0)
HZ = 10
DRILL = Phase("drill", "hip_extension", BAND, 15.1, None, paused=False, muted=False, cueing=True, runner="Ada")
SILENT = structs.replace(DRILL, cueing=False)


def picture(at_ms: int, thigh_deg: float | None = -12.0) -> KeptPicture:
    return KeptPicture(b"", 8, 4, (16, 8), at_ms * NS_PER_MS, sample(at_ms), thigh_deg)


class Lane:
    """A screen, somebody who runs in front of it, and time."""

    def __init__(self, mode: ReplayMode = "key", phase: Phase = DRILL) -> None:
        self.screen = Screen(Settings(display=DisplaySettings(replay=mode)))
        self.now_ns = s_to_ns(100)
        self._frames = 0
        self.enter(phase)

    def enter(self, phase: Phase, **changes: Any) -> None:
        self.screen.handle(structs.replace(phase, **changes), self.now_ns)

    def run(self, seconds: float, epoch: int = 1) -> None:
        for _ in range(round(seconds * HZ)):
            self._frames += 1
            number, at_ns = self._frames, self.now_ns
            image = np.full((8, 16, 3), number % 200, np.uint8)
            self.screen.handle(Frame(epoch, number + 1, number, at_ns, at_ns, at_ns, "synthetic", image), at_ns)
            near = Leg(-10.0 + number % 7, hip_px=(8.0, 3.0), knee_px=(7.0, 5.0), ankle_px=(6.0, 7.0))
            measured = structs.replace(sample(number, at_ns / s_to_ns(1)), epoch=epoch, near=near, standing_thigh_deg=2.0)
            self.screen.handle(measured, at_ns)
            self.screen.keep_picture()
            self.now_ns += s_to_ns(1) // HZ

    def press(self) -> None:
        self.screen.toggle_replay(self.now_ns)

    def after(self, seconds: float) -> ReplayView | None:
        return self.screen.view(self.now_ns + s_to_ns(seconds)).replay

    @property
    def replay(self) -> ReplayView | None:
        return self.after(0)

    @property
    def card_text(self) -> str:
        card = self.screen.view(self.now_ns).card
        return "" if card is None else " ".join((card.title, *card.paragraphs))


TIMES_MS = st.lists(st.integers(1, 900), min_size=1, max_size=60).map(lambda steps: np.cumsum(steps).tolist())


class TestWhatIsShown:
    @given(TIMES_MS, st.integers(0, 60_000))
    def test_each_picture_is_shown_a_quarter_as_fast_as_it_was_taken(self, times_ms: list[int], asked_ms: int) -> None:
        replay = Replay([picture(at) for at in times_ms], s_to_ns(5))
        index = replay.index_at(s_to_ns(5) + asked_ms * NS_PER_MS)
        if index is None:
            assert asked_ms * NS_PER_MS >= replay.length_ns
            return
        assert SLOWNESS * (times_ms[index] - times_ms[0]) <= asked_ms
        if index + 1 < len(times_ms):
            assert SLOWNESS * (times_ms[index + 1] - times_ms[0]) > asked_ms

    @given(TIMES_MS)
    def test_it_goes_through_all_of_them_in_order_and_ends(self, times_ms: list[int]) -> None:
        replay = Replay([picture(at) for at in times_ms], 0)
        shown = [replay.index_at(SLOWNESS * (at - times_ms[0]) * NS_PER_MS) for at in times_ms]
        assert shown == list(range(len(times_ms)))
        assert replay.index_at(replay.length_ns) is None
        places = [replay.place(index) for index in range(len(times_ms))]
        assert places == sorted(places)
        assert places[-1] == 1.0

    @given(st.lists(st.tuples(st.integers(1, 500), st.none() | st.floats()), min_size=2, max_size=60), st.floats(-90, 90))
    def test_the_curve_is_of_the_measured_angles_with_gaps_where_there_are_none(
        self, steps: list[tuple[int, float | None]], zero_deg: float
    ) -> None:
        times_ms = np.cumsum([step for step, _ in steps]).tolist()
        pictures = [picture(at, angle) for at, (_, angle) in zip(times_ms, steps, strict=True)]
        replay = Replay(pictures, 0)
        curve = replay.curve(zero_deg)
        points = [point for piece in curve for point in piece]
        good = [one for one in pictures if one.thigh_deg is not None and abs(one.thigh_deg) <= 180]
        assert [value for _, value in points] == [-(one.thigh_deg or 0.0) - zero_deg for one in good]
        assert all(0 <= place <= 1 for place, _ in points)
        gaps = sum(after.capture_ns - before.capture_ns > CURVE_GAP_NS for before, after in pairwise(good))
        assert len(curve) == (gaps + 1 if good else 0)
        low, high = limits(curve, BAND)
        assert low < min([value for _, value in points] + [BAND.low_deg])
        assert high > max([value for _, value in points] + [BAND.high_deg])

    def test_it_is_of_the_last_seconds_and_stays_what_it_was(self) -> None:
        lane = Lane()
        lane.run(20)
        last_ns = lane.now_ns - s_to_ns(1) // HZ
        lane.press()
        begun = lane.now_ns
        first = lane.replay
        assert first is not None
        assert first.picture.capture_ns == last_ns - s_to_ns(SPAN_S)
        lane.run(16)
        half = lane.replay
        assert half is not None
        assert half.picture.capture_ns == pytest.approx(last_ns - s_to_ns(SPAN_S / 2), abs=s_to_ns(0.2))
        assert half.curve == first.curve
        lane.now_ns = begun + s_to_ns(SLOWNESS * SPAN_S + 1)
        assert lane.replay is None

    def test_the_lines_lie_on_the_small_picture_and_the_target_on_the_curve(self) -> None:
        replay = STATES["replay"].view((1280, 720)).replay
        assert replay is not None
        assert replay.band == Band(16.0, 20.0)
        hip_px, seen_px = replay.lines.hip_px, replay.picture.sample.near.hip_px
        assert hip_px is not None
        assert seen_px is not None
        assert hip_px == pytest.approx((seen_px[0] / 2, seen_px[1] / 2))
        highest = max(value for piece in replay.curve for _, value in piece)
        assert highest == pytest.approx(18.0, abs=0.6)

    def test_numbers_and_messages_stay_live(self) -> None:
        view = STATES["replay"].view()
        assert (view.board.value, view.board.verdict, view.frame) == (18.0, "in", None)


class TestBeginAndEnd:
    def test_the_key_begins_it_and_ends_it(self) -> None:
        lane = Lane()
        lane.run(3)
        lane.press()
        assert lane.replay is not None
        lane.press()
        assert lane.replay is None
        assert lane.screen.view(lane.now_ns).frame is not None

    def test_before_anybody_has_run_a_card_says_so_and_goes_by_itself(self) -> None:
        lane = Lane()
        lane.press()
        assert "nothing to replay yet" in lane.card_text
        lane.run(1)
        assert lane.card_text == ""
        lane.enter(DRILL, name="idle")
        assert lane.card_text == ""

    def test_where_it_is_switched_off_a_card_says_so_and_nothing_is_kept(self) -> None:
        lane = Lane("off")
        lane.run(3)
        lane.press()
        assert "display.replay" in lane.card_text
        assert not lane.screen.keep_picture()

    def test_switching_it_off_ends_it(self) -> None:
        lane = Lane()
        lane.run(3)
        lane.press()
        lane.screen.apply_settings(Settings(display=DisplaySettings(replay="off")))
        assert lane.replay is None

    def test_there_is_none_while_the_number_is_hidden(self) -> None:
        lane = Lane()
        lane.run(3)
        lane.press()
        lane.enter(SILENT, name="retention", hide_value=True)
        assert lane.replay is None
        lane.press()
        assert "while the number is hidden" in lane.card_text

    @pytest.mark.parametrize("changes", [{"name": "summary"}, {"name": "idle"}, {"runner": "Ben"}], ids=str)
    def test_it_ends_with_its_runner(self, changes: dict[str, Any]) -> None:
        lane = Lane()
        lane.run(3)
        lane.press()
        lane.enter(DRILL, **changes)
        assert lane.replay is None
        lane.press()
        assert "nothing to replay" in lane.card_text

    def test_a_lost_camera_does_not_end_it(self) -> None:
        lane = Lane()
        lane.run(8)
        lane.press()
        lane.screen.view(lane.now_ns + s_to_ns(3))
        view = lane.screen.view(lane.now_ns + s_to_ns(4))
        assert view.board.camera_lost
        assert view.replay is not None

    def test_after_stepping_off_it_can_be_watched_for_a_minute(self) -> None:
        lane = Lane()
        lane.run(8)
        lane.enter(DRILL, paused=True)
        lane.now_ns += s_to_ns(KEPT_AFTER_S - 1)
        lane.screen.view(lane.now_ns)
        lane.press()
        assert lane.replay is not None
        lane.press()
        lane.now_ns += s_to_ns(2)
        lane.screen.view(lane.now_ns)
        lane.press()
        assert lane.replay is None

    def test_another_page_takes_its_place(self) -> None:
        lane = Lane()
        lane.run(3)
        lane.press()
        lane.screen.toggle_card("help")
        assert (lane.replay, lane.card_text.startswith("Hip extension")) == (None, True)
        lane.press()
        assert lane.replay is not None
        assert lane.card_text == ""


class TestBetweenBlocks:
    def test_it_begins_where_a_block_with_cues_ends_and_ends_with_the_next(self) -> None:
        lane = Lane("between_blocks")
        lane.run(10)
        assert lane.replay is None
        lane.enter(SILENT)
        assert lane.replay is not None
        lane.enter(SILENT)
        assert lane.replay is not None
        lane.enter(DRILL)
        assert lane.replay is None

    def test_it_is_shown_once_in_a_pause(self) -> None:
        lane = Lane("between_blocks")
        lane.run(10)
        lane.enter(SILENT)
        lane.press()
        lane.enter(SILENT)
        assert lane.replay is None

    def test_one_that_was_asked_for_goes_on_in_the_next_block(self) -> None:
        lane = Lane("between_blocks", SILENT)
        lane.run(10)
        lane.press()
        lane.enter(DRILL)
        assert lane.replay is not None

    @pytest.mark.parametrize(
        "changes",
        [{"paused": True}, {"notice": Notice(NoticeCode.NEW_PACE)}, {"name": "retention", "hide_value": True}],
        ids=["paused", "new pace", "retention"],
    )
    def test_cues_that_stop_for_another_reason_are_no_pause(self, changes: dict[str, Any]) -> None:
        lane = Lane("between_blocks")
        lane.run(10)
        lane.enter(SILENT, **changes)
        assert lane.replay is None

    def test_with_the_key_alone_it_does_not_come_by_itself(self) -> None:
        lane = Lane("key")
        lane.run(10)
        lane.enter(SILENT)
        assert lane.replay is None


def pixels(surface: pygame.Surface) -> np.ndarray[Any, np.dtype[np.int16]]:
    return pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(np.int16)


@pytest.mark.parametrize("picture_px", [(960, 540), (540, 960)], ids=["wide", "tall"])
@pytest.mark.parametrize("size_px", [(1280, 720), (1080, 1920), (640, 360), (320, 240)], ids=str)
def test_it_fits_in_place_of_the_mirror_and_leaves_no_trace(size_px: tuple[int, int], picture_px: tuple[int, int]) -> None:
    surface, painter = pygame.Surface(size_px, depth=32), Painter()
    good, replay = STATES["without-cues"].view(picture_px), STATES["replay"].view(picture_px)
    painter.paint(surface, good)
    before, place = pixels(surface), painter.layout.mirror
    painter.paint(surface, replay)
    changed = np.abs(pixels(surface) - before).sum(axis=2) > 0
    assert changed[place.y : place.bottom, place.x : place.right].mean() > 0.1
    changed[place.y : place.bottom, place.x : place.right] = False
    assert not changed.any()
    for placed in painter.typesetter.placed:
        assert placed.box.contains(placed.glyphs), placed
    painter.paint(surface, good)
    assert (pixels(surface) == before).all()


def test_the_cursor_moves_with_the_picture() -> None:
    screen = STATES["replay"].screen()
    surface, painter = pygame.Surface((1280, 720), depth=32), Painter()
    columns = []
    for later_s in (0, 4, 8):
        painter.paint(surface, screen.view(NOW_NS + s_to_ns(later_s)))
        place = painter.layout.mirror
        rows = pixels(surface)[place.y + round(0.8 * place.height) : place.bottom - 20, place.x : place.right]
        columns.append(int(rows.min(axis=2).sum(axis=0).argmax()))
    assert columns == sorted(set(columns))


def test_a_mirrored_screen_mirrors_the_replay() -> None:
    view = STATES["replay"].view()
    shown = []
    for mirrored in (False, True):
        surface, painter = pygame.Surface((1280, 720), depth=32), Painter(mirrored)
        painter.paint(surface, view)
        place = painter.layout.mirror
        shown.append(pixels(surface)[place.y + 40 : place.y + place.height // 2, place.x + 10 : place.right - 10])
    plain, mirrored_pixels = shown
    assert np.abs(plain[:, ::-1] - mirrored_pixels).mean() < np.abs(plain - mirrored_pixels).mean() / 2

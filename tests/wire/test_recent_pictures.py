"""The pictures kept for a replay: the last seconds of one runner's running, bounded, and no longer than needed."""

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.support.message_examples import sample
from wire.clock import NS_PER_MS, ms_to_ns, s_to_ns
from wire.faults import SampleState
from wire.frames import recent_pictures
from wire.frames.frame import Frame, Image
from wire.frames.recent_pictures import KEPT_AFTER_S, LONGEST_GAP_S, RecentPictures, small_jpeg
from wire.messages import Phase, PhaseName

SPAN_S = 8.0
HZ = 25


def phase(name: PhaseName = "drill", runner: str = "Ada") -> Phase:
    return Phase(name, "hip_extension", None, None, None, paused=False, muted=False, runner=runner)


def frame(number: int, at_ns: int, epoch: int = 1) -> Frame:
    return Frame(epoch, number, number, at_ns, at_ns, at_ns, "synthetic", np.zeros((4, 8, 3), np.uint8))


def compressed(image: Image) -> tuple[bytes, int, int]:
    """Not a JPEG: quick."""
    return bytes(100), image.shape[1], image.shape[0]


def recent(span_s: float = SPAN_S, most_hz: float = 60.0) -> RecentPictures:
    return RecentPictures(span_s, most_hz, compressed)


def run(kept: RecentPictures, seconds: float, from_s: float = 1.0, epoch: int = 1, hz: int = HZ) -> float:
    """Somebody runs in front of a camera; returns when the last picture was taken."""
    for number in range(round(seconds * hz)):
        at_s = from_s + number / hz
        kept.offer(frame(number, s_to_ns(at_s), epoch), structs.replace(sample(number, at_s), epoch=epoch))
        kept.keep()
    return at_s


def times_s(kept: RecentPictures) -> list[float]:
    return [picture.capture_ns / s_to_ns(1) for picture in kept.pictures()]


def test_the_last_seconds_are_kept_and_no_more() -> None:
    kept = recent()
    last_s = run(kept, 20)
    assert times_s(kept)[0] == pytest.approx(last_s - SPAN_S)
    assert len(kept.pictures()) == SPAN_S * HZ + 1
    assert kept.size_bytes == 100 * len(kept.pictures())


def test_a_fast_camera_costs_no_more_than_a_usual_one() -> None:
    kept = recent(most_hz=30.0)
    run(kept, 4, hz=60)
    assert len(kept.pictures()) == pytest.approx(4 * 30, abs=2)


def test_pictures_are_kept_only_while_the_runner_is_measured() -> None:
    kept = recent()
    for number, state in enumerate(SampleState):
        kept.offer(frame(number, s_to_ns(1 + number / HZ)), structs.replace(sample(number, 1 + number / HZ), state=state))
        kept.keep()
    assert [picture.sample.state for picture in kept.pictures()] == [SampleState.MEASURING]


def test_after_a_gap_another_piece_begins() -> None:
    kept = recent()
    last_s = run(kept, 3)
    run(kept, 1, last_s + LONGEST_GAP_S + 0.1)
    assert len(kept.pictures()) == HZ


def test_a_camera_that_was_opened_again_may_hang_elsewhere() -> None:
    kept = recent()
    last_s = run(kept, 3)
    run(kept, 1, last_s + 1 / HZ, epoch=2)
    assert {picture.sample.epoch for picture in kept.pictures()} == {2}


@pytest.mark.parametrize("ending", [phase("summary"), phase("idle"), phase(runner="Ben")], ids=["summary", "idle", "another"])
def test_they_go_with_the_runner(ending: Phase) -> None:
    kept = recent()
    kept.handle_phase(phase())
    run(kept, 3)
    assert not kept.handle_phase(phase("retention"))
    assert kept.pictures()
    assert kept.handle_phase(ending)
    assert (kept.pictures(), kept.size_bytes) == ((), 0)


@pytest.mark.parametrize("name", ["idle", "summary"])
def test_none_are_kept_outside_a_session(name: PhaseName) -> None:
    kept = recent()
    kept.handle_phase(phase(name))
    run(kept, 1)
    assert kept.pictures() == ()


def test_they_stay_while_the_runner_walks_to_the_screen_and_then_go() -> None:
    kept = recent()
    last_ns = s_to_ns(run(kept, 3))
    kept.forget_old(last_ns + s_to_ns(KEPT_AFTER_S))
    assert kept.pictures()
    kept.forget_old(last_ns + s_to_ns(KEPT_AFTER_S) + NS_PER_MS)
    assert kept.pictures() == ()


def test_a_settled_angle_takes_the_place_of_the_first_one() -> None:
    kept = recent()
    for number in range(4):
        settled = (number - 2, -20.0 - number, None) if number >= 2 else None
        at_s = 1 + number / HZ
        kept.offer(frame(number, s_to_ns(at_s)), sample(number, at_s, -10.0, settled))
        kept.keep()
    assert [picture.thigh_deg for picture in kept.pictures()] == [-22.0, -23.0, -10.0, -10.0]


def test_their_size_is_bounded_whatever_is_filmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_pictures, "MOST_BYTES", 1000)
    kept = recent()
    run(kept, 8)
    assert (kept.size_bytes, len(kept.pictures())) == (1000, 10)
    assert times_s(kept)[-1] == pytest.approx(1 + 8 - 1 / HZ)


def test_one_picture_that_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_pictures, "MOST_BYTES", 99)
    kept = recent()
    run(kept, 1)
    assert (kept.pictures(), kept.size_bytes) == ((), 0)


EVENTS = st.one_of(
    st.tuples(st.just("frame"), st.integers(-500, 3000), st.sampled_from([1, 2]), st.sampled_from(list(SampleState))),
    st.tuples(st.just("keep")),
    st.builds(phase, st.sampled_from(["drill", "idle", "summary", "baseline"]), st.sampled_from(["Ada", "Ben"])),
    st.tuples(st.just("old"), st.integers(0, 100)),
)


@given(st.lists(EVENTS, max_size=60))
def test_whatever_happens_they_are_one_short_piece_in_the_order_of_time(events: list[tuple[object, ...] | Phase]) -> None:
    kept, now_ns = recent(), s_to_ns(100)
    for number, event in enumerate(events):
        match event:
            case ("frame", int(step_ms), int(epoch), SampleState() as state):
                now_ns += ms_to_ns(step_ms)
                seen = structs.replace(sample(number, now_ns / s_to_ns(1)), epoch=epoch, state=state)
                kept.offer(frame(number, now_ns, epoch), seen)
            case ("keep",):
                kept.keep()
            case Phase():
                kept.handle_phase(event)
            case ("old", int(later_s)):
                kept.forget_old(now_ns + s_to_ns(later_s))
        pictures = kept.pictures()
        taken = [picture.capture_ns for picture in pictures]
        assert all(after > before for before, after in pairwise(taken))
        assert not taken or taken[-1] - taken[0] <= s_to_ns(SPAN_S)
        assert len({picture.sample.epoch for picture in pictures}) <= 1
        assert kept.size_bytes == sum(len(picture.jpeg) for picture in pictures) <= recent_pictures.MOST_BYTES


@pytest.mark.parametrize("size_px", [(1280, 720), (1920, 1080), (640, 480), (721, 1283), (8192, 16), (3, 8192), (1, 1)])
def test_a_picture_is_small_and_shows_the_same(size_px: tuple[int, int]) -> None:
    width_px, height_px = size_px
    image = np.full((height_px, width_px, 3), (30, 60, 200), np.uint8)
    jpeg, small_width_px, small_height_px = small_jpeg(image)
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (small_height_px, small_width_px, 3)
    assert small_height_px <= max(600, math.ceil(height_px / max(1, width_px)))
    assert np.abs(shown.astype(int) - (30, 60, 200)).max() <= 6

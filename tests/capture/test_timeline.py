"""Given timestamps of any kind, then pictures keep their order and, where it is known, their time."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.timeline import DisplayStamps, Timeline
from wire.clock import ms_to_ns

PERIOD_MS = 40
EVEN = [float(PERIOD_MS * number) for number in range(60)]


def placed_ms(stamps_ms: Sequence[float | None]) -> list[float | None]:
    timeline = Timeline(ms_to_ns(PERIOD_MS))
    placed = [timeline.place(None if stamp is None else ms_to_ns(stamp)) for stamp in stamps_ms]
    return [None if at_ns is None else at_ns / 1e6 for at_ns in placed]


def test_they_are_kept_whatever_the_rate() -> None:
    uneven = [0, 33, 70, 71, 571, 9571]
    assert placed_ms(uneven) == uneven


@pytest.mark.parametrize("first_ms", [-500, 700, 3_600_000])
def test_they_count_from_the_first_picture(first_ms: float) -> None:
    assert placed_ms([first_ms + at_ms for at_ms in EVEN]) == EVEN


@pytest.mark.parametrize("break_ms", [-2400, -30_000, 20_000, 1e9])
def test_time_goes_on_where_they_start_over_or_jump(break_ms: float) -> None:
    assert placed_ms([*EVEN, *(EVEN[-1] + break_ms + at_ms for at_ms in EVEN)]) == [PERIOD_MS * number for number in range(120)]


def test_a_picture_out_of_order_or_with_the_same_time_is_left_out() -> None:
    assert placed_ms([0, 40, 120, 80, 160, 160, 200]) == [0, 40, 120, None, 160, None, 200]


def test_where_they_run_backwards_pictures_follow_at_the_nominal_rate() -> None:
    placed = [at_ms for at_ms in placed_ms([10_000 - at_ms for at_ms in EVEN]) if at_ms is not None]
    assert len(placed) >= len(EVEN) - 6
    assert all(later - earlier == PERIOD_MS for earlier, later in pairwise(placed))


@pytest.mark.parametrize("stamp", [None, 0.0, 1234.0])
def test_without_any_pictures_follow_at_the_nominal_rate(stamp: float | None) -> None:
    placed = [at_ms for at_ms in placed_ms([stamp] * 60) if at_ms is not None]
    assert len(placed) >= 54
    assert placed == [PERIOD_MS * number for number in range(len(placed))]


def test_timestamps_denser_than_any_camera_takes_pictures_are_not_used() -> None:
    placed = [at_ms for at_ms in placed_ms([number * 1e-3 for number in range(60)]) if at_ms is not None]
    assert len(placed) >= 54
    assert placed == [PERIOD_MS * number for number in range(len(placed))]


class TestTwoTimestamps:
    DISPLAY, DECODING = (0, 1, 2, 3, 4, 5, 6, 7), (-2, -1, 0, 1, 2, 3, 4, 5)
    SHUFFLED = (1, 4, 3, 5, 2, 6, 7, 8)

    def test_that_of_display_is_taken(self) -> None:
        assert self.chosen(self.DISPLAY, self.DECODING) == list(self.DISPLAY)

    def test_if_it_starts_over_too(self) -> None:
        twice = (*self.DISPLAY, *self.DISPLAY)
        assert self.chosen(twice, (*self.DECODING, *self.DECODING)) == list(twice)

    def test_that_of_decoding_is_taken_where_the_other_is_out_of_order(self) -> None:
        assert self.chosen(self.SHUFFLED, self.DECODING)[2:] == list(self.DECODING[2:])

    @pytest.mark.parametrize("which", [0, 1])
    def test_the_only_one_is_taken(self, which: int) -> None:
        none = (None,) * len(self.SHUFFLED)
        given = [(self.SHUFFLED, none), (none, self.SHUFFLED)][which]
        assert self.chosen(*given) == list(self.SHUFFLED)

    @staticmethod
    def chosen(display: Sequence[int | None], decoding: Sequence[int | None]) -> list[int | None]:
        stamps = DisplayStamps()
        return [stamps.choose(*both) for both in zip(display, decoding, strict=True)]


@given(st.lists(st.none() | st.floats(-1e7, 1e7) | st.floats(0, 500), max_size=80))
def test_time_always_increases(stamps_ms: list[float | None]) -> None:
    placed = [at_ms for at_ms in placed_ms(stamps_ms) if at_ms is not None]
    assert all(earlier < later for earlier, later in pairwise(placed))

"""Given a machine whose clock may be wrong, when it is started day by day, then no future time is confirmed."""

from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipcue.supervisor.days_of_use import CONFIRMING_DAYS, confirmed_time, days_with, note_day
from tests.support.recorded_sessions import NOON

FIRST = date(2026, 11, 2)
PAUSES_DAYS = st.integers(0, 400)
WRONG_BY_DAYS = st.integers(-20_000, 20_000)
STARTS = st.lists(st.tuples(PAUSES_DAYS, st.one_of(st.just(0), WRONG_BY_DAYS)), min_size=1, max_size=20)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), timezone.utc)


@given(STARTS)
def test_what_is_confirmed_has_come_unless_the_clock_was_wrong_on_all_of_the_last_days(starts: list[tuple[int, int]]) -> None:
    days: list[date] = []
    true_day, wrong_days = FIRST, set[date]()
    for pause_days, wrong_by_days in starts:
        true_day += timedelta(days=pause_days)
        shown = true_day + timedelta(days=wrong_by_days)
        days = days_with(days, shown)
        wrong_days = wrong_days | {shown} if shown > true_day else set()
        confirmed = confirmed_time(days)
        if confirmed is not None and len(wrong_days) < CONFIRMING_DAYS:
            assert confirmed <= noon(true_day)


@given(st.lists(st.integers(1, 400), min_size=CONFIRMING_DAYS, max_size=9), st.lists(WRONG_BY_DAYS, max_size=4))
def test_a_clock_that_is_right_is_believed_on_the_third_day(pauses_days: list[int], wrong_before: list[int]) -> None:
    days: list[date] = []
    for wrong_by_days in wrong_before:
        days = days_with(days, FIRST + timedelta(days=wrong_by_days))
    shown = [FIRST + timedelta(days=sum(pauses_days[: count + 1])) for count in range(len(pauses_days))]
    for day in shown:
        days = days_with(days, day)
    assert confirmed_time(days) == datetime.combine(shown[-CONFIRMING_DAYS], time(), timezone.utc)


@pytest.mark.parametrize("text", ["tomorrow\n", "2026-11-02\n2026-13-02\n", "\x00"])
def test_a_file_that_cannot_be_read_confirms_nothing_and_is_written_again(text: str, tmp_path: Path) -> None:
    file = tmp_path / "days_of_use.txt"
    file.write_text(text)
    assert note_day(file, NOON) is None
    assert file.read_text() == "2026-11-02\n"


def test_a_file_that_cannot_be_written_confirms_only_the_days_that_are_in_it(tmp_path: Path) -> None:
    file = tmp_path / "days_of_use.txt"
    file.mkdir()
    assert [note_day(file, NOON + timedelta(days=day)) for day in range(4)] == [None] * 4

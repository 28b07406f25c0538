"""Given values with their times, a window keeps those of its last seconds, in order."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.time_window import TimeWindow

TIMES_S = st.lists(st.floats(0, 100), max_size=60).map(sorted)


@given(times_s=TIMES_S, length_s=st.floats(0.1, 50))
def test_what_is_no_older_than_the_window_is_kept_in_order(times_s: list[float], length_s: float) -> None:
    window: TimeWindow[int] = TimeWindow(length_s)
    for number, t_s in enumerate(times_s):
        window.add(t_s, number)
        kept = [one for one in range(number + 1) if times_s[one] >= t_s - length_s]
        assert list(window.values) == kept
        assert len(window) == len(kept)
        assert window.span_s == t_s - times_s[kept[0]]


def test_time_that_passes_without_a_value_empties_the_window() -> None:
    window: TimeWindow[str] = TimeWindow(1.0)
    window.add(5.0, "early")
    window.add(5.5, "late")
    window.advance(6.25)
    assert list(window.values) == ["late"]
    window.advance(7.0)
    assert len(window) == 0
    assert window.span_s == 0.0

"""Given durations, then the percentiles of the histogram are accurate to 2 %."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.clock import NS_PER_MS, s_to_ns
from wire.health.histogram import LEAST_MS, MOST_MS, RATIO, RECENT_S, Histogram, RunningHistogram
from wire.messages import Latency

WITHIN = st.lists(st.integers(round(LEAST_MS * NS_PER_MS), round(MOST_MS * NS_PER_MS)), min_size=1, max_size=300)
ROUNDING = 1e-6


def histogram(durations_ns: list[int]) -> Histogram:
    counted = Histogram()
    for duration_ns in durations_ns:
        counted.add_ns(duration_ns)
    return counted


@pytest.mark.parametrize("percent", [1, 25, 50, 95, 99, 100])
@given(durations_ns=WITHIN)
def test_a_percentile_agrees_with_numpy_to_2_percent(percent: int, durations_ns: list[int]) -> None:
    true_ms = float(np.percentile(durations_ns, percent, method="inverted_cdf")) / NS_PER_MS
    told_ms = histogram(durations_ns).percentile_ms(percent)
    assert true_ms * (1 - ROUNDING) <= told_ms <= true_ms * RATIO * (1 + ROUNDING)


@given(WITHIN)
def test_the_summary_ascends_and_its_maximum_is_exact(durations_ns: list[int]) -> None:
    told = histogram(durations_ns).summary()
    assert told.count == len(durations_ns)
    assert told.p50_ms <= told.p95_ms <= told.p99_ms <= told.max_ms
    assert told.max_ms == round(max(durations_ns) / NS_PER_MS, 3)


def test_an_empty_histogram_is_zero() -> None:
    assert Histogram().summary() == Latency(0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("duration_ns", [0, -5, 1, 9_999])
def test_durations_below_the_first_bucket_are_counted_in_it(duration_ns: int) -> None:
    told = histogram([duration_ns])
    assert told.summary().count == 1
    assert 0 <= told.percentile_ms(50) <= LEAST_MS * RATIO


def test_durations_above_the_last_bucket_are_counted_in_it_and_kept_in_the_maximum() -> None:
    told = histogram([s_to_ns(3600)])
    assert told.percentile_ms(50) == pytest.approx(MOST_MS, rel=0.04)
    assert told.summary().max_ms == 3_600_000


@given(before=WITHIN, after=WITHIN)
def test_a_histogram_can_be_merged_into_another(before: list[int], after: list[int]) -> None:
    both = histogram(before)
    both.take_in(histogram(after))
    assert both.summary() == histogram(before + after).summary()


@given(st.lists(st.tuples(st.integers(0, s_to_ns(30)), st.integers(NS_PER_MS, s_to_ns(1))), min_size=1, max_size=60))
def test_the_last_seconds_are_counted_separately(counted: list[tuple[int, int]]) -> None:
    counted.sort()
    running = RunningHistogram()
    for at_ns, duration_ns in counted:
        running.add_ns(duration_ns, at_ns)
    now_ns = counted[-1][0]
    told = running.recent(now_ns)
    young = sum(now_ns - at_ns < s_to_ns(RECENT_S) for at_ns, _ in counted)
    not_old = sum(now_ns - at_ns <= s_to_ns(2 * RECENT_S) for at_ns, _ in counted)
    assert young <= told.count <= not_old
    assert running.whole.summary().count == len(counted)


def test_after_a_pause_the_last_seconds_are_empty() -> None:
    running = RunningHistogram()
    running.add_ns(s_to_ns(2), 0)
    assert running.recent(s_to_ns(2 * RECENT_S)).count == 0
    assert running.whole.summary().count == 1

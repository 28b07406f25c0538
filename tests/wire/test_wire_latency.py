"""Given durations, then the percentiles of the histogram are right to 2 %."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.clock import NS_PER_MS, s_to_ns
from wire.latency import LEAST_MS, MOST_MS, RATIO, Histogram
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
def test_a_percentile_is_numpys_to_2_percent(percent: int, durations_ns: list[int]) -> None:
    true_ms = float(np.percentile(durations_ns, percent, method="inverted_cdf")) / NS_PER_MS
    told_ms = histogram(durations_ns).percentile_ms(percent)
    assert true_ms * (1 - ROUNDING) <= told_ms <= true_ms * RATIO * (1 + ROUNDING)


@given(WITHIN)
def test_the_summary_ascends_and_its_maximum_is_exact(durations_ns: list[int]) -> None:
    told = histogram(durations_ns).summary()
    assert told.count == len(durations_ns)
    assert told.p50_ms <= told.p95_ms <= told.p99_ms <= told.max_ms
    assert told.max_ms == round(max(durations_ns) / NS_PER_MS, 3)


def test_nothing_counted_is_zero() -> None:
    assert Histogram().summary() == Latency(0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("duration_ns", [0, -5, 1, 9_999])
def test_what_is_shorter_than_the_first_bucket_is_counted_in_it(duration_ns: int) -> None:
    told = histogram([duration_ns])
    assert told.summary().count == 1
    assert 0 <= told.percentile_ms(50) <= LEAST_MS * RATIO


def test_what_is_longer_than_the_last_bucket_is_counted_in_it_and_seen_in_the_maximum() -> None:
    told = histogram([s_to_ns(3600)])
    assert told.percentile_ms(50) == pytest.approx(MOST_MS, rel=0.04)
    assert told.summary().max_ms == 3_600_000

"""A camera driver's times are used while they can be true."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.driver_clock import DriverClock
from wire.clock import ms_to_ns

PERIOD_MS = 1000 / 60
START_MS = 1_000_000.0


def sources(driver_ms: Callable[[float], float], pictures: int = 200, period_ms: float = PERIOD_MS) -> list[str]:
    """The time source of each picture; `driver_ms` gives the driver's time of a picture by its reading, both in ms."""
    clock = DriverClock()
    read_ms = [START_MS + i * period_ms for i in range(pictures)]
    return [clock.capture_time(ms_to_ns(driver_ms(at_ms)), ms_to_ns(at_ms))[1] for at_ms in read_ms]


@pytest.mark.parametrize("delay_ms", [0, 20, 70])
def test_times_within_a_pictures_transfer_are_used(delay_ms: float) -> None:
    assert set(sources(lambda at_ms: at_ms - delay_ms)[1:]) == {"driver"}


def test_a_slow_transfer_is_true_at_a_low_rate() -> None:
    assert set(sources(lambda at_ms: at_ms - 190, period_ms=200)[1:]) == {"driver"}


@pytest.mark.parametrize("delay_ms", [200, 900, -5, 10_000])
def test_a_clock_by_which_every_picture_is_late_or_early_is_not(delay_ms: float) -> None:
    assert set(sources(lambda at_ms: at_ms - delay_ms)) == {"read"}


def test_a_single_late_picture_is_late_in_truth() -> None:
    assert set(sources(lambda at_ms: at_ms - (400 if at_ms == START_MS + 100 * PERIOD_MS else 20))[1:100]) == {"driver"}
    late = DriverClock()
    late.capture_time(ms_to_ns(980), ms_to_ns(1000))
    assert late.capture_time(ms_to_ns(1000), ms_to_ns(1400)) == (ms_to_ns(1000), "driver")


def test_a_time_that_goes_back_is_not_used_and_the_clock_is_for_a_while_not_either() -> None:
    given = sources(lambda at_ms: at_ms - (60 if at_ms > START_MS + 100 * PERIOD_MS else 0))
    assert given[:100] == ["driver"] * 100
    assert given[101:150] == ["read"] * 49
    assert given[-1] == "driver"


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63), st.integers(0, 2**40)), max_size=80))
def test_every_time_is_the_drivers_or_the_readings(times: list[tuple[int, int]]) -> None:
    clock = DriverClock()
    for driver_ns, read_ns in times:
        capture_ns, source = clock.capture_time(driver_ns, read_ns)
        assert capture_ns == (driver_ns if source == "driver" else read_ns)
        assert capture_ns <= read_ns

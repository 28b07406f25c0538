"""Given round trips over a network with varying delays, then the best one bounds the error of the other clock's offset."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.message_examples import sample, stride
from wire.clock import NS_PER_MS, s_to_ns
from wire.messages import Sample, Stamps
from wire.remote.peer_clock import PeerClock, RoundTrip
from wire.remote.shift import shifted

OFFSET_NS = s_to_ns(123_456.789)


def round_trip(at_ns: int, there_ns: int, back_ns: int, offset_ns: int = OFFSET_NS, handling_ns: int = 200_000) -> RoundTrip:
    received_ns = at_ns + there_ns + offset_ns
    return RoundTrip(at_ns, received_ns, received_ns + handling_ns, at_ns + there_ns + handling_ns + back_ns)


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**8), st.integers(-(10**15), 10**15))
def test_one_round_trip_is_wrong_by_at_most_half_its_delay(
    there_ns: int, back_ns: int, handling_ns: int, offset_ns: int
) -> None:
    clock = PeerClock()
    trip = round_trip(10**12, there_ns, back_ns, offset_ns, handling_ns)
    assert trip.delay_ns == there_ns + back_ns
    clock.add(trip)
    if clock.offset_ns is not None:
        assert abs(clock.offset_ns - offset_ns) <= clock.uncertainty_ns + 1
    else:
        assert clock.refused == 1


@pytest.mark.parametrize("seed", range(10))
def test_over_a_busy_network_and_with_drifting_crystals_it_stays_within_a_millisecond(seed: int) -> None:
    source = random.Random(seed)
    clock = PeerClock()
    for second in range(300):
        drifted_ns = OFFSET_NS + second * 40_000  # 40 ppm
        there_ns, back_ns = (300_000 + round(source.expovariate(1 / 5e6)) for _ in range(2))
        clock.add(round_trip(s_to_ns(second), there_ns, back_ns, drifted_ns))
        if second >= 10:
            assert clock.offset_ns is not None
            assert abs(clock.offset_ns - drifted_ns) <= clock.uncertainty_ns + 20 * 40_000
    assert clock.jumps == 0


def test_a_restarted_machine_is_recognized_at_once() -> None:
    clock = PeerClock()
    for second in range(5):
        clock.add(round_trip(s_to_ns(second), 300_000, 300_000))
    clock.add(round_trip(s_to_ns(6), 5 * NS_PER_MS, 9 * NS_PER_MS, offset_ns=-OFFSET_NS))
    assert clock.jumps == 1
    assert clock.offset_ns == pytest.approx(-OFFSET_NS, abs=clock.uncertainty_ns)


@pytest.mark.parametrize(
    "trip",
    [RoundTrip(100, 5, 6, 50), RoundTrip(0, 10, 9, 100), RoundTrip(0, 0, 0, s_to_ns(2))],
    ids=["reply before the request", "sent before received", "slow"],
)
def test_an_impossible_or_slow_round_trip_is_counted_and_ignored(trip: RoundTrip) -> None:
    clock = PeerClock()
    clock.add(trip)
    assert (clock.refused, clock.offset_ns) == (1, None)


def test_all_times_of_a_message_are_converted_and_nothing_else() -> None:
    before = stride()
    after = shifted(before, 1_000)
    assert after.t_peak_ns == before.t_peak_ns - 1_000
    assert after.t_known_ns == before.t_known_ns - 1_000
    assert after.stamps.capture_ns == before.stamps.capture_ns - 1_000
    assert after.value("rebound_ms") == before.value("rebound_ms")
    assert after.number == before.number


def test_a_stage_that_was_not_reached_stays_so() -> None:
    assert shifted(Stamps(capture_ns=5_000), 1_000) == Stamps(capture_ns=4_000)


@given(st.integers(-(10**15), 10**15))
def test_there_and_back_is_the_same_message(offset_ns: int) -> None:
    message = sample()
    assert shifted(shifted(message, offset_ns), -offset_ns) == message or offset_ns in _times(message)


def _times(message: Sample) -> set[int]:
    stamps = message.stamps
    return {getattr(stamps, name) for name in stamps.__struct_fields__}

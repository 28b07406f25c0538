"""Given echoes over a network that is slow now and then, then the other clock is known to what the best one allows."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.message_examples import sample, stride
from wire.clock import NS_PER_MS, s_to_ns
from wire.messages import Stamps
from wire.remote.peer_clock import Echo, PeerClock
from wire.remote.shift import shifted

OFFSET_NS = s_to_ns(123_456.789)


def echo(at_ns: int, there_ns: int, back_ns: int, offset_ns: int = OFFSET_NS, thinking_ns: int = 200_000) -> Echo:
    received_ns = at_ns + there_ns + offset_ns
    return Echo(at_ns, received_ns, received_ns + thinking_ns, at_ns + there_ns + thinking_ns + back_ns)


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**8), st.integers(-(10**15), 10**15))
def test_one_echo_is_off_by_at_most_half_its_round_trip(there_ns: int, back_ns: int, thinking_ns: int, offset_ns: int) -> None:
    clock = PeerClock()
    one = echo(10**12, there_ns, back_ns, offset_ns, thinking_ns)
    assert one.round_trip_ns == there_ns + back_ns
    clock.add(one)
    if clock.offset_ns is not None:
        assert abs(clock.offset_ns - offset_ns) <= clock.uncertainty_ns + 1
    else:
        assert clock.refused == 1


@pytest.mark.parametrize("seed", range(10))
def test_over_a_busy_network_and_with_drifting_crystals_it_stays_within_a_millisecond(seed: int) -> None:
    source = random.Random(seed)
    clock = PeerClock()
    for second in range(300):
        at_ns = s_to_ns(second)
        drifted_ns = OFFSET_NS + second * 40_000  # 40 ppm
        there, back = (300_000 + round(source.expovariate(1 / 5e6)) for _ in range(2))
        clock.add(echo(at_ns, there, back, drifted_ns))
        if second >= 10:
            assert clock.offset_ns is not None
            assert abs(clock.offset_ns - drifted_ns) <= clock.uncertainty_ns + 20 * 40_000
    assert clock.jumps == 0


def test_a_machine_started_anew_is_believed_at_once() -> None:
    clock = PeerClock()
    for second in range(5):
        clock.add(echo(s_to_ns(second), 300_000, 300_000))
    clock.add(echo(s_to_ns(6), 5 * NS_PER_MS, 9 * NS_PER_MS, offset_ns=-OFFSET_NS))
    assert clock.jumps == 1
    assert clock.offset_ns == pytest.approx(-OFFSET_NS, abs=clock.uncertainty_ns)


@pytest.mark.parametrize(
    "one",
    [Echo(100, 5, 6, 50), Echo(0, 10, 9, 100), Echo(0, 0, 0, s_to_ns(2))],
    ids=["before it was asked", "backwards", "slow"],
)
def test_an_echo_that_cannot_be_true_is_counted_and_forgotten(one: Echo) -> None:
    clock = PeerClock()
    clock.add(one)
    assert (clock.refused, clock.offset_ns) == (1, None)


def test_a_message_is_told_in_our_time_in_all_its_moments_and_in_nothing_else() -> None:
    before = stride()
    after = shifted(before, 1_000)
    assert after.t_peak_ns == before.t_peak_ns - 1_000
    assert after.t_known_ns == before.t_known_ns - 1_000
    assert after.stamps.capture_ns == before.stamps.capture_ns - 1_000
    assert after.rebound_ms == before.rebound_ms
    assert after.number == before.number


def test_a_stage_that_was_not_reached_stays_so() -> None:
    assert shifted(Stamps(capture_ns=5_000), 1_000) == Stamps(capture_ns=4_000)


@given(st.integers(-(10**15), 10**15))
def test_there_and_back_is_the_same_message(offset_ns: int) -> None:
    message = sample()
    assert shifted(shifted(message, offset_ns), -offset_ns) == message or offset_ns in _moments(message)


def _moments(message: object) -> set[int]:
    stamps = message.stamps  # type: ignore[attr-defined]
    return {getattr(stamps, name) for name in stamps.__struct_fields__}

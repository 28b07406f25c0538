"""Frames have their true time despite late callbacks and a driver that reports its delay with jitter."""

import random
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.audio.device.device_clock import WINDOW, CallbackTiming, DeviceClock
from wire.clock import NS_PER_MS, NS_PER_S

RATE_HZ = 48_000
BLOCK = 256
LATENCY_S = 0.012
HOST_START_S = 5000.0


def callbacks(
    *,
    seed: int = 1,
    library_offset_s: float = 0.0,
    card_ppm: float = 0.0,
    late_ms: float = 2.0,
    report_noise_ms: float = 0.2,
    first_frame: int = 0,
    start_s: float = HOST_START_S,
) -> Iterator[tuple[CallbackTiming, int]]:
    """Timings of a card's callbacks, and the true host time of each block's first frame."""
    random_source = random.Random(seed)
    true_rate_hz = RATE_HZ * (1 + card_ppm * 1e-6)
    frame = first_frame
    while True:
        dac_s = start_s + (frame - first_frame) / true_rate_hz
        library_now_s = dac_s - LATENCY_S + random_source.uniform(-0.004, 0.001)
        # The delay of the interpreter is exponential: mostly small, sometimes large.
        host_now_s = library_now_s + min(0.05, random_source.expovariate(1000 / late_ms)) if late_ms else library_now_s
        reported_s = dac_s + random_source.uniform(-1, 1) * report_noise_ms / 1000
        yield (
            CallbackTiming(
                round(host_now_s * NS_PER_S), library_now_s + library_offset_s, reported_s + library_offset_s, frame
            ),
            round(dac_s * NS_PER_S),
        )
        frame += BLOCK


def error_ms(clock: DeviceClock, timing: CallbackTiming, true_ns: int) -> float:
    return abs(clock.ns_of_frame(timing.first_frame) - true_ns) / NS_PER_MS


@pytest.mark.parametrize("library_offset_s", [0.0, 1_795_358_856.9, -3000.0], ids=["monotonic", "wall clock", "other"])
def test_any_clock_of_the_library_is_mapped(library_offset_s: float) -> None:
    clock = DeviceClock(RATE_HZ, LATENCY_S)
    for timing, true_ns in islice(callbacks(library_offset_s=library_offset_s), 2000):
        clock.observe(timing)
        if clock.observations == WINDOW:
            assert error_ms(clock, timing, true_ns) < 0.25


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(-200, 200), st.floats(0.05, 5))
def test_late_callbacks_and_a_drifting_crystal_stay_under_half_a_millisecond(
    seed: int, card_ppm: float, late_ms: float
) -> None:
    clock = DeviceClock(RATE_HZ, LATENCY_S)
    for number, (timing, true_ns) in enumerate(
        islice(callbacks(seed=seed, library_offset_s=1e9, card_ppm=card_ppm, late_ms=late_ms), 6000)
    ):
        clock.observe(timing)
        if clock.observations == WINDOW and number % 97 == 0:
            assert error_ms(clock, timing, true_ns) < 0.5


def test_a_frame_maps_to_a_time_and_back() -> None:
    clock = DeviceClock(RATE_HZ, LATENCY_S)
    for timing, _ in islice(callbacks(), 200):
        clock.observe(timing)
    for frame in (0, 51_199, 10_000_000):
        assert clock.frame_at_ns(clock.ns_of_frame(frame)) == frame


def test_after_a_gap_the_new_time_applies_at_once() -> None:
    clock = DeviceClock(RATE_HZ, LATENCY_S)
    for timing, _ in islice(callbacks(late_ms=0.1), 300):
        clock.observe(timing)
    # The card was suspended for 0.9 s: the same frames are played later.
    resumed = callbacks(late_ms=0.1, first_frame=300 * BLOCK, start_s=HOST_START_S + 300 * BLOCK / RATE_HZ + 0.9)
    for timing, true_ns in islice(resumed, 20):
        clock.observe(timing)
        assert error_ms(clock, timing, true_ns) < 1.0


def test_a_change_of_the_wall_clock_is_harmless() -> None:
    clock = DeviceClock(RATE_HZ, LATENCY_S)
    for index, (timing, true_ns) in enumerate(islice(callbacks(late_ms=0.1), 400)):
        shift_s = 1e9 if index < 200 else 1e9 - 3600
        clock.observe(CallbackTiming(timing.host_ns, timing.library_s + shift_s, timing.dac_s + shift_s, timing.first_frame))
        assert error_ms(clock, timing, true_ns) < 1.0


def test_without_a_reported_delay_the_nominal_one_is_used() -> None:
    clock = DeviceClock(RATE_HZ, nominal_latency_s=LATENCY_S)
    clock.observe(CallbackTiming(host_ns=7 * NS_PER_S, library_s=100.0, dac_s=0.0, first_frame=0))
    assert clock.ns_of_frame(0) == pytest.approx(7 * NS_PER_S + LATENCY_S * NS_PER_S, abs=1000)
    assert clock.latency_s == LATENCY_S


def test_without_a_library_clock_ours_is_used() -> None:
    clock = DeviceClock(RATE_HZ, nominal_latency_s=LATENCY_S)
    for block in range(50):
        clock.observe(CallbackTiming(7 * NS_PER_S + block * BLOCK * NS_PER_S // RATE_HZ, 0.0, 0.0, block * BLOCK))
    assert clock.ns_of_frame(0) == pytest.approx(7 * NS_PER_S + LATENCY_S * NS_PER_S, abs=1000)


def test_without_a_callback_there_is_no_mapping() -> None:
    clock = DeviceClock(RATE_HZ, LATENCY_S)
    assert clock.observations == 0
    with pytest.raises(ValueError, match="no callback"):
        clock.ns_of_frame(0)

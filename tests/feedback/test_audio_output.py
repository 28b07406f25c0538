"""Given a sound card that comes and goes, then its place is taken by silence that says why, and given back."""

import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from config.schema import Audio
from feedback.audio.output import GAPS, GAPS_WITHIN_NS, LONG_NS, RETRY_NS, Output
from feedback.audio.sink import NullSink, Sink, open_sink
from wire.clock import Clock, monotonic_ns, s_to_ns


class FakeCard(NullSink):
    """A sound card whose life and death the test decides."""

    silent = False
    ready = True
    living = True
    closed = False

    def __init__(self, audio: Audio, clock: Clock) -> None:
        super().__init__(audio, clock, "")
        self.block_frames = audio.block_frames

    def settled(self) -> bool:
        return self.ready

    def alive(self) -> bool:
        return self.living

    def close(self) -> None:
        self.closed = True


class Shop:
    """Hands out sound cards, or none; time is what the test says."""

    def __init__(self) -> None:
        self.now_ns = s_to_ns(100)
        self.in_stock = True
        self.ready = True
        self.sold: list[FakeCard] = []
        self.asked = 0

    def clock(self) -> int:
        return self.now_ns

    def output(self, audio: Audio) -> Output:
        """One that is served at once."""
        return Output(audio, self.clock, self.open, start=lambda body: body())

    def open(self, audio: Audio, clock: Clock) -> Sink:
        self.asked += 1
        if not self.in_stock:
            return NullSink(audio, clock, "No sound device: none in stock.")
        self.sold.append(FakeCard(audio, clock))
        self.sold[-1].ready = self.ready
        return self.sold[-1]


def test_a_lost_device_is_closed_told_and_reopened_when_it_is_back() -> None:
    shop = Shop()
    output = shop.output(Audio())
    assert output.check()
    assert output.sink is shop.sold[0]
    shop.sold[0].living = False
    shop.in_stock = False
    assert output.check()
    assert (output.sink.silent, output.lost) == (True, 1)
    assert output.sink.reason.startswith("No sound device: it has stopped taking sound")
    shop.now_ns += RETRY_NS - 1
    assert (output.check(), shop.asked) == (False, 1)
    shop.now_ns += 1
    assert (output.check(), shop.asked) == (False, 2)
    assert shop.sold[0].closed
    assert output.sink.reason == "No sound device: none in stock."
    shop.in_stock = True
    shop.now_ns += RETRY_NS
    assert output.check()
    assert output.sink is shop.sold[1]


def test_a_device_is_used_only_when_its_time_is_known() -> None:
    shop = Shop()
    shop.ready = False
    output = shop.output(Audio())
    assert not output.check()
    assert output.opening
    assert output.sink.silent
    shop.sold[0].ready = True
    assert output.check()
    assert not output.opening
    assert not output.sink.silent


def test_a_machine_too_busy_for_short_blocks_gets_longer_ones() -> None:
    shop = Shop()
    output = shop.output(Audio(block_frames=256))
    output.check()
    for _ in range(50):  # one gap now and then is nothing
        shop.now_ns += GAPS_WITHIN_NS + 1
        shop.sold[0].underflows += GAPS - 1
        output.check()
    assert shop.asked == 1
    shop.now_ns += GAPS_WITHIN_NS + 1
    output.check()
    shop.sold[0].underflows += GAPS
    assert output.check()
    assert shop.sold[0].closed
    assert output.sink is shop.sold[1]
    assert [card.block_frames for card in shop.sold] == [256, 512]
    assert output.underflows == shop.sold[0].underflows


def test_a_mute_outlives_the_device() -> None:
    shop = Shop()
    output = shop.output(Audio())
    output.check()
    output.set_muted(True)
    shop.sold[0].living = False
    output.check()
    shop.now_ns += RETRY_NS
    output.check()
    mixer = output.sink.mixer
    assert output.sink is shop.sold[1]
    mixer.order(np.ones(4000, np.float32))
    mixer.render(0, 2000)
    assert not mixer.render(2000, 2000).any()


def test_a_new_volume_keeps_the_device_and_a_new_device_is_opened() -> None:
    shop = Shop()
    output = shop.output(Audio(volume=1.0))
    output.check()
    output.apply(Audio(volume=0.5))
    assert not output.check()
    mixer = output.sink.mixer
    mixer.render(0, 2000)
    mixer.order(np.ones(100, np.float32))
    assert mixer.render(2000, 100).max() == pytest.approx(0.5)
    output.apply(Audio(volume=0.5, device="another"))
    assert output.opening
    assert output.check()
    assert shop.sold[0].closed
    assert output.sink is shop.sold[1]


class SlowShop(Shop):
    """One where each opening waits until the test lets it go on, as if the sound server hung."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way: list[Callable[[], None]] = []

    def output(self, audio: Audio) -> Output:
        return Output(audio, self.clock, self.open, start=self.under_way.append)

    def go_on(self) -> None:
        self.under_way.pop(0)()


def test_while_opening_hangs_the_rounds_go_on_and_it_is_told_after_a_while() -> None:
    shop = SlowShop()
    output = shop.output(Audio())
    assert not output.check()
    shop.now_ns += LONG_NS - 1
    assert (output.check(), output.opening) == (False, True)
    shop.now_ns += 1
    assert (output.check(), output.opening) == (False, False)
    assert output.sink.reason == "No sound device: opening it hangs; restart the sound server."
    shop.now_ns += 100 * RETRY_NS
    assert not output.check()
    assert len(shop.under_way) == 1  # never two at once
    shop.go_on()
    assert output.check()
    assert output.sink is shop.sold[0]


def test_a_lost_device_whose_closing_hangs_is_silent_and_the_next_one_waits_for_it() -> None:
    shop = SlowShop()
    output = shop.output(Audio())
    output.check()
    shop.go_on()
    output.check()
    lost = shop.sold[0]
    lost.mixer.order(np.ones(4000, np.float32))
    lost.living = False
    assert output.check()
    lost.mixer.render(0, 2000)
    assert not lost.mixer.render(2000, 2000).any()
    shop.now_ns += RETRY_NS
    output.check()
    assert (lost.closed, shop.asked) == (False, 1)
    shop.go_on()
    assert (lost.closed, shop.asked) == (True, 2)


def test_settings_that_change_while_opening_hangs_apply_when_it_goes_on() -> None:
    shop = SlowShop()
    output = shop.output(Audio(block_frames=256))
    output.check()
    output.apply(Audio(block_frames=256, volume=0.5))
    output.apply(Audio(block_frames=512, volume=0.5))
    assert output.opening
    shop.go_on()
    output.check()
    shop.go_on()
    assert output.check()
    assert (shop.sold[0].closed, output.sink) == (True, shop.sold[1])
    assert shop.sold[1].block_frames == 512


def test_a_device_that_is_opened_after_the_end_is_closed() -> None:
    shop = SlowShop()
    output = shop.output(Audio())
    output.check()
    output.close()
    shop.go_on()
    assert shop.sold[0].closed


def test_opening_without_a_device_is_quick_and_silent_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyaudio", reason="PyAudio is not installed")
    began_ns = monotonic_ns()
    sink = open_sink(Audio(device="a card that nobody ever made"), monotonic_ns)
    took_ns = monotonic_ns() - began_ns
    assert sink.silent
    assert sink.reason.startswith('No sound device: none has "a card that nobody ever made" in its name')
    assert took_ns < s_to_ns(1)
    assert capfd.readouterr().err == ""


def test_a_portaudio_that_cannot_start_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(-10000, "PortAudio not initialized")

    monkeypatch.setitem(sys.modules, "pyaudio", SimpleNamespace(PyAudio=fail, paContinue=0, paOutputUnderflow=4))
    sink = open_sink(Audio(), monotonic_ns)
    assert sink.silent
    assert sink.reason.startswith("No sound device: PortAudio cannot be started (")


def test_without_pyaudio_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    assert open_sink(Audio(), monotonic_ns).reason == (
        "No sound device: PyAudio is not installed; install the package portaudio19-dev, then run: make setup."
    )

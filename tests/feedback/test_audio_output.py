"""A lost sound card is replaced by a silent sink with a fault, and used again when it is back."""

import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from config.sections.audio import AudioSettings
from feedback.audio.device.sink import NullSink, Sink, SoundFault
from feedback.audio.device.sound_card import open_sink
from feedback.audio.device.sound_output import (
    GAPS_PERIOD_NS,
    HUNG_AFTER_NS,
    KEEPS_LONGER_NS,
    MAX_GAPS,
    RESTING_BLOCK_FRAMES,
    RETRY_NS,
    SoundOutput,
)
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.faults import FaultCode


class FakeCard(NullSink):
    """A sound card controlled by the test."""

    silent = False
    ready = True
    living = True
    closed = False

    def __init__(self, audio: AudioSettings, clock: Clock) -> None:
        super().__init__(audio, clock)
        self.block_frames = audio.block_frames

    def is_ready(self) -> bool:
        return self.ready

    def is_alive(self) -> bool:
        return self.living

    def close(self) -> None:
        self.closed = True


class Cards:
    """Opens sound cards, or none; the test sets the time."""

    def __init__(self) -> None:
        self.now_ns = s_to_ns(100)
        self.connected = True
        self.ready = True
        self.opened: list[FakeCard] = []
        self.attempts = 0

    def clock(self) -> int:
        return self.now_ns

    def output(self, audio: AudioSettings) -> SoundOutput:
        """An output whose device opens at once."""
        return SoundOutput(audio, self.clock, self.open, start=lambda body: body())

    def open(self, audio: AudioSettings, clock: Clock) -> Sink:
        self.attempts += 1
        if not self.connected:
            return NullSink(audio, clock, SoundFault(FaultCode.SOUND_DEVICE_MISSING, "none connected"))
        self.opened.append(FakeCard(audio, clock))
        self.opened[-1].ready = self.ready
        return self.opened[-1]


def test_a_lost_device_is_closed_reported_and_reopened_when_it_is_back() -> None:
    cards = Cards()
    output = cards.output(AudioSettings())
    assert output.check()
    assert output.sink is cards.opened[0]
    cards.opened[0].living = False
    cards.connected = False
    assert output.check()
    assert (output.sink.silent, output.lost) == (True, 1)
    assert output.sink.fault == SoundFault(FaultCode.SOUND_DEVICE_LOST)
    cards.now_ns += RETRY_NS - 1
    assert (output.check(), cards.attempts) == (False, 1)
    cards.now_ns += 1
    assert (output.check(), cards.attempts) == (False, 2)
    assert cards.opened[0].closed
    assert output.sink.fault == SoundFault(FaultCode.SOUND_DEVICE_MISSING, "none connected")
    cards.connected = True
    cards.now_ns += RETRY_NS
    assert output.check()
    assert output.sink is cards.opened[1]


def test_a_device_is_used_only_once_its_times_are_known() -> None:
    cards = Cards()
    cards.ready = False
    output = cards.output(AudioSettings())
    assert not output.check()
    assert output.opening
    assert output.sink.silent
    cards.opened[0].ready = True
    assert output.check()
    assert not output.opening
    assert not output.sink.silent


def test_a_machine_too_busy_for_short_blocks_gets_longer_ones() -> None:
    cards = Cards()
    output = cards.output(AudioSettings(block_frames=256))
    output.check()
    for _ in range(50):  # occasional gaps
        cards.now_ns += GAPS_PERIOD_NS + 1
        cards.opened[0].underflows += MAX_GAPS - 1
        output.check()
    assert cards.attempts == 1
    cards.now_ns += GAPS_PERIOD_NS + 1
    output.check()
    cards.opened[0].underflows += MAX_GAPS
    assert output.check()
    assert cards.opened[0].closed
    assert output.sink is cards.opened[1]
    assert [card.block_frames for card in cards.opened] == [256, 512]
    assert output.underflows == cards.opened[0].underflows


def test_a_rest_takes_long_blocks_and_its_end_those_of_before() -> None:
    cards = Cards()
    output = cards.output(AudioSettings(block_frames=128))
    output.check()
    for resting in (True, True, False, False):
        output.rest(resting)
        output.check()
    assert [card.block_frames for card in cards.opened] == [128, RESTING_BLOCK_FRAMES, 128]
    assert [card.closed for card in cards.opened] == [True, True, False]
    assert (output.sink, output.opening, output.lost) == (cards.opened[2], False, 0)


def test_a_rest_that_begins_before_the_card_is_ready_or_ends_before_it_is_open() -> None:
    cards = HangingCards()
    cards.ready = False
    output = cards.output(AudioSettings(block_frames=128))
    output.check()
    cards.proceed()
    output.check()
    output.rest(True)
    output.check()
    output.rest(False)
    cards.ready = True
    cards.proceed()
    output.check()
    assert output.opening
    cards.proceed()
    assert output.check()
    assert [card.block_frames for card in cards.opened] == [128, RESTING_BLOCK_FRAMES, 128]
    assert [card.closed for card in cards.opened] == [True, True, False]


def test_a_rest_without_a_card_looks_for_it_no_more_often() -> None:
    cards = Cards()
    cards.connected = False
    output = cards.output(AudioSettings())
    output.check()
    output.rest(True)
    assert (output.check(), output.opening, cards.attempts) == (False, False, 1)
    assert output.sink.fault == SoundFault(FaultCode.SOUND_DEVICE_MISSING, "none connected")
    cards.connected = True
    cards.now_ns += RETRY_NS
    output.check()
    assert cards.opened[0].block_frames == RESTING_BLOCK_FRAMES


def test_lengthened_blocks_are_given_up_after_a_rest_unless_that_was_lately() -> None:
    cards = Cards()
    output = cards.output(AudioSettings(block_frames=128))
    output.check()
    cards.opened[0].underflows += MAX_GAPS
    output.check()
    cards.now_ns += KEEPS_LONGER_NS
    for resting in (True, False):
        output.rest(resting)
        output.check()
    cards.now_ns += 1
    for resting in (True, False):
        output.rest(resting)
        output.check()
    assert [card.block_frames for card in cards.opened] == [128, 256, RESTING_BLOCK_FRAMES, 256, RESTING_BLOCK_FRAMES, 128]


def test_gaps_at_rest_lengthen_nothing() -> None:
    cards = Cards()
    output = cards.output(AudioSettings())
    output.check()
    output.rest(True)
    output.check()
    cards.opened[1].underflows += MAX_GAPS
    assert not output.check()


def test_mute_survives_the_loss_of_the_device() -> None:
    cards = Cards()
    output = cards.output(AudioSettings())
    output.check()
    output.set_muted(True)
    cards.opened[0].living = False
    output.check()
    cards.now_ns += RETRY_NS
    output.check()
    mixer = output.sink.mixer
    assert output.sink is cards.opened[1]
    mixer.schedule(np.ones(4000, np.float32))
    mixer.render(0, 2000)
    assert not mixer.render(2000, 2000).any()


def test_a_new_volume_keeps_the_device_and_a_new_device_is_opened() -> None:
    cards = Cards()
    output = cards.output(AudioSettings(volume=1.0))
    output.check()
    output.apply(AudioSettings(volume=0.5))
    assert not output.check()
    mixer = output.sink.mixer
    mixer.render(0, 2000)
    mixer.schedule(np.ones(100, np.float32))
    assert mixer.render(2000, 100).max() == pytest.approx(0.5)
    output.apply(AudioSettings(volume=0.5, device="another"))
    assert output.opening
    assert output.check()
    assert cards.opened[0].closed
    assert output.sink is cards.opened[1]


class HangingCards(Cards):
    """Opens a card only when the test continues it, as if the sound server hung."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: list[Callable[[], None]] = []

    def output(self, audio: AudioSettings) -> SoundOutput:
        return SoundOutput(audio, self.clock, self.open, start=self.pending.append)

    def proceed(self) -> None:
        self.pending.pop(0)()


def test_while_opening_hangs_the_rounds_continue_and_it_is_reported_after_a_while() -> None:
    cards = HangingCards()
    output = cards.output(AudioSettings())
    assert not output.check()
    cards.now_ns += HUNG_AFTER_NS - 1
    assert (output.check(), output.opening) == (False, True)
    cards.now_ns += 1
    assert (output.check(), output.opening) == (False, False)
    assert output.sink.fault == SoundFault(FaultCode.SOUND_DEVICE_HANGS)
    cards.now_ns += 100 * RETRY_NS
    assert not output.check()
    assert len(cards.pending) == 1  # never two at the same time
    cards.proceed()
    assert output.check()
    assert output.sink is cards.opened[0]


def test_a_lost_device_whose_closing_hangs_is_silent_and_delays_the_next_one() -> None:
    cards = HangingCards()
    output = cards.output(AudioSettings())
    output.check()
    cards.proceed()
    output.check()
    lost = cards.opened[0]
    lost.mixer.schedule(np.ones(4000, np.float32))
    lost.living = False
    assert output.check()
    lost.mixer.render(0, 2000)
    assert not lost.mixer.render(2000, 2000).any()
    cards.now_ns += RETRY_NS
    output.check()
    assert (lost.closed, cards.attempts) == (False, 1)
    cards.proceed()
    assert (lost.closed, cards.attempts) == (True, 2)


def test_settings_changed_while_opening_hangs_apply_afterwards() -> None:
    cards = HangingCards()
    output = cards.output(AudioSettings(block_frames=256))
    output.check()
    output.apply(AudioSettings(block_frames=256, volume=0.5))
    output.apply(AudioSettings(block_frames=512, volume=0.5))
    assert output.opening
    cards.proceed()
    output.check()
    cards.proceed()
    assert output.check()
    assert (cards.opened[0].closed, output.sink) == (True, cards.opened[1])
    assert cards.opened[1].block_frames == 512


def test_a_device_that_is_opened_after_the_end_is_closed() -> None:
    cards = HangingCards()
    output = cards.output(AudioSettings())
    output.check()
    output.close()
    cards.proceed()
    assert cards.opened[0].closed


def test_opening_without_a_device_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyaudio", reason="PyAudio is not installed")
    sink = open_sink(AudioSettings(device="a card that nobody ever made"), monotonic_ns)
    assert sink.silent
    assert sink.fault is not None
    assert sink.fault.cause.startswith('no device has "a card that nobody ever made" in its name')
    assert capfd.readouterr().err == ""


def test_a_portaudio_that_cannot_start_is_reported_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(-10000, "PortAudio not initialized")

    monkeypatch.setitem(sys.modules, "pyaudio", SimpleNamespace(PyAudio=fail, paContinue=0, paOutputUnderflow=4))
    sink = open_sink(AudioSettings(), monotonic_ns)
    assert sink.silent
    assert sink.fault is not None
    assert sink.fault.cause.startswith("PortAudio cannot be started (")


def test_without_pyaudio_a_sentence_tells_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    assert open_sink(AudioSettings(), monotonic_ns).fault == SoundFault(
        FaultCode.SOUND_DEVICE_MISSING, "PyAudio is not installed; install the package portaudio19-dev, then run: make setup"
    )

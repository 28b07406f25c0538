"""Given a sound device or a voice that fails, then the audio process reports the fault by its code."""

import threading
from collections.abc import Callable

import pytest

from config.sections.audio import AudioSettings
from config.settings import Settings
from feedback.audio.device.sink import NullSink, Sink, SoundFault
from feedback.audio.device.sound_output import MAX_GAPS, SinkOpener
from feedback.audio.process import AudioProcess
from tests.support.reporting_process import Body, ReportingProcess
from wire.clock import Clock, s_to_ns
from wire.faults import FaultCode
from wire.lifecycle import StopFlag
from wire.node import Node
from wire.sockets import Wire
from wire.topics import AUDIO

Start = Callable[[str, Body], ReportingProcess]
SETTINGS = Settings(audio=AudioSettings(speak=False))


class Card(NullSink):
    """A sound card in the test's hands."""

    silent = False

    def __init__(self, audio: AudioSettings, clock: Clock, settles: bool = True) -> None:
        super().__init__(audio, clock)
        self.living = True
        self._settles = settles

    def is_ready(self) -> bool:
        return self._settles

    def is_alive(self) -> bool:
        return self.living


def playing(opener: SinkOpener, settings: Settings = SETTINGS) -> Body:
    def body(wire: Wire, stop: StopFlag) -> None:
        node = Node(wire, stop)
        audio = AudioProcess(settings, node, opener)
        node.run(audio.play)
        audio.close()

    return body


@pytest.mark.raises_fault(FaultCode.SOUND_DEVICE_MISSING)
def test_a_machine_without_a_sound_device(process: Start) -> None:
    def none(audio: AudioSettings, clock: Clock) -> Sink:
        return NullSink(audio, clock, SoundFault(FaultCode.SOUND_DEVICE_MISSING, "this machine has no working one"))

    running = process(AUDIO, playing(none))
    assert running.until_fault(FaultCode.SOUND_DEVICE_MISSING).cause == "this machine has no working one"
    assert running.health is not None
    assert running.health.state == "degraded"


@pytest.mark.raises_fault(FaultCode.SOUND_DEVICE_LOST)
def test_a_device_that_stops(process: Start) -> None:
    cards: list[Card] = []

    def one_card(audio: AudioSettings, clock: Clock) -> Sink:
        if cards:
            return NullSink(audio, clock, SoundFault(FaultCode.SOUND_DEVICE_LOST))
        cards.append(Card(audio, clock))
        cards[0].living = False
        return cards[0]

    process(AUDIO, playing(one_card)).until_fault(FaultCode.SOUND_DEVICE_LOST)


@pytest.mark.raises_fault(FaultCode.SOUND_DEVICE_REFUSES)
def test_a_device_that_opens_and_never_plays(process: Start) -> None:
    def dead(audio: AudioSettings, clock: Clock) -> Sink:
        card = Card(audio, clock, settles=False)
        card.living = False
        return card

    process(AUDIO, playing(dead)).until_fault(FaultCode.SOUND_DEVICE_REFUSES)


@pytest.mark.raises_fault(FaultCode.SOUND_DEVICE_HANGS)
def test_a_device_that_does_not_open(process: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.audio.device.sound_output.HUNG_AFTER_NS", s_to_ns(0.1))
    released = threading.Event()

    def hang(audio: AudioSettings, clock: Clock) -> Sink:
        released.wait(timeout=60)
        return NullSink(audio, clock)

    process(AUDIO, playing(hang)).until_fault(FaultCode.SOUND_DEVICE_HANGS)
    released.set()


@pytest.mark.raises_fault(FaultCode.SOUND_BLOCKS_LENGTHENED)
def test_a_busy_machine_that_plays_gaps(process: Start) -> None:
    cards: list[Card] = []
    released = threading.Event()

    def gappy(audio: AudioSettings, clock: Clock) -> Sink:
        if cards:
            released.wait(timeout=60)
        cards.append(Card(audio, clock))
        return cards[-1]

    running = process(AUDIO, playing(gappy))

    def more_gaps() -> None:
        while not released.wait(0.05):
            for card in cards:
                card.underflows += MAX_GAPS

    gaps = threading.Thread(target=more_gaps)
    gaps.start()
    try:
        assert running.until_fault(FaultCode.SOUND_BLOCKS_LENGTHENED).value == 2 * SETTINGS.audio.block_frames
    finally:
        released.set()
        gaps.join()


@pytest.mark.raises_fault(FaultCode.VOICE_MISSING)
def test_recordings_that_are_not_there(process: Start) -> None:
    settings = Settings(audio=AudioSettings(voice_folder="/nowhere/at/all"))
    running = process(AUDIO, playing(Card, settings))
    assert "/nowhere/at/all" in running.until_fault(FaultCode.VOICE_MISSING).cause

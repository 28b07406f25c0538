"""Cards that take one rate, format and number of channels alone, and cards that come late, under the real sound library."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from config.sections.audio import AudioSettings
from feedback.audio.device.sound_card import open_sink
from feedback.audio.device.sound_output import SoundOutput
from feedback.audio.engine.sounds import make_all
from tests.support import sound_server
from tests.support.elsewhere import Elsewhere, process_with
from tests.support.eventually import eventually
from tests.support.fake_cards import CardKind, FakeCards, missing
from wire.clock import monotonic_ns
from wire.faults import FaultCode

pytestmark = [pytest.mark.sound, pytest.mark.skipif(bool(missing()), reason=missing())]

SETTINGS = AudioSettings(sample_rate_hz=48_000, block_frames=256, volume=0.5)


@pytest.fixture(name="machine", scope="module")
def _machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeCards, Elsewhere]]:
    cards = FakeCards(tmp_path_factory.mktemp("cards"))
    with process_with(cards.environment) as process:
        yield cards, process


@pytest.fixture(name="cards")
def _cards(machine: tuple[FakeCards, Elsewhere]) -> Iterator[FakeCards]:
    yield machine[0]
    machine[0].unplug()


@pytest.fixture(name="there")
def _there(machine: tuple[FakeCards, Elsewhere]) -> Elsewhere:
    return machine[1]


def opened() -> tuple[str, bool]:
    sink = open_sink(SETTINGS)
    sink.close()
    return sink.device, sink.silent


def play_push() -> None:
    """Play a sound, and wait until it has left."""
    sink = open_sink(SETTINGS)
    try:
        rate_hz = sink.mixer.sample_rate_hz

        def is_ready() -> bool:
            sink.advance()
            return sink.is_ready()

        eventually(is_ready, "the card plays")
        sound = make_all(rate_hz)["push"]
        end_ns = monotonic_ns() + (len(sound) + rate_hz // 2) * 1_000_000_000 // rate_hz
        sink.mixer.schedule(sound, sink.frame_at_ns(monotonic_ns()) + rate_hz // 5)
        eventually(lambda: monotonic_ns() > end_ns, "the sound ends")
    finally:
        sink.close()


@pytest.mark.parametrize(
    ("kind", "device"),
    [
        (CardKind(44_100, "S16_LE", 2), "default, 44100 Hz, blocks of 235"),
        (CardKind(48_000, "S16_LE", 1), "default, 48000 Hz, blocks of 256"),
        (CardKind(96_000, "S32_LE", 2), "default, 96000 Hz, blocks of 512"),
        (CardKind(192_000, "S24_3LE", 2), "default, 192000 Hz, blocks of 1024"),
        (CardKind(48_000, "S16_LE", 8), "default, 48000 Hz, blocks of 256"),
        (CardKind(16_000, "S16_LE", 1), "default, 16000 Hz, blocks of 85"),
    ],
    ids=str,
)
def test_a_card_is_opened_as_it_is(cards: FakeCards, there: Elsewhere, kind: CardKind, device: str) -> None:
    """A block lasts as long at every rate: a shorter one would have gaps."""
    cards.plug_in(kind)
    assert there.call(opened) == (device, False)


@pytest.mark.parametrize("kind", [CardKind(44_100, "S16_LE", 1), CardKind(44_100, "S16_LE", 2)], ids=str)
def test_a_sound_is_played_in_the_cards_own_rate_and_format(cards: FakeCards, there: Elsewhere, kind: CardKind) -> None:
    cards.plug_in(kind)
    sound = make_all(kind.rate_hz)["push"].astype(np.float64)

    def is_whole() -> bool:
        there.call(play_push)
        return all(likeness(channel, sound) > 0.99 for channel in cards.played(kind).T)

    # On a busy machine the card may run out of samples in the middle of a sound.
    eventually(is_whole, "the sound is played without a gap")


def likeness(channel: NDArray[np.float64], sound: NDArray[np.float64]) -> float:
    """Correlation of what was played with the sound, where they fit best: 1 is the sound and nothing else."""
    size = 1 << int(np.ceil(np.log2(len(channel) + len(sound))))
    match = np.fft.irfft(np.fft.rfft(channel, size) * np.conj(np.fft.rfft(sound, size)), size)
    return float(match.max() / np.linalg.norm(sound) / np.linalg.norm(channel))


_outputs: list[SoundOutput] = []


def first_attempt() -> FaultCode | None:
    """The fault of the first attempt to open a card."""
    output = SoundOutput(SETTINGS, monotonic_ns)
    _outputs.append(output)

    def has_settled() -> bool:
        output.check()
        return not output.opening

    eventually(has_settled, "the first attempt ends")
    return None if output.sink.fault is None else output.sink.fault.code


def device_with_sound() -> str:
    """The card that is used at last."""
    output = _outputs.pop()

    def sounds() -> bool:
        output.check()
        return not output.sink.silent

    try:
        eventually(sounds, "a card is used")
        return output.sink.device
    finally:
        output.close()


def test_a_card_plugged_in_later_is_used(cards: FakeCards, there: Elsewhere) -> None:
    assert there.call(first_attempt) is FaultCode.SOUND_DEVICE_MISSING
    cards.plug_in(CardKind(44_100, "S16_LE", 2))
    assert there.call(device_with_sound) == "default, 44100 Hz, blocks of 235"


@pytest.mark.slow  # waits for a server
@pytest.mark.skipif(bool(sound_server.missing()), reason=sound_server.missing())
def test_a_sound_server_that_starts_late_is_used(tmp_path: Path) -> None:
    server = sound_server.SoundServer(tmp_path)
    try:
        with process_with(server.environment) as there:
            assert there.call(first_attempt) is FaultCode.SOUND_DEVICE_MISSING
            server.start()
            assert there.call(device_with_sound).startswith("default, 48000 Hz")
    finally:
        server.close()

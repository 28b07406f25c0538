"""Given a WAV file of any common kind, then it is ready to be played, or one sentence says why not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.audio.loudness import LEVEL_DB, PEAK, level_db
from feedback.audio.wav import BREATH_MS, WavError, load, ready
from tests.wav_files import hum, write

RATE_HZ = 48_000


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
def test_any_width_rate_and_number_of_channels_sounds_the_same(tmp_path: Path, width: int, channels: int, rate_hz: int) -> None:
    sound = load(write(tmp_path / "a.wav", hum(0.5, rate_hz), rate_hz, width, channels), RATE_HZ)
    assert sound.dtype == np.float32
    assert len(sound) / RATE_HZ == pytest.approx(0.5 + 2 * BREATH_MS / 1000, abs=0.005)
    assert level_db(sound, RATE_HZ) == pytest.approx(LEVEL_DB, abs=0.2)
    strongest = np.abs(np.fft.rfft(sound, RATE_HZ)).argmax()
    assert strongest == pytest.approx(800, abs=2)


def test_no_files_ends_click(tmp_path: Path) -> None:
    sound = load(write(tmp_path / "a.wav", hum(0.5, 22_050)[4_410:-4_410], 22_050), RATE_HZ)
    assert np.abs(sound[[0, -1]]).max() < 1e-3
    assert np.abs(sound[:240]).max() < 0.55 * np.abs(sound).max()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1, 1, width=16), min_size=1, max_size=400).filter(any), st.sampled_from([8_000, 22_050, 48_000]))
def test_whatever_it_holds_it_never_exceeds_full_scale(values: list[float], rate_hz: int) -> None:
    sound = ready(np.array(values), rate_hz, RATE_HZ)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max(initial=0) <= PEAK + 1e-6


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not a WAV file"),
        (b"MThd not a wave", "is not a WAV file"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "is not a WAV file"),
    ],
)
def test_another_kind_of_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "push.wav"
    path.write_bytes(content)
    with pytest.raises(WavError, match=reason):
        load(path, RATE_HZ)


def test_silence_and_a_speech_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WavError, match="is silent"):
        load(write(tmp_path / "a.wav", np.zeros(1000), RATE_HZ), RATE_HZ)
    with pytest.raises(WavError, match="longer than 10 s"):
        load(write(tmp_path / "b.wav", np.zeros(11 * 8000), 8000), RATE_HZ)
    with pytest.raises(WavError, match="cannot be read"):
        load(tmp_path / "missing.wav", RATE_HZ)

"""A WAV file of any common kind is prepared for playing, or rejected with one sentence."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.audio.engine.loudness import LEVEL_DB, PEAK, level_db
from feedback.audio.voice.wav import KEPT_SILENCE_MS, WavError, load_wav, prepare
from tests.support.wav_files import hum, write

RATE_HZ = 48_000


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
def test_any_width_rate_and_number_of_channels_sounds_the_same(tmp_path: Path, width: int, channels: int, rate_hz: int) -> None:
    sound = load_wav(write(tmp_path / "a.wav", hum(0.5, rate_hz), rate_hz, width, channels), RATE_HZ)
    assert sound.dtype == np.float32
    assert len(sound) / RATE_HZ == pytest.approx(0.5 + 2 * KEPT_SILENCE_MS / 1000, abs=0.005)
    assert level_db(sound, RATE_HZ) == pytest.approx(LEVEL_DB, abs=0.2)
    strongest = np.abs(np.fft.rfft(sound, RATE_HZ)).argmax()
    assert strongest == pytest.approx(800, abs=2)


def test_the_ends_of_a_file_do_not_click(tmp_path: Path) -> None:
    sound = load_wav(write(tmp_path / "a.wav", hum(0.5, 22_050)[4_410:-4_410], 22_050), RATE_HZ)
    assert np.abs(sound[[0, -1]]).max() < 1e-3
    assert np.abs(sound[:240]).max() < 0.55 * np.abs(sound).max()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1, 1, width=16), min_size=1, max_size=400).filter(any), st.sampled_from([8_000, 22_050, 48_000]))
def test_no_content_exceeds_full_scale(values: list[float], rate_hz: int) -> None:
    sound = prepare(np.array(values), rate_hz, RATE_HZ)
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
def test_another_kind_of_file_is_rejected_with_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "push.wav"
    path.write_bytes(content)
    with pytest.raises(WavError, match=reason):
        load_wav(path, RATE_HZ)


def test_silence_and_long_recordings_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(WavError, match="is silent"):
        load_wav(write(tmp_path / "a.wav", np.zeros(1000), RATE_HZ), RATE_HZ)
    with pytest.raises(WavError, match="longer than 10 s"):
        load_wav(write(tmp_path / "b.wav", np.zeros(11 * 8000), 8000), RATE_HZ)
    with pytest.raises(WavError, match="cannot be read"):
        load_wav(tmp_path / "missing.wav", RATE_HZ)

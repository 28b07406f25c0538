"""Given the sounds' recipes, then every sound is soft at both ends, audible, and unlike the others."""

from itertools import combinations
from typing import get_args

import numpy as np
import pytest

from config.schema import SoundName
from feedback.audio.sounds import RECIPES, Samples, make_all

RATES_HZ = (22050, 44100, 48000)
NAMES = sorted(RECIPES)


def spectrum_share(wave: Samples, rate_hz: int, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(wave)) ** 2
    pitch_hz = np.fft.rfftfreq(len(wave), 1 / rate_hz)
    return float(power[(pitch_hz >= low_hz) & (pitch_hz <= high_hz)].sum() / power.sum())


def strongest_hz(wave: Samples, rate_hz: int) -> float:
    return float(np.abs(np.fft.rfft(wave, 1 << 17)).argmax() * rate_hz / (1 << 17))


def test_every_name_of_the_configuration_has_a_sound() -> None:
    assert set(make_all(48000)) == set(get_args(SoundName)) - {"none"}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", NAMES)
class TestEverySound:
    def test_is_mono_float32_of_150_to_450_ms(self, name: SoundName, rate_hz: int) -> None:
        wave = make_all(rate_hz)[name]
        assert wave.dtype == np.float32
        assert wave.ndim == 1
        assert 0.150 <= len(wave) / rate_hz <= 0.450

    def test_has_its_peak_where_the_table_says(self, name: SoundName, rate_hz: int) -> None:
        assert np.abs(make_all(rate_hz)[name]).max() == pytest.approx(RECIPES[name].peak, abs=1e-4)

    def test_rises_and_falls_over_at_least_5_ms(self, name: SoundName, rate_hz: int) -> None:
        wave = np.abs(make_all(rate_hz)[name])
        edge = round(0.005 * rate_hz)
        # After 5 ms of a raised cosine of 10 ms or more, at most half of the peak has been reached.
        assert wave[:edge].max() <= 0.55 * wave.max()
        assert wave[-edge:].max() <= 0.55 * wave.max()
        assert 0 < wave[0] < 1e-3
        assert 0 < wave[-1] < 1e-3

    def test_never_jumps_more_than_its_tones_do(self, name: SoundName, rate_hz: int) -> None:
        recipe = RECIPES[name]
        orders = range(1, len(recipe.partials) + 1)
        steepest_hz = max(note.pitch_hz for note in recipe.notes) * sum(
            order * strength for order, strength in zip(orders, recipe.partials, strict=True)
        )
        # A tone of amplitude 1 changes by at most 2 pi f / rate per sample; the table's peak is that of the sum.
        wave = make_all(rate_hz)[name]
        assert np.abs(np.diff(wave, prepend=0, append=0)).max() <= 1.5 * recipe.peak * 2 * np.pi * steepest_hz / rate_hz

    def test_lies_where_a_small_loudspeaker_plays(self, name: SoundName, rate_hz: int) -> None:
        assert spectrum_share(make_all(rate_hz)[name], rate_hz, 200, 3000) > 0.999

    def test_is_found_at_one_of_its_notes(self, name: SoundName, rate_hz: int) -> None:
        found_hz = strongest_hz(make_all(rate_hz)[name], rate_hz)
        assert min(abs(found_hz - note.pitch_hz) for note in RECIPES[name].notes) < 4


@pytest.mark.parametrize(("one", "other"), list(combinations(NAMES, 2)))
def test_two_sounds_are_at_least_a_major_third_apart_where_they_are_loudest(one: str, other: str) -> None:
    sounds = make_all(48000)
    pitches_hz = sorted((strongest_hz(sounds[one], 48000), strongest_hz(sounds[other], 48000)))
    assert pitches_hz[1] / pitches_hz[0] >= 2 ** (4 / 12)


def test_good_rises_and_soft_falls() -> None:
    for name, rises in (("good", True), ("soft", False)):
        wave = make_all(48000)[name]
        third = len(wave) // 3
        assert (strongest_hz(wave[-third:], 48000) > strongest_hz(wave[:third], 48000)) is rises


def test_soft_is_the_softest() -> None:
    peaks = {name: float(np.abs(wave).max()) for name, wave in make_all(48000).items()}
    assert max(peaks, key=lambda name: -peaks[name]) == "soft"
    assert peaks["soft"] <= 0.5 * min(peak for name, peak in peaks.items() if name != "soft")

"""Each sound is short, soft at its ends, as loud as the others, and distinct from them."""

from functools import cache
from itertools import combinations, pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from config.sections.cue_rule import SoundName
from feedback.audio.engine.loudness import KNEE, LEVEL_DB, PEAK, TONE_LEVEL_DB, Samples, a_weighting, at_level, level_db
from feedback.audio.engine.sounds import (
    HIGHEST_TONE_HZ,
    LOWEST_TONE_HZ,
    RECIPES,
    TONE_MS,
    TONE_PITCH_HZ,
    make_all,
    make_tone,
)

RATES_HZ = (22050, 44100, 48000)
RATE_HZ = 48000
NAMES = sorted(RECIPES)
all_sounds = cache(make_all)


def spectrum_share(wave: Samples, rate_hz: int, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(wave)) ** 2
    pitch_hz = np.fft.rfftfreq(len(wave), 1 / rate_hz)
    return float(power[(pitch_hz >= low_hz) & (pitch_hz <= high_hz)].sum() / power.sum())


def strongest_hz(wave: Samples, rate_hz: int) -> float:
    return float(np.abs(np.fft.rfft(wave, 1 << 17)).argmax() * rate_hz / (1 << 17))


def contour_hz(name: SoundName) -> list[float]:
    """The strongest pitch at the start and the end of each note, in order."""
    wave = all_sounds(RATE_HZ)[name]
    pitches = []
    for note in RECIPES[name].notes:
        first, last = (round(ms * RATE_HZ / 1000) for ms in (note.start_ms, note.start_ms + note.length_ms))
        third = (last - first) // 3
        pitches += [strongest_hz(wave[first : first + third], RATE_HZ), strongest_hz(wave[last - third : last], RATE_HZ)]
    return pitches


def octave_bands(wave: Samples) -> NDArray[np.float64]:
    """A coarse model of what distinguishes sounds: power over time (8 parts) and pitch (thirds of an octave)."""
    padded = np.concatenate([wave, np.zeros(RATE_HZ - len(wave), np.float32)])
    parts = []
    for part in np.split(padded[: RATE_HZ // 8 * 8], 8):
        power = np.abs(np.fft.rfft(part)) ** 2
        pitch_hz = np.fft.rfftfreq(len(part), 1 / RATE_HZ)
        edges = 440.0 * 2 ** (np.arange(10) / 3)
        parts.append([power[(pitch_hz >= low) & (pitch_hz < high)].sum() for low, high in pairwise(edges)])
    profile = np.sqrt(np.array(parts)).ravel()
    return np.asarray(profile / np.linalg.norm(profile))


def test_every_sound_name_of_the_settings_has_a_sound() -> None:
    assert set(all_sounds(RATE_HZ)) == set(get_args(SoundName)) - {"none"}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", NAMES)
class TestEverySound:
    def test_is_mono_float32_of_at_most_700_ms(self, name: SoundName, rate_hz: int) -> None:
        wave = all_sounds(rate_hz)[name]
        assert wave.dtype == np.float32
        assert wave.ndim == 1
        assert 0.200 <= len(wave) / rate_hz <= 0.701

    def test_is_as_loud_as_the_others(self, name: SoundName, rate_hz: int) -> None:
        wave = all_sounds(rate_hz)[name]
        assert level_db(wave, rate_hz) == pytest.approx(LEVEL_DB, abs=0.1)
        assert np.abs(wave).max() < KNEE

    def test_rises_and_falls_over_at_least_5_ms(self, name: SoundName, rate_hz: int) -> None:
        wave = np.abs(all_sounds(rate_hz)[name])
        edge = round(0.005 * rate_hz)
        # After 5 ms of a raised cosine of 10 ms or more, at most half of the peak has been reached.
        assert wave[:edge].max() <= 0.55 * wave.max()
        assert wave[-edge:].max() <= 0.55 * wave.max()
        assert 0 < abs(wave[0]) < 1e-3
        assert abs(wave[-1]) < 1e-3

    def test_is_never_steeper_than_its_partials(self, name: SoundName, rate_hz: int) -> None:
        recipe = RECIPES[name]
        steepest_hz = sum(ratio * strength for ratio, strength in recipe.timbre.partials)
        steepest_hz *= sum(max(note.pitch_hz, note.glide_to_hz or 0) for note in recipe.notes)
        # Relative to the strongest partial alone, a tone of amplitude 1 changes by at most 2 pi f / rate per sample.
        wave = all_sounds(rate_hz)[name]
        steepest = np.abs(np.diff(wave, prepend=0, append=0)).max()
        assert steepest <= 1.5 * np.abs(wave).max() * 2 * np.pi * steepest_hz / rate_hz

    def test_lies_within_the_range_of_a_small_loudspeaker_above_the_treadmill(self, name: SoundName, rate_hz: int) -> None:
        assert spectrum_share(all_sounds(rate_hz)[name], rate_hz, 500, 3000) > 0.98


@pytest.mark.parametrize(("one", "other"), list(combinations(NAMES, 2)))
def test_two_sounds_differ_in_time_and_frequency(one: SoundName, other: SoundName) -> None:
    sounds = all_sounds(RATE_HZ)
    assert float(octave_bands(sounds[one]) @ octave_bands(sounds[other])) < 0.8


def test_push_rises_ease_repeats_good_rises_guard_dips_and_lost_falls() -> None:
    push, ease, good, guard, lost = (contour_hz(name) for name in ("push", "ease", "good", "guard", "lost"))
    assert push[-1] > 1.2 * push[0]
    assert max(ease) < 1.02 * min(ease)
    assert good[-1] > 1.2 * good[0]
    assert guard[0] > 1.1 * guard[2] < guard[4]
    assert lost[-1] < 0.8 * lost[0]


class TestStrideTone:
    @given(st.none() | st.floats(1, 20_000), st.sampled_from(RATES_HZ))
    def test_has_its_pitch_within_the_audible_range(self, pitch_hz: float | None, rate_hz: int) -> None:
        wanted_hz = TONE_PITCH_HZ if pitch_hz is None else min(max(pitch_hz, LOWEST_TONE_HZ), HIGHEST_TONE_HZ)
        wave = make_tone(pitch_hz, rate_hz)
        assert strongest_hz(wave, rate_hz) == pytest.approx(wanted_hz, abs=4)
        assert len(wave) == pytest.approx(TONE_MS * rate_hz / 1000, abs=1)

    @given(st.floats(LOWEST_TONE_HZ, HIGHEST_TONE_HZ))
    def test_is_equally_loud_at_every_pitch_and_quieter_than_a_cue(self, pitch_hz: float) -> None:
        assert level_db(make_tone(pitch_hz, RATE_HZ), RATE_HZ) == pytest.approx(TONE_LEVEL_DB, abs=0.1)


class TestLoudness:
    @pytest.mark.parametrize(("frequency_hz", "gain_db"), [(100, -19.1), (500, -3.2), (1000, 0.0), (2500, 1.3), (8000, -1.1)])
    def test_the_weighting_follows_the_standard(self, frequency_hz: float, gain_db: float) -> None:
        # IEC 61672-1:2013, table 3.
        assert 20 * np.log10(a_weighting(np.array([float(frequency_hz)]))[0]) == pytest.approx(gain_db, abs=0.1)

    def test_a_steady_tone_has_its_own_level(self) -> None:
        wave = np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
        assert level_db(wave, RATE_HZ) == pytest.approx(-3.0, abs=0.1)

    def test_sharp_peaks_are_limited(self) -> None:
        clap = np.zeros(RATE_HZ, np.float32)
        clap[1000:1010] = 0.1
        assert np.abs(at_level(clap, RATE_HZ)).max() <= PEAK

    def test_silence_stays_silence(self) -> None:
        assert not at_level(np.zeros(100, np.float32), RATE_HZ).any()

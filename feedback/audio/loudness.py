"""How loud a sound is to the ear, and making all sounds equally loud.

The measure is the A-weighted level with the meter's time weighting "fast" (IEC 61672-1:2013: 125 ms), at its highest:
what a sound level meter in the gym would show when the sound has been played.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, shape (frames,), -1 to 1."""

LEVEL_DB = -14.0
"""Of every sound and every sentence, dB below a steady full-scale square wave at 1 kHz. Peaks of speech are 12 dB higher."""
TONE_LEVEL_DB = LEVEL_DB - 6.0
"""Of the tone with each stride: heard all the time, so it stays behind the others."""
PEAK = 0.85
"""Largest absolute sample. Below 1, so that the peaks between the samples and a ducked tone beneath fit as well."""
KNEE = 0.65
"""Only the sharpest peaks of a voice are higher."""
FAST_S = 0.125


def a_weighting(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ear's sensitivity to a frequency, as a factor, 1 at 1 kHz (IEC 61672-1:2013, annex E)."""
    square = frequency_hz**2
    gain = 12194.0**2 * square**2
    gain /= (square + 20.6**2) * (square + 12194.0**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2))
    return np.asarray(gain * 10 ** (2.0 / 20))


def level_db(samples: Samples, sample_rate_hz: int) -> float:
    """The highest "fast" level of a sound, dB(A) below full scale; silence is -inf."""
    frames = max(1, round(FAST_S * sample_rate_hz))
    size = len(samples) + frames
    spectrum = np.fft.rfft(samples, size) * a_weighting(np.fft.rfftfreq(size, 1 / sample_rate_hz))
    power = np.fft.irfft(spectrum, size) ** 2
    total = np.concatenate(([0.0], np.cumsum(power)))
    highest = float((total[frames:] - total[:-frames]).max()) / frames
    return 10 * np.log10(highest) if highest > 0 else -np.inf


def at_level(samples: Samples, sample_rate_hz: int, wanted_db: float = LEVEL_DB) -> Samples:
    """The same sound at the wanted level, its highest peaks rounded off below PEAK. Silence stays silence."""
    found_db = level_db(samples, sample_rate_hz)
    if not np.isfinite(found_db):
        return samples
    return _rounded_off(np.asarray(samples * 10 ** ((wanted_db - found_db) / 20), np.float32))


def _rounded_off(samples: Samples) -> Samples:
    """Leaves what is below the knee as it is; beyond, the wave bends towards PEAK without an edge."""
    size = np.abs(samples)
    bent = KNEE + (PEAK - KNEE) * np.tanh((size - KNEE) / (PEAK - KNEE))
    return np.asarray(np.where(size > KNEE, np.copysign(bent, samples), samples), np.float32)

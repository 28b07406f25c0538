"""Perceived loudness, and its normalization, so that all sounds are equally loud.

The measure is the maximum A-weighted level with the time weighting "fast" (IEC 61672-1:2013: 125 ms): the reading of a sound
level meter in the gym.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, shape (frames,), -1 to 1."""

LEVEL_DB = -14.0
"""Level of every sound and spoken cue, dB relative to a full-scale square wave at 1 kHz. Peaks of speech are 12 dB higher."""
TONE_LEVEL_DB = LEVEL_DB - 6.0
"""Level of the stride tone: it sounds all the time, so it stays in the background."""
PEAK = 0.85
"""Largest absolute sample. Below 1, to leave room for peaks between samples and for a ducked tone."""
KNEE = 0.65
"""Samples up to this stay unchanged; only the sharpest peaks of a voice are higher."""
FAST_S = 0.125


def a_weighting(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The A-weighting of a frequency as a factor, 1 at 1 kHz (IEC 61672-1:2013, annex E)."""
    square = frequency_hz**2
    gain = 12194.0**2 * square**2
    gain /= (square + 20.6**2) * (square + 12194.0**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2))
    return np.asarray(gain * 10 ** (2.0 / 20))


def level_db(samples: Samples, sample_rate_hz: int) -> float:
    """The maximum "fast" level of a sound, dB(A) relative to full scale; silence is -inf."""
    frames = max(1, round(FAST_S * sample_rate_hz))
    size = len(samples) + frames
    spectrum = np.fft.rfft(samples, size) * a_weighting(np.fft.rfftfreq(size, 1 / sample_rate_hz))
    power = np.fft.irfft(spectrum, size) ** 2
    total = np.concatenate(([0.0], np.cumsum(power)))
    highest = float((total[frames:] - total[:-frames]).max()) / frames
    return 10 * np.log10(highest) if highest > 0 else -np.inf


def at_level(samples: Samples, sample_rate_hz: int, wanted_db: float = LEVEL_DB) -> Samples:
    """The sound at this level, with its highest peaks limited to PEAK. Silence stays silence."""
    found_db = level_db(samples, sample_rate_hz)
    if not np.isfinite(found_db):
        return samples
    return _limited(np.asarray(samples * 10 ** ((wanted_db - found_db) / 20), np.float32))


def _limited(samples: Samples) -> Samples:
    """The samples, unchanged up to KNEE and smoothly compressed towards PEAK beyond it."""
    size = np.abs(samples)
    bent = KNEE + (PEAK - KNEE) * np.tanh((size - KNEE) / (PEAK - KNEE))
    return np.asarray(np.where(size > KNEE, np.copysign(bent, samples), samples), np.float32)

"""A WAV file made ready for the mixer: one channel, trimmed, at the card's rate, soft at its ends, as loud as a sound."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.audio.loudness import Samples, at_level
from feedback.audio.sounds import raised_cosine

RAMP_MS = 10.0
QUIET_BELOW = 0.01
"""Of the peak (-40 dB): silence before and after the words."""
BREATH_MS = 20.0
"""Kept of that silence, so that no first consonant is cut."""
LONGEST_S = 10.0
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4_000, 384_000
_FULL_SCALE = {1: 1 << 7, 2: 1 << 15, 3: 1 << 23, 4: 1 << 31}


class WavError(Exception):
    """This file cannot be played; the text says why in one sentence."""


def load(path: Path, sample_rate_hz: int) -> Samples:
    """The file's sound at this rate. Raises WavError."""
    try:
        with wave.open(str(path), "rb") as file:
            rate_hz, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
                raise WavError(f"{path} has {rate_hz} samples a second; save it with 16000 to 48000")
            if file.getnframes() > LONGEST_S * rate_hz:
                raise WavError(f"{path} is longer than {LONGEST_S:g} s; a prompt must be short")
            packed = file.readframes(file.getnframes())
    except OSError as error:
        raise WavError(f"{path} cannot be read ({error.strerror})") from None
    except (wave.Error, EOFError, RuntimeError):  # RuntimeError: a chunk longer than the file
        raise WavError(f"{path} is not a WAV file of whole numbers; save it as 16-bit PCM") from None
    frame_bytes = channels * width
    mono = _unpack(packed[: len(packed) // frame_bytes * frame_bytes], width).reshape(-1, channels).mean(axis=1)
    if not np.abs(mono).max(initial=0.0) > 0:
        raise WavError(f"{path} is silent")
    return ready(mono, rate_hz, sample_rate_hz)


def ready(mono: NDArray[np.float64], from_hz: int, to_hz: int) -> Samples:
    """A sound, not silent, trimmed, resampled, soft at its ends, at the common level."""
    loud = np.flatnonzero(np.abs(mono) > QUIET_BELOW * np.abs(mono).max())
    breath = round(BREATH_MS * from_hz / 1000)
    trimmed = np.pad(mono, breath)[loud[0] : loud[-1] + 1 + 2 * breath]
    resampled = _resample(trimmed, from_hz, to_hz)
    ramp = raised_cosine(min(round(RAMP_MS * to_hz / 1000), len(resampled) // 2))
    resampled[: len(ramp)] *= ramp
    resampled[len(resampled) - len(ramp) :] *= ramp[::-1]
    return at_level(np.asarray(resampled, np.float32), to_hz)


def _unpack(packed: bytes, width: int) -> NDArray[np.float64]:
    """Samples of 1 (unsigned) to 4 bytes, little-endian, as -1 to 1."""
    octets = np.frombuffer(packed, np.uint8).reshape(-1, width)
    if width == 1:
        return (octets[:, 0].astype(np.float64) - 128) / _FULL_SCALE[1]
    # Into the upper bytes of 32 bits, so that the sign comes along.
    words = np.zeros((len(octets), 4), np.uint8)
    words[:, 4 - width :] = octets
    return words.view("<i4")[:, 0] / float(_FULL_SCALE[4])


def _resample(samples: NDArray[np.float64], from_hz: int, to_hz: int) -> NDArray[np.float64]:
    """The same band-limited wave at another rate: exact, for a sound that begins and ends in silence."""
    if from_hz == to_hz:
        return samples.copy()
    frames = max(1, round(len(samples) * to_hz / from_hz))
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(frames // 2 + 1, complex)
    shared = min(len(spectrum), len(kept))
    kept[:shared] = spectrum[:shared]
    return np.fft.irfft(kept, frames) * (frames / len(samples))

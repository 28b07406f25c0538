"""Prepares a WAV file for the mixer: mono, trimmed, resampled, faded at its ends, and as loud as the other sounds."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.audio.engine.loudness import Samples, at_level
from feedback.audio.engine.sounds import raised_cosine

RAMP_MS = 10.0
SILENCE_SHARE = 0.01
"""Share of the peak (-40 dB) below which the ends of a recording are silence."""
KEPT_SILENCE_MS = 20.0
"""How much of that silence is kept, so that no consonant is cut off."""
LONGEST_S = 10.0
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4_000, 384_000
_FULL_SCALE = {1: 1 << 7, 2: 1 << 15, 3: 1 << 23, 4: 1 << 31}


class WavError(Exception):
    """The file cannot be played; the text says why in one sentence."""


def load_wav(path: Path, sample_rate_hz: int) -> Samples:
    """The sound of a file at this rate. Raises WavError if it cannot be played."""
    try:
        with wave.open(str(path), "rb") as file:
            rate_hz, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
                raise WavError(f"{path} has {rate_hz} samples a second; save it with 16000 to 48000")
            if file.getnframes() > LONGEST_S * rate_hz:
                raise WavError(f"{path} is longer than {LONGEST_S:g} s; a spoken cue must be short")
            packed = file.readframes(file.getnframes())
    except OSError as error:
        raise WavError(f"{path} cannot be read ({error.strerror})") from None
    except (wave.Error, EOFError, RuntimeError):  # RuntimeError: a chunk longer than the file
        raise WavError(f"{path} is not a WAV file with integer samples; save it as 16-bit PCM") from None
    frame_bytes = channels * width
    mono = _unpack(packed[: len(packed) // frame_bytes * frame_bytes], width).reshape(-1, channels).mean(axis=1)
    if not np.abs(mono).max(initial=0.0) > 0:
        raise WavError(f"{path} is silent")
    return prepare(mono, rate_hz, sample_rate_hz)


def prepare(mono: NDArray[np.float64], from_hz: int, to_hz: int) -> Samples:
    """A sound that is not silent: trimmed, resampled, faded at its ends, at the common level."""
    loud = np.flatnonzero(np.abs(mono) > SILENCE_SHARE * np.abs(mono).max())
    margin = round(KEPT_SILENCE_MS * from_hz / 1000)
    trimmed = np.pad(mono, margin)[loud[0] : loud[-1] + 1 + 2 * margin]
    resampled = _resample(trimmed, from_hz, to_hz)
    ramp = raised_cosine(min(round(RAMP_MS * to_hz / 1000), len(resampled) // 2))
    resampled[: len(ramp)] *= ramp
    resampled[len(resampled) - len(ramp) :] *= ramp[::-1]
    return at_level(np.asarray(resampled, np.float32), to_hz)


def _unpack(packed: bytes, width: int) -> NDArray[np.float64]:
    """Little-endian samples of 1 (unsigned) to 4 bytes, scaled to -1 to 1."""
    octets = np.frombuffer(packed, np.uint8).reshape(-1, width)
    if width == 1:
        return (octets[:, 0].astype(np.float64) - 128) / _FULL_SCALE[1]
    # In the upper bytes of 32 bits, which preserves the sign.
    words = np.zeros((len(octets), 4), np.uint8)
    words[:, 4 - width :] = octets
    return words.view("<i4")[:, 0] / float(_FULL_SCALE[4])


def _resample(samples: NDArray[np.float64], from_hz: int, to_hz: int) -> NDArray[np.float64]:
    """The same band-limited wave at another rate; exact for a sound that starts and ends in silence."""
    if from_hz == to_hz:
        return samples.copy()
    frames = max(1, round(len(samples) * to_hz / from_hz))
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(frames // 2 + 1, complex)
    shared = min(len(spectrum), len(kept))
    kept[:shared] = spectrum[:shared]
    return np.fft.irfft(kept, frames) * (frames / len(samples))

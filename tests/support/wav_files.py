"""WAV files of every kind."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def hum(seconds: float, rate_hz: int, pitch_hz: float = 800.0) -> NDArray[np.float64]:
    """A tone between two silences of 0.2 s."""
    silence = np.zeros(round(0.2 * rate_hz))
    tone = 0.3 * np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    return np.concatenate([silence, tone, silence])


def write(path: Path, samples: NDArray[np.float64], rate_hz: int, width: int = 2, channels: int = 1) -> Path:
    whole = np.round(samples * (2 ** (8 * width - 1) - 1)).astype("<i8")
    if width == 1:
        whole += 128
    octets = np.repeat(whole, channels).view(np.uint8).reshape(-1, 8)[:, :width]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(octets.tobytes())
    return path

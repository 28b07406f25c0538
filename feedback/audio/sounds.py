"""The sounds a runner hears, made in code: notes with gentle harmonics and soft ramps, so that nothing clicks.

Rhythm and direction tell them apart as much as pitch does, because not everybody hears pitch well beside a treadmill:
one long low note, two short high ones, two that rise, two that fall. All partials lie in the 200 Hz to 3 kHz that small
loudspeakers carry and that gym music, mostly bass, leaves free.
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from config.schema import SoundName

Samples = NDArray[np.float32]
"""Mono, shape (frames,), -1 to 1."""


@dataclass(frozen=True)
class Note:
    """One note of a sound."""

    pitch_hz: float
    start_ms: float
    length_ms: float
    level: float = 1.0
    """Relative to the other notes of the same sound."""


@dataclass(frozen=True)
class Recipe:
    """How a sound is made."""

    notes: tuple[Note, ...]
    partials: tuple[float, ...]
    """Strength of each note's harmonics, the fundamental first; the fundamental is always the strongest."""
    ramp_ms: float
    """Each note's rise and fall, raised cosine. Under 5 ms an onset is heard as a click."""
    peak: float
    """Largest absolute sample. Below 1, so that the peaks between the samples fit the converter too."""


RECIPES: dict[SoundName, Recipe] = {
    # Push: more extension. Harmonics let a small loudspeaker's listener hear the low note.
    "low": Recipe((Note(330.0, 0.0, 400.0),), partials=(1.0, 0.45, 0.2), ramp_ms=12.0, peak=0.9),
    # Less extension.
    "high": Recipe((Note(1568.0, 0.0, 120.0), Note(1568.0, 170.0, 120.0)), partials=(1.0,), ramp_ms=10.0, peak=0.9),
    # Back in the band: a rising fifth.
    "good": Recipe((Note(784.0, 0.0, 150.0, 0.8), Note(1175.0, 160.0, 250.0)), (1.0, 0.15), ramp_ms=15.0, peak=0.9),
    # Signal lost or the state has changed: falls, and at less than half the level, because it asks for nothing.
    "soft": Recipe((Note(587.0, 0.0, 160.0), Note(440.0, 170.0, 260.0)), partials=(1.0,), ramp_ms=30.0, peak=0.4),
}

_UNMADE = set(get_args(SoundName)) - {"none"} - set(RECIPES)
if _UNMADE:
    raise NotImplementedError(f"no recipe for the sounds {sorted(_UNMADE)} of config/schema.py")


def raised_cosine(frames: int) -> Samples:
    """A rise from almost 0 to almost 1 in `frames` samples, taken at their middles so that the first is not silent."""
    phase = (np.arange(frames) + 0.5) / max(1, frames)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * phase), np.float32)


def make(recipe: Recipe, sample_rate_hz: int) -> Samples:
    """The samples of a sound. The first and the last one are not zero."""
    ends_ms = max(note.start_ms + note.length_ms for note in recipe.notes)
    wave = np.zeros(_frames(ends_ms, sample_rate_hz))
    ramp = raised_cosine(_frames(recipe.ramp_ms, sample_rate_hz)).astype(np.float64)
    for note in recipe.notes:
        first = _frames(note.start_ms, sample_rate_hz)
        last = _frames(note.start_ms + note.length_ms, sample_rate_hz)
        t_s = (np.arange(last - first) + 0.5) / sample_rate_hz
        tone = np.zeros(last - first)
        for order, strength in enumerate(recipe.partials, start=1):
            tone += strength * np.sin(2 * np.pi * note.pitch_hz * order * t_s)
        tone[: len(ramp)] *= ramp
        tone[len(tone) - len(ramp) :] *= ramp[::-1]
        wave[first:last] += note.level * tone
    return np.asarray(wave * (recipe.peak / np.abs(wave).max()), np.float32)


def make_all(sample_rate_hz: int) -> dict[str, Samples]:
    """Every sound by its name."""
    return {name: make(recipe, sample_rate_hz) for name, recipe in RECIPES.items()}


def _frames(duration_ms: float, sample_rate_hz: int) -> int:
    return round(duration_ms * sample_rate_hz / 1000)

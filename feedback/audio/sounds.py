"""The sounds a runner hears, made in code: short notes with soft ramps, told apart by contour and by timbre.

Contour and rhythm carry as much as pitch does, because not everybody hears pitch well beside a treadmill: one note that
rises, two short equal ones, two that climb, three that rock, two that fall, a chord. The energy lies between 500 Hz and
3 kHz: above a treadmill's rumble and gym music's bass, within what a small loudspeaker carries. All are equally loud.
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from config.schema import SoundName
from feedback.audio.loudness import TONE_LEVEL_DB, Samples, at_level

TONE = "tone"
"""The sound with each stride, whose pitch follows the value (Cue.pitch_hz)."""
TONE_MS = 120.0
TONE_PITCH_HZ = 660.0
"""Of a tone that is ordered without one."""
LOWEST_TONE_HZ, HIGHEST_TONE_HZ = 440.0, 1480.0
"""Pitches beyond are brought back to these: lower is lost in the treadmill's noise, higher hurts."""


@dataclass(frozen=True)
class Timbre:
    """What one note sounds like."""

    partials: tuple[tuple[float, float], ...]
    """(frequency relative to the note's pitch, strength) of each, the strongest first."""
    rise_ms: float
    """Raised cosine. Under 5 ms an onset is heard as a click."""
    fall_ms: float
    decay_ms: float | None = None
    """A struck note dies away to 1/e in this time; None: it is held."""


@dataclass(frozen=True)
class Note:
    """One note of a sound."""

    pitch_hz: float
    start_ms: float
    length_ms: float
    glide_to_hz: float | None = None
    """Where its pitch ends; None: it stays."""
    level: float = 1.0
    """Relative to the other notes of the same sound."""


@dataclass(frozen=True)
class Recipe:
    """How a sound is made."""

    timbre: Timbre
    notes: tuple[Note, ...]


BRASS = Timbre(((1.0, 1.0), (2.0, 0.6), (3.0, 0.35), (4.0, 0.15)), rise_ms=25.0, fall_ms=60.0)
PURE = Timbre(((1.0, 1.0),), rise_ms=12.0, fall_ms=25.0)
BELL = Timbre(((1.0, 1.0), (2.0, 0.35), (3.0, 0.12)), rise_ms=10.0, fall_ms=40.0, decay_ms=130.0)
HOLLOW = Timbre(((1.0, 1.0), (3.0, 0.4)), rise_ms=15.0, fall_ms=30.0)
BREATH = Timbre(((1.0, 1.0), (2.0, 0.1)), rise_ms=40.0, fall_ms=80.0)
CHIME = Timbre(((1.0, 1.0), (2.0, 0.2)), rise_ms=15.0, fall_ms=100.0, decay_ms=250.0)
SOFT = Timbre(((1.0, 1.0), (2.0, 0.25)), rise_ms=10.0, fall_ms=40.0, decay_ms=80.0)

RECIPES: dict[SoundName, Recipe] = {
    # More: one note that surges upwards by a fifth.
    "push": Recipe(BRASS, (Note(523.0, 0.0, 380.0, glide_to_hz=784.0),)),
    # Less: two light, equal, quick ones.
    "ease": Recipe(PURE, (Note(1568.0, 0.0, 110.0), Note(1568.0, 160.0, 110.0))),
    # Right: a bright fourth upwards, as a bell.
    "good": Recipe(BELL, (Note(880.0, 0.0, 170.0), Note(1175.0, 150.0, 300.0))),
    # Mind your form: rocks down and back, hollow as wood.
    "guard": Recipe(HOLLOW, (Note(659.0, 0.0, 120.0), Note(554.0, 135.0, 120.0), Note(659.0, 270.0, 130.0))),
    # The camera has lost you: a fourth that sinks, without an edge.
    "lost": Recipe(BREATH, (Note(988.0, 0.0, 200.0), Note(740.0, 190.0, 280.0))),
    # The next part of the session: a chord that rings.
    "phase": Recipe(CHIME, (Note(587.0, 0.0, 700.0), Note(740.0, 60.0, 640.0), Note(1109.0, 120.0, 580.0))),
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
    return at_level(_wave(recipe, sample_rate_hz), sample_rate_hz)


def make_all(sample_rate_hz: int) -> dict[str, Samples]:
    """Every sound by its name."""
    return {name: make(recipe, sample_rate_hz) for name, recipe in RECIPES.items()}


def make_tone(pitch_hz: float | None, sample_rate_hz: int) -> Samples:
    """The tone of a stride."""
    pitch_hz = TONE_PITCH_HZ if pitch_hz is None else min(max(pitch_hz, LOWEST_TONE_HZ), HIGHEST_TONE_HZ)
    recipe = Recipe(SOFT, (Note(pitch_hz, 0.0, TONE_MS),))
    return at_level(_wave(recipe, sample_rate_hz), sample_rate_hz, TONE_LEVEL_DB)


def _wave(recipe: Recipe, sample_rate_hz: int) -> Samples:
    ends_ms = max(note.start_ms + note.length_ms for note in recipe.notes)
    wave = np.zeros(_frames(ends_ms, sample_rate_hz))
    for note in recipe.notes:
        first = _frames(note.start_ms, sample_rate_hz)
        last = _frames(note.start_ms + note.length_ms, sample_rate_hz)
        wave[first:last] += note.level * _note(note, recipe.timbre, last - first, sample_rate_hz)
    return np.asarray(wave, np.float32)


def _note(note: Note, timbre: Timbre, frames: int, sample_rate_hz: int) -> NDArray[np.float64]:
    t_s = (np.arange(frames) + 0.5) / sample_rate_hz
    end_hz = note.pitch_hz if note.glide_to_hz is None else note.glide_to_hz
    # Equal steps of pitch in equal times; the phase is the integral of the frequency.
    pitch_hz = note.pitch_hz * (end_hz / note.pitch_hz) ** (np.arange(frames) / frames)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / sample_rate_hz
    tone = np.zeros(frames)
    for ratio, strength in timbre.partials:
        tone += strength * np.sin(ratio * phase)
    if timbre.decay_ms is not None:
        tone *= np.exp(-1000 * t_s / timbre.decay_ms)
    rise = raised_cosine(_frames(timbre.rise_ms, sample_rate_hz))
    fall = raised_cosine(_frames(timbre.fall_ms, sample_rate_hz))[::-1]
    tone[: len(rise)] *= rise
    tone[frames - len(fall) :] *= fall
    return tone


def _frames(duration_ms: float, sample_rate_hz: int) -> int:
    return round(duration_ms * sample_rate_hz / 1000)

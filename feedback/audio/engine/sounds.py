"""Synthesizes the sounds: short notes with soft ramps that differ in contour and timbre.

Contour and rhythm distinguish them as well as pitch, because pitch is hard to judge beside a treadmill: one rising note, two
short equal ones, two rising, three that dip and return, two falling, a chord. Their energy lies between 500 Hz and 3 kHz: above
a treadmill's rumble and the bass of gym music, and within the range of a small loudspeaker. All are equally loud.
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from config.sections.cue_rule import SoundName
from feedback.audio.engine.loudness import TONE_LEVEL_DB, Samples, at_level

TONE = "tone"
"""The sound of each stride; its pitch follows the measure (Cue.pitch_hz)."""
TONE_MS = 120.0
TONE_PITCH_HZ = 660.0
"""Pitch of a tone whose cue has none."""
LOWEST_TONE_HZ, HIGHEST_TONE_HZ = 440.0, 1480.0
"""Pitches are clamped to this range: lower ones are lost in the treadmill's noise, higher ones hurt."""


@dataclass(frozen=True)
class Timbre:
    """The timbre of a note."""

    partials: tuple[tuple[float, float], ...]
    """(frequency relative to the note's pitch, strength) of each partial, the strongest first."""
    rise_ms: float
    """Raised cosine. Below 5 ms an onset is audible as a click."""
    fall_ms: float
    decay_ms: float | None = None
    """Time constant of the decay; None: the note is sustained."""


@dataclass(frozen=True)
class Note:
    """One note of a sound."""

    pitch_hz: float
    start_ms: float
    length_ms: float
    glide_to_hz: float | None = None
    """The pitch at its end; None: constant pitch."""
    level: float = 1.0
    """Relative to the other notes of the same sound."""


@dataclass(frozen=True)
class Recipe:
    """How a sound is synthesized."""

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
    # More: one note that rises by a fifth.
    "push": Recipe(BRASS, (Note(523.0, 0.0, 380.0, glide_to_hz=784.0),)),
    # Less: two light, short, equal notes.
    "ease": Recipe(PURE, (Note(1568.0, 0.0, 110.0), Note(1568.0, 160.0, 110.0))),
    # Good: a bright bell, a fourth upwards.
    "good": Recipe(BELL, (Note(880.0, 0.0, 170.0), Note(1175.0, 150.0, 300.0))),
    # Form: a hollow sound that dips and returns.
    "guard": Recipe(HOLLOW, (Note(659.0, 0.0, 120.0), Note(554.0, 135.0, 120.0), Note(659.0, 270.0, 130.0))),
    # Camera lost: a soft fourth downwards.
    "lost": Recipe(BREATH, (Note(988.0, 0.0, 200.0), Note(740.0, 190.0, 280.0))),
    # Next phase: a chord that rings.
    "phase": Recipe(CHIME, (Note(587.0, 0.0, 700.0), Note(740.0, 60.0, 640.0), Note(1109.0, 120.0, 580.0))),
}

_MISSING = set(get_args(SoundName)) - {"none"} - set(RECIPES)
if _MISSING:
    raise NotImplementedError(f"no recipe for the sounds {sorted(_MISSING)} of config/sections/cue_rule.py")


def raised_cosine(frames: int) -> Samples:
    """A rise from almost 0 to almost 1 in `frames` samples, sampled at their centres so that the first is not zero."""
    phase = (np.arange(frames) + 0.5) / max(1, frames)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * phase), np.float32)


def make(recipe: Recipe, sample_rate_hz: int) -> Samples:
    """The samples of a sound. The first and the last one are not zero."""
    return at_level(_wave(recipe, sample_rate_hz), sample_rate_hz)


def make_all(sample_rate_hz: int) -> dict[str, Samples]:
    """Every sound by its name."""
    return {name: make(recipe, sample_rate_hz) for name, recipe in RECIPES.items()}


def make_tone(pitch_hz: float | None, sample_rate_hz: int) -> Samples:
    """The tone of a stride at this pitch, or the default one."""
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
    # A glide with equal intervals in equal times; the phase is the integral of the frequency.
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

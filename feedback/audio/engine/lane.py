"""A lane of sounds on the sound card's frame axis: the newest sound wins, and two sounds never overlap.

A playing sound is faded out (8 ms), and the new one starts after it; if the new one is scheduled early enough, the fade ends
exactly where it starts. A sound that has not started and would overlap is dropped. Queueing instead would play a prompt after
the next foot has landed, which is worse than not playing it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from feedback.audio.engine.loudness import Samples
from feedback.audio.engine.sounds import raised_cosine

FADE_MS = 8.0
"""Fade-out of a playing sound. Below 5 ms its end is audible as a click."""


@dataclass(frozen=True)
class ScheduledSound:
    """A sound to play."""

    ticket: int
    samples: Samples
    start_frame: int | None
    """The frame of its first sample; None: as soon as possible."""
    max_late_frames: int | None
    """If it would start later than this, it is dropped; None: never."""


@dataclass(frozen=True)
class PlaybackOutcome:
    """What became of a scheduled sound."""

    ticket: int
    start_frame: int | None
    """The frame of its first sample; None: it was dropped."""
    late_frames: int
    """How much later than scheduled it started, or would have started."""
    dropped: Literal["", "superseded", "late"] = ""
    """Why it was dropped: replaced by a newer sound, or too late."""


@dataclass
class PlacedSound:
    """A sound on the frame axis: [start, end), faded out from `fade_from`."""

    scheduled: ScheduledSound
    start: int
    end: int
    fade_from: int | None = None


class Lane:
    """The sounds of one kind. Used by the rendering thread only."""

    def __init__(self, sample_rate_hz: int, kept_frames: int = 0) -> None:
        self._fade = raised_cosine(round(FADE_MS * sample_rate_hz / 1000))[::-1].copy()
        self._kept_frames = kept_frames
        self.placed: list[PlacedSound] = []
        """In order of start; they never overlap. Finished sounds are kept for `kept_frames`."""

    def place(self, scheduled: ScheduledSound, position: int) -> list[PlaybackOutcome]:
        """Place a sound; `position` is the next frame. Returns the outcomes of all sounds dropped, possibly this one."""
        requested = position if scheduled.start_frame is None else scheduled.start_frame
        start = max(position, requested)
        if scheduled.max_late_frames is not None and start - requested > scheduled.max_late_frames:
            return [PlaybackOutcome(scheduled.ticket, None, start - requested, "late")]
        for running in self.placed:
            if running.start < position and running.end > start:
                self._end_at(running, start, position)
                start = max(start, running.end)
        end = start + len(scheduled.samples)
        dropped, kept = [], []
        for sound in self.placed:
            if sound.start >= position and sound.start < end and sound.end > start:
                dropped.append(PlaybackOutcome(sound.scheduled.ticket, None, 0, "superseded"))
            else:
                kept.append(sound)
        self.placed = sorted([*kept, PlacedSound(scheduled, start, end)], key=lambda sound: sound.start)
        return dropped

    def has_sound_in(self, first_frame: int, frames: int) -> bool:
        """Whether there is a sound in this block."""
        return any(sound.start < first_frame + frames and sound.end > first_frame for sound in self.placed)

    def add_to(self, block: Samples, first_frame: int) -> list[PlaybackOutcome]:
        """Add this lane's samples of [first_frame, first_frame + len(block)). Returns the outcomes of sounds starting in it."""
        started = []
        for sound in self.placed:
            first, last = max(first_frame, sound.start), min(first_frame + len(block), sound.end)
            if first >= last:
                continue
            fade_from = last if sound.fade_from is None else min(max(first, sound.fade_from), last)
            samples = sound.scheduled.samples
            block[first - first_frame : fade_from - first_frame] += samples[first - sound.start : fade_from - sound.start]
            if sound.fade_from is not None and fade_from < last:
                fade = self._fade[fade_from - sound.fade_from : last - sound.fade_from]
                block[fade_from - first_frame : last - first_frame] += (
                    fade * samples[fade_from - sound.start : last - sound.start]
                )
            if first == sound.start:
                requested = sound.start if sound.scheduled.start_frame is None else sound.scheduled.start_frame
                started.append(PlaybackOutcome(sound.scheduled.ticket, sound.start, sound.start - requested))
        return started

    def discard_before(self, frame: int) -> None:
        """Discard sounds that ended `kept_frames` before this frame or earlier."""
        self.placed = [sound for sound in self.placed if sound.end + self._kept_frames > frame]

    def _end_at(self, sound: PlacedSound, frame: int, position: int) -> None:
        """Fade a sound out so that it ends at `frame`, or as soon after `position` as a fade allows."""
        fade_from = max(position, frame - len(self._fade))
        if sound.fade_from is None or fade_from < sound.fade_from:
            sound.fade_from = fade_from
            sound.end = min(sound.end, fade_from + len(self._fade))


class Ducking:
    """Lowers the volume of the tones while a prompt is played."""

    GAIN = 0.2
    """-14 dB: tones stay audible, and every word remains clear."""
    RELEASE_MS = 150.0

    def __init__(self, sample_rate_hz: int) -> None:
        # At least as long as a prompt's own rise, so that their sum never exceeds full scale.
        self._down = 1 - (1 - self.GAIN) * raised_cosine(round(FADE_MS * sample_rate_hz / 1000))
        self._up = self.GAIN + (1 - self.GAIN) * raised_cosine(round(self.RELEASE_MS * sample_rate_hz / 1000))
        self.release_frames = len(self._up)

    def gain(self, prompts: list[PlacedSound], first_frame: int, frames: int) -> NDArray[np.float32]:
        """The tones' gain in [first_frame, first_frame + frames)."""
        gain = np.ones(frames, np.float32)
        for sound in prompts:
            down_end = sound.start + len(self._down)
            self._at_most(gain, first_frame, sound.start, self._down)
            low = gain[max(0, down_end - first_frame) : max(0, sound.end - first_frame)]
            np.minimum(low, np.float32(self.GAIN), out=low)
            self._at_most(gain, first_frame, max(sound.end, down_end), self._up)
        return gain

    @staticmethod
    def _at_most(gain: NDArray[np.float32], first_frame: int, ramp_frame: int, ramp: Samples) -> None:
        first, last = max(first_frame, ramp_frame), min(first_frame + len(gain), ramp_frame + len(ramp))
        if first < last:
            part = gain[first - first_frame : last - first_frame]
            np.minimum(part, ramp[first - ramp_frame : last - ramp_frame], out=part)

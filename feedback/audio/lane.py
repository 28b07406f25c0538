"""One sound after the other on the sound card's frame axis: the newest order wins, and two never overlap.

A sound that is running is faded out and the new one begins when it is gone (8 ms); if the new one is ordered early
enough, the fade ends exactly where it begins. A sound that has not begun and would overlap is dropped. Queueing would let
a prompt sound after the next foot has landed, which is worse than not at all.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from feedback.audio.loudness import Samples
from feedback.audio.sounds import raised_cosine

FADE_MS = 8.0
"""A running sound that has to make way. Under 5 ms an end is heard as a click."""


@dataclass(frozen=True)
class Order:
    """A sound to be played."""

    ticket: int
    samples: Samples
    start_frame: int | None
    """Of its first sample; None: as soon as it can be."""
    most_late_frames: int | None
    """Later than this it is dropped; None: it is played however late."""


@dataclass(frozen=True)
class Outcome:
    """What became of an order."""

    ticket: int
    start_frame: int | None
    """Frame of the first sample; None: it was dropped."""
    late_frames: int
    """How much later than ordered it began, or would have begun."""
    dropped: Literal["", "superseded", "late"] = ""
    """Why: a newer order took its place, or its time had passed."""


@dataclass
class Voice:
    """A sound on the frame axis: [start, end), faded out from fade_from on."""

    order: Order
    start: int
    end: int
    fade_from: int | None = None


class Lane:
    """The sounds of one kind. All of it belongs to the rendering thread."""

    def __init__(self, sample_rate_hz: int, kept_frames: int = 0) -> None:
        self._fade = raised_cosine(round(FADE_MS * sample_rate_hz / 1000))[::-1].copy()
        self._kept_frames = kept_frames
        self.voices: list[Voice] = []
        """By start; they never overlap. Ended ones are kept for `kept_frames`."""

    def place(self, order: Order, position: int) -> list[Outcome]:
        """Give an order its place, `position` being the next frame; what became of it and others, if they were dropped."""
        asked = position if order.start_frame is None else order.start_frame
        start = max(position, asked)
        if order.most_late_frames is not None and start - asked > order.most_late_frames:
            return [Outcome(order.ticket, None, start - asked, "late")]
        for running in self.voices:
            if running.start < position and running.end > start:
                self._end_at(running, start, position)
                start = max(start, running.end)
        end = start + len(order.samples)
        dropped, kept = [], []
        for voice in self.voices:
            if voice.start >= position and voice.start < end and voice.end > start:
                dropped.append(Outcome(voice.order.ticket, None, 0, "superseded"))
            else:
                kept.append(voice)
        self.voices = sorted([*kept, Voice(order, start, end)], key=lambda voice: voice.start)
        return dropped

    def sounds_in(self, first_frame: int, frames: int) -> bool:
        """Whether anything is to be added to this block."""
        return any(voice.start < first_frame + frames and voice.end > first_frame for voice in self.voices)

    def add_to(self, block: Samples, first_frame: int) -> list[Outcome]:
        """Add this lane's samples of [first_frame, first_frame + len(block)); the orders that begin in it."""
        begun = []
        for voice in self.voices:
            first, last = max(first_frame, voice.start), min(first_frame + len(block), voice.end)
            if first >= last:
                continue
            fade_from = last if voice.fade_from is None else min(max(first, voice.fade_from), last)
            samples = voice.order.samples
            block[first - first_frame : fade_from - first_frame] += samples[first - voice.start : fade_from - voice.start]
            if voice.fade_from is not None and fade_from < last:
                fade = self._fade[fade_from - voice.fade_from : last - voice.fade_from]
                block[fade_from - first_frame : last - first_frame] += (
                    fade * samples[fade_from - voice.start : last - voice.start]
                )
            if first == voice.start:
                asked = voice.start if voice.order.start_frame is None else voice.order.start_frame
                begun.append(Outcome(voice.order.ticket, voice.start, voice.start - asked))
        return begun

    def forget(self, frame: int) -> None:
        """Let go of what ended `kept_frames` before this frame or earlier."""
        self.voices = [voice for voice in self.voices if voice.end + self._kept_frames > frame]

    def _end_at(self, voice: Voice, frame: int, position: int) -> None:
        """Fade a voice so that it is gone at `frame`, or as soon after `position` as a fade allows."""
        fade_from = max(position, frame - len(self._fade))
        if voice.fade_from is None or fade_from < voice.fade_from:
            voice.fade_from = fade_from
            voice.end = min(voice.end, fade_from + len(self._fade))


class Ducking:
    """How far the tones are turned down while a prompt sounds."""

    GAIN = 0.2
    """14 dB down: heard, and every word beside it."""
    RELEASE_MS = 150.0

    def __init__(self, sample_rate_hz: int) -> None:
        # The way down takes as long as a prompt's own rise at least: together they never exceed full scale.
        self._down = 1 - (1 - self.GAIN) * raised_cosine(round(FADE_MS * sample_rate_hz / 1000))
        self._up = self.GAIN + (1 - self.GAIN) * raised_cosine(round(self.RELEASE_MS * sample_rate_hz / 1000))
        self.release_frames = len(self._up)

    def gain(self, prompts: list[Voice], first_frame: int, frames: int) -> NDArray[np.float32]:
        """The tones' gain in [first_frame, first_frame + frames)."""
        gain = np.ones(frames, np.float32)
        for voice in prompts:
            down_end = voice.start + len(self._down)
            self._at_most(gain, first_frame, voice.start, self._down)
            low = gain[max(0, down_end - first_frame) : max(0, voice.end - first_frame)]
            np.minimum(low, np.float32(self.GAIN), out=low)
            self._at_most(gain, first_frame, max(voice.end, down_end), self._up)
        return gain

    @staticmethod
    def _at_most(gain: NDArray[np.float32], first_frame: int, ramp_frame: int, ramp: Samples) -> None:
        first, last = max(first_frame, ramp_frame), min(first_frame + len(gain), ramp_frame + len(ramp))
        if first < last:
            part = gain[first - first_frame : last - first_frame]
            np.minimum(part, ramp[first - ramp_frame : last - ramp_frame], out=part)

"""Mixes scheduled sounds, sample-accurate on the sound card's frame count.

There are two lanes (lane.py), each with one sound at a time: prompts, and stride tones, whose volume is lowered while a prompt
is played.

One thread schedules sounds, and another one (the sound card's) renders them. They communicate through deques, whose append and
popleft are atomic; all other state belongs to the rendering thread.
"""

from collections import deque
from typing import Literal

import numpy as np

from feedback.audio.engine.lane import Ducking, Lane, PlaybackOutcome, ScheduledSound
from feedback.audio.engine.loudness import Samples
from feedback.audio.engine.sounds import raised_cosine

LaneName = Literal["prompt", "tone"]

GAIN_RAMP_MS = 20.0
"""Ramp between two volumes, and to and from mute."""
_ROOM_FRAMES = 4096
"""The longest block in the settings ([audio] block_frames); a longer one needs an allocation."""


class Mixer:
    """Renders scheduled sounds.

    >>> mixer = Mixer(sample_rate_hz=48000, volume=1.0)
    >>> ticket = mixer.schedule(np.full(3, 0.5, np.float32), start_frame=2)
    >>> mixer.render(first_frame=0, frames=6).tolist()
    [0.0, 0.0, 0.5, 0.5, 0.5, 0.0]
    >>> mixer.outcomes()
    [PlaybackOutcome(ticket=1, start_frame=2, late_frames=0, dropped='')]
    """

    def __init__(self, sample_rate_hz: int, volume: float, muted: bool = False) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._scheduled: deque[tuple[LaneName, ScheduledSound]] = deque()
        self._outcomes: deque[PlaybackOutcome] = deque()
        self._tickets = 0
        self._volume = _checked_volume(volume)
        self._muted = muted
        self._wanted_gain = 0.0 if muted else volume

        self._ducking = Ducking(sample_rate_hz)
        self._lanes: dict[LaneName, Lane] = {
            "prompt": Lane(sample_rate_hz, kept_frames=self._ducking.release_frames),
            "tone": Lane(sample_rate_hz),
        }
        self._gain_from = self._gain_to = self._wanted_gain
        self._gain_frame: int | None = None
        """Where the last ramp started; None before the first."""
        self._ramp = raised_cosine(round(GAIN_RAMP_MS * sample_rate_hz / 1000))
        self._block = np.zeros(_ROOM_FRAMES, np.float32)

    # For the scheduling thread.

    def schedule(
        self,
        samples: Samples,
        start_frame: int | None = None,
        lane: LaneName = "prompt",
        max_late_frames: int | None = None,
    ) -> int:
        """Schedule a sound to start exactly at this frame, or as soon as possible (None). Returns its ticket.

        If the frame has passed, the sound starts with the next block, or is dropped if that is more than `max_late_frames`
        late.
        """
        self._tickets += 1
        self._scheduled.append((lane, ScheduledSound(self._tickets, samples, start_frame, max_late_frames)))
        return self._tickets

    def set_volume(self, volume: float) -> None:
        """Change the volume (0 to 1) from the next block on, with a ramp. Raises ValueError outside 0 to 1."""
        self._volume = _checked_volume(volume)
        self._wanted_gain = 0.0 if self._muted else self._volume

    def set_muted(self, muted: bool) -> None:
        """Mute or unmute everything from the next block on, with a ramp."""
        self._muted = muted
        self._wanted_gain = 0.0 if muted else self._volume

    def outcomes(self) -> list[PlaybackOutcome]:
        """The outcomes since the last call: sounds whose first sample was rendered, and dropped sounds."""
        found = []
        while self._outcomes:
            found.append(self._outcomes.popleft())
        return found

    # For the rendering thread.

    def render(self, first_frame: int, frames: int) -> Samples:
        """The samples of [first_frame, first_frame + frames), shape (frames,). Valid until the next call."""
        if frames > len(self._block):
            self._block = np.zeros(frames, np.float32)
        block = self._block[:frames]
        block.fill(0.0)
        self._start_gain_ramp(first_frame)
        while self._scheduled:
            lane, sound = self._scheduled.popleft()
            self._outcomes.extend(self._lanes[lane].place(sound, first_frame))
        tones, prompts = self._lanes["tone"], self._lanes["prompt"]
        if tones.has_sound_in(first_frame, frames):
            self._outcomes.extend(tones.add_to(block, first_frame))
            if prompts.placed:
                block *= self._ducking.gain(prompts.placed, first_frame, frames)
        self._outcomes.extend(prompts.add_to(block, first_frame))
        if tones.placed or prompts.placed:
            self._apply_gain(first_frame, block)
            tones.discard_before(first_frame + frames)
            prompts.discard_before(first_frame + frames)
        return block

    def _start_gain_ramp(self, position: int) -> None:
        wanted = self._wanted_gain
        if wanted != self._gain_to:
            self._gain_from, self._gain_to, self._gain_frame = self._gain_at(position), wanted, position

    def _gain_at(self, frame: int) -> float:
        if self._gain_frame is None or frame - self._gain_frame >= len(self._ramp):
            return self._gain_to
        return self._gain_from + (self._gain_to - self._gain_from) * float(self._ramp[frame - self._gain_frame])

    def _apply_gain(self, first_frame: int, block: Samples) -> None:
        ramped = 0
        if self._gain_frame is not None:
            done = first_frame - self._gain_frame
            ramp = self._ramp[done : done + len(block)]
            ramped = len(ramp)
            block[:ramped] *= np.float32(self._gain_from) + np.float32(self._gain_to - self._gain_from) * ramp
        block[ramped:] *= np.float32(self._gain_to)


def _checked_volume(volume: float) -> float:
    if not 0.0 <= volume <= 1.0:
        raise ValueError(f"volume {volume} is not between 0 and 1")
    return volume

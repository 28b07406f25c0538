"""Which sound is in which frame: a pure function of what was ordered, sample-accurate on the sound card's frame count.

Two lanes, each with one sound at a time (feedback/audio/lane.py): prompts, and beneath them the tones of the strides, which
are turned down while a prompt sounds.

Orders are given by one thread and rendered by another (the sound card's): they pass through deques, whose append and
popleft are atomic; all other state belongs to the rendering thread.
"""

from collections import deque
from typing import Literal

import numpy as np

from feedback.audio.lane import Ducking, Lane, Order, Outcome
from feedback.audio.loudness import Samples
from feedback.audio.sounds import raised_cosine

LaneName = Literal["prompt", "tone"]

GAIN_RAMP_MS = 20.0
"""From one volume to another, and to and from mute."""
_ROOM_FRAMES = 4096
"""What one callback asks for at most (config.schema.Audio.block_frames); a longer block is possible and allocates."""


class Mixer:
    """Renders the sounds that were ordered.

    >>> mixer = Mixer(sample_rate_hz=48000, volume=1.0)
    >>> ticket = mixer.order(np.full(3, 0.5, np.float32), start_frame=2)
    >>> mixer.render(first_frame=0, frames=6).tolist()
    [0.0, 0.0, 0.5, 0.5, 0.5, 0.0]
    >>> mixer.outcomes()
    [Outcome(ticket=1, start_frame=2, late_frames=0, dropped='')]
    """

    def __init__(self, sample_rate_hz: int, volume: float, muted: bool = False) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._orders: deque[tuple[LaneName, Order]] = deque()
        self._outcomes: deque[Outcome] = deque()
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
        """Where the last ramp began; None: steady."""
        self._ramp = raised_cosine(round(GAIN_RAMP_MS * sample_rate_hz / 1000))
        self._block = np.zeros(_ROOM_FRAMES, np.float32)

    # The ordering thread's side.

    def order(
        self,
        samples: Samples,
        start_frame: int | None = None,
        lane: LaneName = "prompt",
        most_late_frames: int | None = None,
    ) -> int:
        """Order a sound to begin at exactly this frame, or as soon as it can be (None); returns the order's ticket.

        A frame that has passed when the order is seen means the first frame of the next block, or, if that is more than
        `most_late_frames` later, that the sound is dropped.
        """
        self._tickets += 1
        self._orders.append((lane, Order(self._tickets, samples, start_frame, most_late_frames)))
        return self._tickets

    def set_volume(self, volume: float) -> None:
        """Change the volume (0 to 1) from the next block on, with a ramp. Raises ValueError outside 0 to 1."""
        self._volume = _checked_volume(volume)
        self._wanted_gain = 0.0 if self._muted else self._volume

    def set_muted(self, muted: bool) -> None:
        """Silence everything from the next block on, or no longer, with a ramp."""
        self._muted = muted
        self._wanted_gain = 0.0 if muted else self._volume

    def outcomes(self) -> list[Outcome]:
        """What became of orders since the last call: began (told when its first sample is rendered) or dropped."""
        found = []
        while self._outcomes:
            found.append(self._outcomes.popleft())
        return found

    # The rendering thread's side.

    def render(self, first_frame: int, frames: int) -> Samples:
        """The samples of [first_frame, first_frame + frames), shape (frames,). Valid until the next call."""
        if frames > len(self._block):
            self._block = np.zeros(frames, np.float32)
        block = self._block[:frames]
        block.fill(0.0)
        self._start_gain_ramp(first_frame)
        while self._orders:
            lane, order = self._orders.popleft()
            self._outcomes.extend(self._lanes[lane].place(order, first_frame))
        tones, prompts = self._lanes["tone"], self._lanes["prompt"]
        if tones.sounds_in(first_frame, frames):
            self._outcomes.extend(tones.add_to(block, first_frame))
            if prompts.voices:
                block *= self._ducking.gain(prompts.voices, first_frame, frames)
        self._outcomes.extend(prompts.add_to(block, first_frame))
        if tones.voices or prompts.voices:
            self._apply_gain(first_frame, block)
            tones.forget(first_frame + frames)
            prompts.forget(first_frame + frames)
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

"""Which sound is in which frame: a pure function of what was ordered, sample-accurate on the sound card's frame count.

One sound at a time, and the newest order wins: a runner cannot use two prompts at once, and the newer one speaks of
the newer stride. A sound that is running is faded out and the new one begins when it is gone (8 ms); if the new one is
ordered early enough, the fade ends exactly where it begins. A sound that has not begun and would overlap is dropped.
Queueing would let a prompt sound after the next foot has landed, which is worse than not at all.

Orders are given by one thread and rendered by another (the sound card's): they pass through deques, whose append and
popleft are atomic; all other state belongs to the rendering thread.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from feedback.audio.loudness import Samples
from feedback.audio.sounds import raised_cosine

FADE_MS = 8.0
"""A running sound that has to make way. Under 5 ms an end is heard as a click."""
GAIN_RAMP_MS = 20.0
"""From one volume to another, and to and from mute."""
_ROOM_FRAMES = 4096
"""What one callback asks for at most (config.schema.Audio.block_frames); a longer block is possible and allocates."""


@dataclass(frozen=True)
class Outcome:
    """What became of an order."""

    ticket: int
    sound: str
    start_frame: int | None
    """Frame of the first sample; None: dropped, a newer order took its place."""
    late_frames: int
    """How much later than ordered it began."""


@dataclass(frozen=True)
class _Order:
    ticket: int
    sound: str
    start_frame: int | None


@dataclass
class _Voice:
    """A sound on the frame axis: [start, end), faded out from fade_from on."""

    order: _Order
    samples: Samples
    start: int
    end: int
    fade_from: int | None = None


class Mixer:
    """Renders the sounds that were ordered.

    >>> mixer = Mixer({"push": np.full(3, 0.5, np.float32)}, sample_rate_hz=48000, volume=1.0)
    >>> ticket = mixer.schedule("push", start_frame=2)
    >>> mixer.render(first_frame=0, frames=6).tolist()
    [0.0, 0.0, 0.5, 0.5, 0.5, 0.0]
    >>> mixer.outcomes()
    [Outcome(ticket=1, sound='push', start_frame=2, late_frames=0)]
    """

    def __init__(self, sounds: Mapping[str, Samples], sample_rate_hz: int, volume: float, muted: bool = False) -> None:
        self.sounds = sounds
        self.sample_rate_hz = sample_rate_hz
        self._orders: deque[_Order] = deque()
        self._outcomes: deque[Outcome] = deque()
        self._tickets = 0
        self._volume = _checked_volume(volume)
        self._muted = muted
        self._wanted_gain = 0.0 if muted else volume

        self._voices: list[_Voice] = []
        """By start; they never overlap."""
        self._gain_from = self._gain_to = self._wanted_gain
        self._gain_frame: int | None = None
        """Where the last ramp began; None: steady."""
        self._fade = raised_cosine(round(FADE_MS * sample_rate_hz / 1000))[::-1].copy()
        self._ramp = raised_cosine(round(GAIN_RAMP_MS * sample_rate_hz / 1000))
        self._block = np.zeros(_ROOM_FRAMES, np.float32)

    # The ordering thread's side.

    def schedule(self, sound: str, start_frame: int | None = None) -> int:
        """Order a sound to begin at exactly this frame, or as soon as it can be (None); returns the order's ticket.

        A frame that has passed when the order is seen means the first frame of the next block. Raises KeyError for an
        unknown sound.
        """
        if sound not in self.sounds:
            raise KeyError(sound)
        self._tickets += 1
        self._orders.append(_Order(self._tickets, sound, start_frame))
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
            self._place(self._orders.popleft(), first_frame)
        for voice in self._voices:
            self._add(voice, first_frame, block)
        if self._voices:
            self._apply_gain(first_frame, block)
            end = first_frame + frames
            self._voices = [voice for voice in self._voices if voice.end > end]
        return block

    def _place(self, order: _Order, position: int) -> None:
        samples = self.sounds[order.sound]
        start = position if order.start_frame is None else max(position, order.start_frame)
        for running in self._voices:
            if running.start < position and running.end > start:
                self._end_at(running, start, position)
                start = max(start, running.end)
        end = start + len(samples)
        kept = []
        for voice in self._voices:
            if voice.start >= position and voice.start < end and voice.end > start:
                self._outcomes.append(Outcome(voice.order.ticket, voice.order.sound, None, 0))
            else:
                kept.append(voice)
        self._voices = sorted([*kept, _Voice(order, samples, start, end)], key=lambda voice: voice.start)

    def _end_at(self, voice: _Voice, frame: int, position: int) -> None:
        """Fade a voice so that it is gone at `frame`, or as soon after `position` as a fade allows."""
        fade_from = max(position, frame - len(self._fade))
        if voice.fade_from is None or fade_from < voice.fade_from:
            voice.fade_from = fade_from
            voice.end = min(voice.end, fade_from + len(self._fade))

    def _add(self, voice: _Voice, first_frame: int, block: Samples) -> None:
        first, last = max(first_frame, voice.start), min(first_frame + len(block), voice.end)
        if first >= last:
            return
        part = block[first - first_frame : last - first_frame]
        part[:] = voice.samples[first - voice.start : last - voice.start]
        if voice.fade_from is not None and last > voice.fade_from:
            faded = max(first, voice.fade_from)
            part[faded - first :] *= self._fade[faded - voice.fade_from : last - voice.fade_from]
        if first == voice.start:
            asked = voice.start if voice.order.start_frame is None else voice.order.start_frame
            self._outcomes.append(Outcome(voice.order.ticket, voice.order.sound, voice.start, voice.start - asked))

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

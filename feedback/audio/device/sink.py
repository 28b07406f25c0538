"""What takes the mixer's samples, and the silent one, which keeps the same time as a sound card.

A sink owns its mixer, because frame numbers are valid within one stream only: a reopened device counts from 0.
"""

from dataclasses import dataclass
from typing import Protocol

from config.sections.audio import AudioSettings
from feedback.audio.engine.mixer import Mixer
from wire.clock import NS_PER_S, Clock
from wire.faults import FaultCode


@dataclass(frozen=True)
class SoundFault:
    """Why there is no sound."""

    code: FaultCode
    cause: str = ""
    value: float | None = None


class SinkError(Exception):
    """No sound device can be used; the text is the reason, as the end of a sentence."""


class Sink(Protocol):
    """Plays what its mixer renders, and maps frames to time."""

    mixer: Mixer
    silent: bool
    """True: nothing is audible."""
    fault: SoundFault | None
    """Why it is silent; None if it is not, or if it is meant to be (for now)."""
    device: str
    """A description for people."""
    underflows: int
    failures: int
    """Callbacks that played silence because rendering failed."""

    def advance(self) -> None:
        """Process the callbacks since the last call, or render what is due. Call it at least every 100 ms."""
        ...

    def is_ready(self) -> bool:
        """Whether frames are being played and their times are known."""
        ...

    def is_alive(self) -> bool:
        """Whether the device still works."""
        ...

    def latency_s(self) -> float:
        """Seconds from rendering to the output."""
        ...

    def dac_ns(self, frame: int) -> int:
        """When this frame reaches the sound card's output."""
        ...

    def frame_at_ns(self, at_ns: int) -> int:
        """The frame that reaches the sound card's output at this time."""
        ...

    def render_times_ns(self) -> list[int]:
        """The duration of each rendering since the last call."""
        ...

    def close(self) -> None:
        """Release the device."""
        ...


class NullSink:
    """A sink without a device: frames advance with the monotonic clock, silently."""

    silent = True
    underflows = 0
    failures = 0

    def __init__(self, audio: AudioSettings, clock: Clock, fault: SoundFault | None = None) -> None:
        self.fault = fault
        self.device = "none"
        self.mixer = Mixer(audio.sample_rate_hz, audio.volume)
        self._clock = clock
        self._start_ns = clock()
        self._next_frame = 0

    def advance(self) -> None:
        """Render all frames up to now; frames more than a second old (after suspending the machine) are skipped."""
        rate_hz = self.mixer.sample_rate_hz
        due = (self._clock() - self._start_ns) * rate_hz // NS_PER_S
        self._next_frame = max(self._next_frame, due - rate_hz)
        if due > self._next_frame:
            self.mixer.render(self._next_frame, due - self._next_frame)
            self._next_frame = due

    def is_ready(self) -> bool:
        """Always True."""
        return True

    def is_alive(self) -> bool:
        """Always True."""
        return True

    def latency_s(self) -> float:
        """Always 0."""
        return 0.0

    def dac_ns(self, frame: int) -> int:
        """When a sound card would play this frame."""
        return self._start_ns + round(frame * NS_PER_S / self.mixer.sample_rate_hz)

    def frame_at_ns(self, at_ns: int) -> int:
        """The frame that a sound card would play at this time."""
        return round((at_ns - self._start_ns) * self.mixer.sample_rate_hz / NS_PER_S)

    def render_times_ns(self) -> list[int]:
        """Always empty: no deadline depends on it."""
        return []

    def close(self) -> None:
        """Nothing to release."""

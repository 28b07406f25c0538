"""Where the mixer's samples go: a sound card through PyAudio, or nowhere, in the same time.

A sink owns the mixer, because frame numbers mean something only within one stream: a reopened device counts from 0
again.
"""

import os
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from config.schema import Audio
from feedback.audio.device_clock import DeviceClock, Observation
from feedback.audio.mixer import Mixer
from wire.clock import NS_PER_S, Clock, s_to_ns
from wire.quiet import quiet_stderr

if TYPE_CHECKING:
    import pyaudio

LOST_AFTER_NS = s_to_ns(0.5)
"""No callback for this long: the device is gone."""
STARTING_NS = s_to_ns(3.0)
"""How long a device may take to its first steady callbacks; PulseAudio was measured to pause for 0.9 s there."""
SETTLED_CALLBACKS = 8
"""Steady callbacks before the device clock is believed."""
_REMEMBERED_CALLBACKS = 4096


class SinkError(Exception):
    """There is no sound; the text says why in one sentence."""


class Sink(Protocol):
    """Takes what a mixer renders, and knows when each frame is heard."""

    mixer: Mixer
    silent: bool
    """True: nothing is heard."""
    reason: str
    """Why it is silent, one sentence; else ""."""
    device: str
    """For people."""
    underflows: int
    failures: int
    """Callbacks that played silence because rendering failed."""

    def advance(self) -> None:
        """Call at least every 100 ms: learns from the callbacks, or renders what is due."""
        ...

    def settled(self) -> bool:
        """True once frames flow and their time is known."""
        ...

    def alive(self) -> bool:
        """False once the device is lost."""
        ...

    def latency_s(self) -> float:
        """From rendering to hearing."""
        ...

    def dac_ns(self, frame: int) -> int:
        """When this frame reaches the sound card's output."""
        ...

    def frame_at_ns(self, at_ns: int) -> int:
        """The frame that reaches the sound card's output at this time."""
        ...

    def render_times_ns(self) -> list[int]:
        """How long each rendering took, since the last call."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class NullSink:
    """No device: frames pass in the time of the monotonic clock, and nothing is heard."""

    silent = True
    underflows = 0
    failures = 0

    def __init__(self, audio: Audio, clock: Clock, reason: str) -> None:
        self.reason = reason
        self.device = "none"
        self.mixer = Mixer(audio.sample_rate_hz, audio.volume)
        self._clock = clock
        self._start_ns = clock()
        self._next_frame = 0

    def advance(self) -> None:
        """Render all frames up to now; what is more than a second past (a suspended machine) is passed over."""
        rate_hz = self.mixer.sample_rate_hz
        due = (self._clock() - self._start_ns) * rate_hz // NS_PER_S
        self._next_frame = max(self._next_frame, due - rate_hz)
        if due > self._next_frame:
            self.mixer.render(self._next_frame, due - self._next_frame)
            self._next_frame = due

    def settled(self) -> bool:
        """Always."""
        return True

    def alive(self) -> bool:
        """Always."""
        return True

    def latency_s(self) -> float:
        """None."""
        return 0.0

    def dac_ns(self, frame: int) -> int:
        """When a sound card would have played this frame."""
        return self._start_ns + round(frame * NS_PER_S / self.mixer.sample_rate_hz)

    def frame_at_ns(self, at_ns: int) -> int:
        """The frame that a sound card would have played at this time."""
        return round((at_ns - self._start_ns) * self.mixer.sample_rate_hz / NS_PER_S)

    def render_times_ns(self) -> list[int]:
        """Nobody waits for these."""
        return []

    def close(self) -> None:
        """Nothing to let go of."""


class PyAudioSink:
    """A sound card, asked for frames by PortAudio in a thread of its own. Raises SinkError if none can be opened."""

    silent = False
    reason = ""

    def __init__(self, audio: Audio, clock: Clock) -> None:
        self.underflows = 0
        self.failures = 0
        self._clock = clock
        self._next_frame = 0
        self._observed: deque[Observation] = deque(maxlen=_REMEMBERED_CALLBACKS)
        self._render_ns: deque[int] = deque(maxlen=_REMEMBERED_CALLBACKS)
        try:
            import pyaudio  # noqa: PLC0415 - it may not be installed, and loading it takes time
        except ImportError:
            raise SinkError("PyAudio is not installed; install the package portaudio19-dev, then run: make setup") from None
        self._continue = pyaudio.paContinue
        self._underflow_flag = pyaudio.paOutputUnderflow
        # JACK's library would otherwise try to start a sound server.
        os.environ.setdefault("JACK_NO_START_SERVER", "1")
        with quiet_stderr():  # ALSA prints a hundred lines on a machine without a sound card
            try:
                self._library = pyaudio.PyAudio()
            except OSError as error:
                raise SinkError(f"PortAudio cannot be started ({error})") from None
            try:
                self._open(pyaudio.paFloat32, audio)
            except SinkError:
                self._library.terminate()
                raise
        self._opened_ns = self._called_ns = clock()

    def _open(self, sample_format: int, audio: Audio) -> None:
        found = _find_device(self._library, audio.device)
        # Cards often have no mono; a second channel costs nothing.
        self._channels = min(2, int(found["maxOutputChannels"]))
        own_rate_hz = int(found["defaultSampleRate"])
        problem = ""
        for rate_hz in dict.fromkeys((audio.sample_rate_hz, own_rate_hz)):
            self.mixer = Mixer(rate_hz, audio.volume)
            # Any length may be asked for; the usual one never allocates.
            self._interleaved = np.zeros((audio.block_frames, self._channels), np.float32)
            try:
                self._stream = self._library.open(
                    rate_hz,
                    self._channels,
                    sample_format,
                    output=True,
                    output_device_index=int(found["index"]),
                    frames_per_buffer=audio.block_frames,
                    start=False,
                    stream_callback=self._callback,
                )
                self._device_clock = DeviceClock(rate_hz, self._stream.get_output_latency())
                self.device = f"{found['name']}, {rate_hz} Hz, blocks of {audio.block_frames}"
                self._stream.start_stream()
                return
            except (OSError, ValueError) as error:
                problem = str(error.args[-1] if isinstance(error, OSError) and len(error.args) > 1 else error)
        raise SinkError(f"the sound device {found['name']!r} cannot be opened ({problem}); another program may hold it")

    def _callback(self, _recorded: bytes | None, frames: int, time_info: Any, status: int) -> tuple[bytes, int]:
        """Called by PortAudio's thread. A short answer or an exception would end the stream: neither ever happens."""
        called_ns = self._clock()
        first_frame = self._next_frame
        self._next_frame = first_frame + frames
        try:
            if status & self._underflow_flag:
                self.underflows += 1
            if frames > len(self._interleaved):
                self._interleaved = np.zeros((frames, self._channels), np.float32)
            block = self._interleaved[:frames]
            block[:] = self.mixer.render(first_frame, frames)[:, np.newaxis]
            played = block.tobytes()
            self._observed.append(
                Observation(called_ns, time_info["current_time"], time_info["output_buffer_dac_time"], first_frame)
            )
            self._render_ns.append(self._clock() - called_ns)
        except Exception:
            self.failures += 1
            played = bytes(frames * self._channels * 4)
        self._called_ns = called_ns
        return played, self._continue

    def advance(self) -> None:
        """Learn from the callbacks since the last call."""
        while self._observed:
            self._device_clock.observe(self._observed.popleft())

    def settled(self) -> bool:
        """True once the card's frames have a known time."""
        return self._device_clock.observations >= SETTLED_CALLBACKS

    def alive(self) -> bool:
        """False once the stream has ended or has asked for nothing for a while."""
        now_ns = self._clock()
        patience_ns = STARTING_NS if now_ns - self._opened_ns < STARTING_NS else LOST_AFTER_NS
        if now_ns - self._called_ns > patience_ns:
            return False
        try:
            return self._stream.is_active()
        except OSError:
            return False

    def latency_s(self) -> float:
        """From rendering to hearing, as the driver reports it."""
        return self._device_clock.latency_s

    def dac_ns(self, frame: int) -> int:
        """When this frame reaches the sound card's output. Raises ValueError before the first callback."""
        return self._device_clock.ns_of_frame(frame)

    def frame_at_ns(self, at_ns: int) -> int:
        """The frame that reaches the sound card's output at this time. Raises ValueError before the first callback."""
        return self._device_clock.frame_at_ns(at_ns)

    def render_times_ns(self) -> list[int]:
        """How long the callbacks since the last call took."""
        times = []
        while self._render_ns:
            times.append(self._render_ns.popleft())
        return times

    def close(self) -> None:
        """Close the stream and PortAudio itself: only a new start of it finds devices that come later."""
        with quiet_stderr():
            with suppress(OSError):
                self._stream.close()
            self._library.terminate()


def open_sink(audio: Audio, clock: Clock = time.monotonic_ns) -> Sink:
    """The sound card, or a NullSink whose reason says why not."""
    if not audio.enabled:
        return NullSink(audio, clock, "Sound is switched off (enabled = false in [audio]).")
    try:
        return PyAudioSink(audio, clock)
    except SinkError as error:
        return NullSink(audio, clock, f"No sound device: {error}.")


def _find_device(library: "pyaudio.PyAudio", name_part: str) -> Any:
    """PortAudio's description of the wanted output device. Raises SinkError."""
    if not name_part:
        try:
            return library.get_default_output_device_info()
        except OSError:
            raise SinkError("this machine has none that works; plug one in, it is looked for every 2 s") from None
    described = [library.get_device_info_by_index(index) for index in range(library.get_device_count())]
    outputs = [device for device in described if int(device["maxOutputChannels"]) > 0]
    for device in outputs:
        if name_part.casefold() in str(device["name"]).casefold():
            return device
    names = ", ".join(repr(device["name"]) for device in outputs) or "none"
    raise SinkError(f'none has "{name_part}" in its name (device in [audio]); there are: {names}')

"""A sound card through PyAudio."""

import os
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from config.sections.audio import AudioSettings
from feedback.audio.device.device_clock import CallbackTiming, DeviceClock
from feedback.audio.device.sink import NullSink, Sink, SinkError, SoundFault
from feedback.audio.engine.mixer import Mixer
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.faults import FaultCode
from wire.quiet import quiet_stderr

if TYPE_CHECKING:
    import pyaudio

LOST_AFTER_NS = s_to_ns(0.5)
"""Without a callback for this long, the device is lost."""
STARTING_NS = s_to_ns(3.0)
"""How long a device may take until its callbacks are steady; PulseAudio pauses for up to 0.9 s at first."""
SETTLED_CALLBACKS = 8
"""Steady callbacks before the device clock is used."""
_REMEMBERED_CALLBACKS = 4096


class PyAudioSink:
    """A sound card; PortAudio requests frames in its own thread. Raises SinkError if none can be opened."""

    silent = False
    fault: SoundFault | None = None

    def __init__(self, audio: AudioSettings, clock: Clock) -> None:
        self.underflows = 0
        self.failures = 0
        self._clock = clock
        self._next_frame = 0
        self._observed: deque[CallbackTiming] = deque(maxlen=_REMEMBERED_CALLBACKS)
        self._render_ns: deque[int] = deque(maxlen=_REMEMBERED_CALLBACKS)
        try:
            import pyaudio  # noqa: PLC0415 - optional, and slow to load
        except ImportError:
            raise SinkError("PyAudio is not installed; install the package portaudio19-dev, then run: make setup") from None
        self._continue = pyaudio.paContinue
        self._underflow_flag = pyaudio.paOutputUnderflow
        # Otherwise JACK's library tries to start a sound server.
        os.environ.setdefault("JACK_NO_START_SERVER", "1")
        with quiet_stderr():  # Without a sound card, ALSA prints a hundred lines.
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

    def _open(self, sample_format: int, audio: AudioSettings) -> None:
        found = _find_device(self._library, audio.device)
        # Many cards do not support mono; a second channel costs nothing.
        self._channels = min(2, int(found["maxOutputChannels"]))
        own_rate_hz = int(found["defaultSampleRate"])
        problem = ""
        for rate_hz in dict.fromkeys((audio.sample_rate_hz, own_rate_hz)):
            self.mixer = Mixer(rate_hz, audio.volume)
            # A card that takes its own rate alone gets blocks of the same duration, which it needs as much.
            block_frames = round(audio.block_frames * rate_hz / audio.sample_rate_hz)
            # Blocks of any length are possible; those of the usual length need no allocation.
            self._interleaved = np.zeros((block_frames, self._channels), np.float32)
            try:
                self._stream = self._library.open(
                    rate_hz,
                    self._channels,
                    sample_format,
                    output=True,
                    output_device_index=int(found["index"]),
                    frames_per_buffer=block_frames,
                    start=False,
                    stream_callback=self._callback,
                )
                self._device_clock = DeviceClock(rate_hz, self._stream.get_output_latency())
                self.device = f"{found['name']}, {rate_hz} Hz, blocks of {block_frames}"
                self._stream.start_stream()
                return
            except (OSError, ValueError) as error:
                problem = str(error.args[-1] if isinstance(error, OSError) and len(error.args) > 1 else error)
        raise SinkError(f"{found['name']!r} cannot be opened ({problem}); another program may be using it")

    def _callback(self, _recorded: bytes | None, frames: int, time_info: Any, status: int) -> tuple[bytes, int]:
        """Called by PortAudio's thread. It always returns a full block and never raises: either would end the stream."""
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
                CallbackTiming(called_ns, time_info["current_time"], time_info["output_buffer_dac_time"], first_frame)
            )
            self._render_ns.append(self._clock() - called_ns)
        except Exception:
            self.failures += 1
            played = bytes(frames * self._channels * 4)
        self._called_ns = called_ns
        return played, self._continue

    def advance(self) -> None:
        """Process the callbacks since the last call."""
        while self._observed:
            self._device_clock.observe(self._observed.popleft())

    def is_ready(self) -> bool:
        """Whether the times of the card's frames are known."""
        return self._device_clock.observations >= SETTLED_CALLBACKS

    def is_alive(self) -> bool:
        """False after the stream has ended or has made no request for a while."""
        now_ns = self._clock()
        patience_ns = STARTING_NS if now_ns - self._opened_ns < STARTING_NS else LOST_AFTER_NS
        if now_ns - self._called_ns > patience_ns:
            return False
        try:
            return self._stream.is_active()
        except OSError:
            return False

    def latency_s(self) -> float:
        """Seconds from rendering to the output, as reported by the driver."""
        return self._device_clock.latency_s

    def dac_ns(self, frame: int) -> int:
        """When this frame reaches the sound card's output. Raises ValueError before the first callback."""
        return self._device_clock.ns_of_frame(frame)

    def frame_at_ns(self, at_ns: int) -> int:
        """The frame that reaches the sound card's output at this time. Raises ValueError before the first callback."""
        return self._device_clock.frame_at_ns(at_ns)

    def render_times_ns(self) -> list[int]:
        """The durations of the callbacks since the last call."""
        times = []
        while self._render_ns:
            times.append(self._render_ns.popleft())
        return times

    def close(self) -> None:
        """Close the stream and PortAudio itself: only a new start of it finds devices connected later."""
        with quiet_stderr():
            with suppress(OSError):
                self._stream.close()
            self._library.terminate()


def open_sink(audio: AudioSettings, clock: Clock = monotonic_ns) -> Sink:
    """The sound card; else a NullSink with the fault, or without one if sound is switched off."""
    if not audio.enabled:
        return NullSink(audio, clock)
    try:
        return PyAudioSink(audio, clock)
    except SinkError as error:
        return NullSink(audio, clock, SoundFault(FaultCode.SOUND_DEVICE_MISSING, str(error)))


def _find_device(library: "pyaudio.PyAudio", name_part: str) -> Any:
    """PortAudio's description of the output device. Raises SinkError if there is none of this name."""
    if not name_part:
        try:
            return library.get_default_output_device_info()
        except OSError:
            raise SinkError("this machine has no working one; connect one, HipCue looks for it every 2 s") from None
    described = [library.get_device_info_by_index(index) for index in range(library.get_device_count())]
    outputs = [device for device in described if int(device["maxOutputChannels"]) > 0]
    for device in outputs:
        if name_part.casefold() in str(device["name"]).casefold():
            return device
    names = ", ".join(repr(device["name"]) for device in outputs) or "none"
    raise SinkError(f'no device has "{name_part}" in its name (device in [audio]); available: {names}')

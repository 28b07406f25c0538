"""Maps the sound card's frames to host time: when does frame n reach the converter, on our monotonic clock?

A callback involves three clocks: ours, the sound library's (monotonic or wall clock, depending on the build), and the card's
crystal, which counts frames. Each callback relates all three:

- Ours to the library's: our reading is later than the library's by the time the interpreter took to get here, so the smallest
  difference in the window is the most accurate (LSL and NTP likewise use the shortest round trip).
- The library's to the card's: `dac time - frame / rate` is constant except for jitter in the driver's delay report and slow
  drift of the crystal. The window's median rejects the jitter and follows the drift: with a window of 0.5 s, a crystal that is
  100 ppm off adds an error of 0.03 ms.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from wire.clock import NS_PER_S

WINDOW = 128
"""Callbacks kept: 0.5 s of blocks of 192 frames at 48 kHz."""
JUMP_S = 0.02
"""A larger jump of the frame axis is real (underflow, suspended card, wall clock set): start over."""
MAX_DELAY_S = 2.0
"""A driver that reports a delay outside 0 to this does not measure it; the nominal latency is used instead."""


@dataclass(frozen=True)
class CallbackTiming:
    """The clock readings of one callback."""

    host_ns: int
    """Our monotonic clock, read at the start of the callback."""
    library_s: float
    """The library's clock at the callback (`current_time`)."""
    dac_s: float
    """When the block's first frame reaches the converter, on the library's clock (`output_buffer_dac_time`)."""
    first_frame: int
    """Number of the block's first frame."""


class DeviceClock:
    """Maps frames to monotonic nanoseconds and back. Add every callback's timing; use it from one thread only."""

    def __init__(self, sample_rate_hz: int, nominal_latency_s: float) -> None:
        self._rate_hz = sample_rate_hz
        self._nominal_latency_s = nominal_latency_s
        self._host_minus_library_s: deque[float] = deque(maxlen=WINDOW)
        self._frame_zero_s: deque[float] = deque(maxlen=WINDOW)
        self._delay_s: deque[float] = deque(maxlen=WINDOW)
        self._origin_ns: int | None = None
        self._library_origin_s = 0.0

    def observe(self, timing: CallbackTiming) -> None:
        """Add the timing of one callback."""
        if self._origin_ns is None:
            # Relative to the first reading: seconds of wall-clock time would leave a float a precision of only 0.2 µs.
            self._origin_ns, self._library_origin_s = timing.host_ns, timing.library_s
        host_s = (timing.host_ns - self._origin_ns) / NS_PER_S
        # A library without a clock reports 0: use our own time instead.
        library_s = timing.library_s - self._library_origin_s if timing.library_s > 0 else host_s
        delay_s = timing.dac_s - timing.library_s
        if not 0.0 < delay_s <= MAX_DELAY_S:
            delay_s = self._nominal_latency_s
        frame_zero_s = library_s + delay_s - timing.first_frame / self._rate_hz
        if self._frame_zero_s and abs(frame_zero_s - self._frame_zero_s[-1]) > JUMP_S:
            self._reset()
        self._host_minus_library_s.append(host_s - library_s)
        self._frame_zero_s.append(frame_zero_s)
        self._delay_s.append(delay_s)

    @property
    def observations(self) -> int:
        """How many callbacks the mapping is based on; with 0 there is no mapping."""
        return len(self._frame_zero_s)

    @property
    def latency_s(self) -> float:
        """Seconds from rendering a block to playing its first frame."""
        return float(np.median(self._delay_s)) if self._delay_s else self._nominal_latency_s

    def ns_of_frame(self, frame: int) -> int:
        """When this frame reaches the converter. Raises ValueError before the first observation."""
        return self._zero_ns() + round(frame * NS_PER_S / self._rate_hz)

    def frame_at_ns(self, at_ns: int) -> int:
        """The frame nearest to this time. Raises ValueError before the first observation."""
        return round((at_ns - self._zero_ns()) * self._rate_hz / NS_PER_S)

    def _zero_ns(self) -> int:
        if self._origin_ns is None:
            raise ValueError("no callback has been observed yet")
        zero_s = float(np.median(self._frame_zero_s)) + min(self._host_minus_library_s)
        return self._origin_ns + round(zero_s * NS_PER_S)

    def _reset(self) -> None:
        self._host_minus_library_s.clear()
        self._frame_zero_s.clear()
        self._delay_s.clear()

"""Host time of the sound card's frames: when does frame n reach the converter, on our monotonic clock?

Three clocks meet in a callback: ours, the sound library's own (monotonic or wall clock, it differs by build), and the
card's crystal, which counts the frames. Each callback is one observation of all three:

- ours against the library's: our reading is always later than the library's, by however long the interpreter took to
  get here; so the least difference in the window is the truest (LSL and NTP trust the least round trip likewise);
- the library's against the card's: `dac time - frame / rate` would be constant but for the jitter of the driver's delay
  report and the crystal's slow drift. The median of the window resists the one and follows the other: with a window of
  0.7 s a crystal that is 100 ppm off costs 0.03 ms.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from wire.clock import NS_PER_S

WINDOW = 128
"""Observations kept: 0.7 s of blocks of 256 at 48 kHz."""
JUMP_S = 0.02
"""A frame axis that moves this far at once has moved (underflow, suspended card, wall clock set): start again."""
MOST_DELAY_S = 2.0
"""A delay outside 0 to this is a driver that does not know; then the nominal latency is used."""


@dataclass(frozen=True)
class Observation:
    """What a callback saw."""

    host_ns: int
    """Our monotonic clock, read first thing in the callback."""
    library_s: float
    """The library's clock at the callback (`current_time`)."""
    dac_s: float
    """When the block's first frame reaches the converter, on the library's clock (`output_buffer_dac_time`)."""
    first_frame: int
    """Number of the block's first frame."""


class DeviceClock:
    """Maps frames to monotonic nanoseconds and back. Feed it every observation; ask it from the same thread."""

    def __init__(self, sample_rate_hz: int, nominal_latency_s: float) -> None:
        self._rate_hz = sample_rate_hz
        self._nominal_latency_s = nominal_latency_s
        self._host_minus_library_s: deque[float] = deque(maxlen=WINDOW)
        self._frame_zero_s: deque[float] = deque(maxlen=WINDOW)
        self._delay_s: deque[float] = deque(maxlen=WINDOW)
        self._origin_ns: int | None = None
        self._library_origin_s = 0.0

    def observe(self, seen: Observation) -> None:
        """Learn from one callback."""
        if self._origin_ns is None:
            # Small numbers keep a float's precision: wall-clock seconds leave it only 0.2 µs.
            self._origin_ns, self._library_origin_s = seen.host_ns, seen.library_s
        host_s = (seen.host_ns - self._origin_ns) / NS_PER_S
        # A library that gives no time at all (0): take our own for it.
        library_s = seen.library_s - self._library_origin_s if seen.library_s > 0 else host_s
        delay_s = seen.dac_s - seen.library_s
        if not 0.0 < delay_s <= MOST_DELAY_S:
            delay_s = self._nominal_latency_s
        frame_zero_s = library_s + delay_s - seen.first_frame / self._rate_hz
        if self._frame_zero_s and abs(frame_zero_s - self._frame_zero_s[-1]) > JUMP_S:
            self._forget()
        self._host_minus_library_s.append(host_s - library_s)
        self._frame_zero_s.append(frame_zero_s)
        self._delay_s.append(delay_s)

    @property
    def observations(self) -> int:
        """How many the present answer rests on; 0: none, and there is no answer."""
        return len(self._frame_zero_s)

    @property
    def latency_s(self) -> float:
        """From rendering a block to hearing its first frame."""
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

    def _forget(self) -> None:
        self._host_minus_library_s.clear()
        self._frame_zero_s.clear()
        self._delay_s.clear()

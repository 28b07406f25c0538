"""Drains a live device in a thread, so that its reader always gets the newest picture.

Also detects a device that sends nothing, or the same picture again and again.
"""

import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np
from cv2.typing import MatLike

from capture.sources.resting_pace import RestingPace
from capture.sources.source import CapturedImage, NotYet, SourceLost
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.faults import FaultCode
from wire.frames.frame import Image, TimeSource

SILENT_S = 2.0
"""A device that sends no picture for this long is lost."""
FROZEN_S = 3.0
"""A device whose picture has not changed at all for this long is lost: a working sensor's noise always changes. Longer than the
interval between a network camera's key frames, between which a scene at rest may be sent as "no change"."""
_WAIT_S = 0.25
_RESTING_WAIT_S = 0.05
"""The end of the rest must not wait for the next picture."""
_EVERY_PX = 16
"""One in this many pixels per row and column is compared: thousands of them, so noise always changes some."""


class Device(Protocol):
    """What is read: a cv2.VideoCapture or the like. Each call may wait or hang."""

    def grab(self) -> bool:
        """Wait for the next picture; False: the device has failed."""
        ...

    def retrieve(self) -> tuple[bool, MatLike]:
        """Decode it; False: it cannot be decoded."""
        ...

    def release(self) -> None:
        """Close the device."""
        ...


CaptureTime = Callable[[int], tuple[int, TimeSource]]
"""Converts the arrival of a picture, before it is decoded, to its capture time and the time's source; both times in
ns."""


class NewestReader:
    """Reads a device in a thread, which also releases it, because a device may hang in any call.

    `read` returns each picture at most once, and the first one only when a second, different one has arrived.
    """

    def __init__(self, device: Device, capture_time: CaptureTime, name: str, clock: Clock = monotonic_ns) -> None:
        self._device = device
        self._capture_time = capture_time
        self._name = name
        self._clock = clock
        self.pace = RestingPace()
        """Which pictures are decoded and returned. A picture left out is not counted in the index."""
        self._arrival = threading.Condition()
        self._newest: CapturedImage | None = None
        self._last_read_index = -1
        self._lost: SourceLost | None = None
        self._closing = False
        self._index = -1
        self._arrived_ns = clock()
        self._changed_ns = self._arrived_ns
        self._pattern: Image | None = None
        self._changes = False
        self._thread = threading.Thread(target=self._drain, name="camera", daemon=True)
        self._thread.start()

    def read(self) -> CapturedImage:
        """The newest picture. Raises NotYet when none arrives soon, SourceLost when the device fails, is silent or frozen."""
        with self._arrival:
            wait_s = _RESTING_WAIT_S if self.pace.resting else _WAIT_S
            self._arrival.wait_for(lambda: self._lost is not None or self._is_new(), timeout=wait_s)
            if self._newest is not None and self._is_new():
                self._last_read_index = self._newest.index
                return self._newest
            if self._lost is not None:
                raise self._lost
            if self._clock() - self._arrived_ns > s_to_ns(SILENT_S):
                raise SourceLost(FaultCode.CAMERA_SILENT, self._name, SILENT_S)
            raise NotYet

    def close(self) -> None:
        """End the thread. A thread that hangs in its device releases it when the call returns."""
        self._closing = True
        self._thread.join(timeout=0.5)

    def _is_new(self) -> bool:
        return self._newest is not None and self._newest.index > self._last_read_index

    def _drain(self) -> None:
        while not (self._closing or self._lost):
            ok = self._device.grab()
            capture_ns, time_source = self._capture_time(self._clock())
            if ok and not self.pace.wants(capture_ns):
                with self._arrival:
                    self._arrived_ns = self._clock()
                continue
            if ok:
                # Most devices decode here.
                ok, image = self._device.retrieve()
            read_ns = self._clock()
            with self._arrival:
                self._arrived_ns = read_ns
                if ok:
                    self._take(
                        CapturedImage(image.astype(np.uint8, copy=False), self._index + 1, capture_ns, read_ns, time_source)
                    )
                else:
                    self._lost = SourceLost(FaultCode.CAMERA_STOPPED, self._name)
                self._arrival.notify()
        self._device.release()

    def _take(self, picture: CapturedImage) -> None:
        pattern = picture.image[::_EVERY_PX, ::_EVERY_PX].copy()
        if self._pattern is None or not np.array_equal(pattern, self._pattern):
            self._changes = self._pattern is not None
            self._pattern, self._changed_ns = pattern, picture.read_ns
        if picture.read_ns - self._changed_ns > s_to_ns(FROZEN_S):
            self._lost = SourceLost(FaultCode.CAMERA_FROZEN, self._name, FROZEN_S)
        elif self._changes:
            self._index = picture.index
            self._newest = picture

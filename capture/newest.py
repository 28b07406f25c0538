"""A thread that always drains a live device, so that a reader gets the newest picture and never an old one.

It also notices a device that is silent, and one that gives the same picture for ever.
"""

import threading
from collections.abc import Callable

import cv2
import numpy as np

from capture.source import NotYet, Picture, SourceLost
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.frames import Image

SILENT_S = 2.0
"""A device that gives no picture for this long is lost."""
FROZEN_S = 3.0
"""So is one whose picture does not change at all: a sensor's noise always does. Longer than a network camera takes from one
whole picture to the next, between which a scene at rest may be sent as "no change"."""
_WAIT_S = 0.25
_EVERY_PX = 16
"""Of a picture, every so many pixels are compared: thousands of them, which noise cannot leave all alone."""

CaptureTime = Callable[[int], tuple[int, str]]
"""From when a picture came, not decoded yet, in ns: the capture time in ns and its source (wire.frames.TIME_SOURCES)."""


class NewestReader:
    """Reads a cv2.VideoCapture in a thread of its own, which also releases it: a device may hang at any call.

    `read` waits for a picture newer than the last one it gave. The first is given when a second, different one has come.
    """

    def __init__(self, device: cv2.VideoCapture, capture_time: CaptureTime, name: str, clock: Clock = monotonic_ns) -> None:
        self._device = device
        self._capture_time = capture_time
        self._name = name
        self._clock = clock
        self._news = threading.Condition()
        self._newest: Picture | None = None
        self._given = -1
        self._lost = ""
        """Why it is lost, once it is."""
        self._closing = False
        self._index = -1
        self._came_ns = clock()
        self._changed_ns = self._came_ns
        self._pattern: Image | None = None
        self._changes = False
        self._thread = threading.Thread(target=self._drain, name="camera", daemon=True)
        self._thread.start()

    def read(self) -> Picture:
        """The newest picture. Raises NotYet while there is none, SourceLost when the device fails, is silent or frozen."""
        with self._news:
            self._news.wait_for(lambda: self._lost or self._is_new(), timeout=_WAIT_S)
            if self._newest is not None and self._is_new():
                self._given = self._newest.index
                return self._newest
            if self._lost:
                raise SourceLost(self._lost)
            if self._clock() - self._came_ns > s_to_ns(SILENT_S):
                raise SourceLost(f"{self._name} has given no picture for {SILENT_S:g} s")
            raise NotYet

    def close(self) -> None:
        """End the thread; one that hangs in its device is left alone, and lets go of it when it hangs no more."""
        self._closing = True
        self._thread.join(timeout=0.5)

    def _is_new(self) -> bool:
        return self._newest is not None and self._newest.index > self._given

    def _drain(self) -> None:
        while not (self._closing or self._lost):
            ok = self._device.grab()
            capture_ns, time_source = self._capture_time(self._clock())
            if ok:
                # Most devices decode only here.
                ok, image = self._device.retrieve()
            read_ns = self._clock()
            with self._news:
                self._came_ns = read_ns
                if ok:
                    self._take(Picture(image.astype(np.uint8, copy=False), self._index + 1, capture_ns, read_ns, time_source))
                else:
                    self._lost = f"{self._name} has stopped giving pictures"
                self._news.notify()
        self._device.release()

    def _take(self, picture: Picture) -> None:
        pattern = picture.image[::_EVERY_PX, ::_EVERY_PX].copy()
        if self._pattern is None or not np.array_equal(pattern, self._pattern):
            self._changes = self._pattern is not None
            self._pattern, self._changed_ns = pattern, picture.read_ns
        if picture.read_ns - self._changed_ns > s_to_ns(FROZEN_S):
            self._lost = f"{self._name} has given the same picture for {FROZEN_S:g} s"
        elif self._changes:
            self._index = picture.index
            self._newest = picture

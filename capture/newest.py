"""A thread that always drains a live device, so that a reader gets the newest picture and never an old one."""

import threading
from collections.abc import Callable

import cv2
import numpy as np

from capture.source import Picture, SourceLost
from wire.clock import Clock, monotonic_ns

SILENT_S = 2.0
"""A device that gives no picture for this long is lost."""

CaptureTime = Callable[[int], tuple[int, str]]
"""From the read time in ns: the capture time in ns and its source (wire.frames.TIME_SOURCES)."""


class NewestReader:
    """Reads a cv2.VideoCapture in a thread of its own. `read` waits for a picture newer than the last one it gave."""

    def __init__(self, device: cv2.VideoCapture, capture_time: CaptureTime, name: str, clock: Clock = monotonic_ns) -> None:
        self._device = device
        self._capture_time = capture_time
        self._name = name
        self._clock = clock
        self._news = threading.Condition()
        self._newest: Picture | None = None
        self._given = -1
        self._failed = False
        self._closing = False
        self._index = -1
        self._thread = threading.Thread(target=self._drain, name="camera", daemon=True)
        self._thread.start()

    def read(self) -> Picture:
        """The newest picture. Raises SourceLost when the device fails or stays silent."""
        with self._news:
            if not self._news.wait_for(lambda: self._failed or self._is_new(), timeout=SILENT_S):
                raise SourceLost(f"{self._name} has given no picture for {SILENT_S:g} s")
            if self._newest is None or not self._is_new():
                raise SourceLost(f"{self._name} has stopped giving pictures")
            self._given = self._newest.index
            return self._newest

    def close(self) -> None:
        """End the thread and release the device; a device that hangs is left to the end of the process."""
        self._closing = True
        self._thread.join(timeout=0.5)
        if not self._thread.is_alive():
            self._device.release()

    def _is_new(self) -> bool:
        return self._newest is not None and self._newest.index > self._given

    def _drain(self) -> None:
        while not self._closing:
            ok = self._device.grab()
            read_ns = self._clock()
            capture_ns, time_source = self._capture_time(read_ns)
            if ok:
                ok, image = self._device.retrieve()
            with self._news:
                if not ok:
                    self._failed = True
                    self._news.notify()
                    return
                self._index += 1
                self._newest = Picture(image.astype(np.uint8, copy=False), self._index, capture_ns, read_ns, time_source)
                self._news.notify()

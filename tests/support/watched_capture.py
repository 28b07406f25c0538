"""The capture process in a thread, someone who watches it, and cameras in the test's hands."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from capture import process
from capture.sources.source import CapturedImage, NotYet, SourceLost
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings
from config.settings import Settings
from tests.support.eventually import DEADLINE_S, eventually
from wire.clock import Clock, monotonic_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.lifecycle import StopFlag
from wire.messages import Health
from wire.sockets import Wire
from wire.topics import HEALTH


def next_picture(read: Callable[[], CapturedImage | None]) -> CapturedImage:
    """The next picture of a camera's `read`, as the capture process takes it."""

    def picture() -> CapturedImage | None:
        with suppress(NotYet):
            return read()
        return None

    return eventually(picture, "a picture arrives")


class Running:
    """The capture process in a thread, and someone who watches its frames and its health."""

    def __init__(
        self,
        directory: Path,
        source: str,
        wait_for: tuple[str, ...] = (),
        clock: Clock = monotonic_ns,
        max_side_px: int = 960,
        patient: bool = False,
    ) -> None:
        self._directory = directory
        self._settings = Settings(capture=CaptureSettings(source=SecretAddress(source), max_side_px=max_side_px))
        self._wait_for = wait_for
        self._patient = patient
        self._clock = clock
        self._watcher = Wire(directory, "analysis")
        self._announcer = self._watcher.publisher(HEALTH)
        self._loops = 0
        self._reader = self._watcher.frames()
        self._news = self._watcher.newest(HEALTH, Health)
        self._keep_open = threading.Event()
        self.stop = StopFlag()
        self.code: int | None = None
        self.frames: list[Frame] = []
        self.health: list[Health] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with Wire(self._directory, "capture", self._clock) as wire:
            self.code = process.run(self._settings, wire, self.stop, self._wait_for, self._patient)
            # The last words may still be on their way: the sockets stay until the test has heard what it waits for.
            self._keep_open.wait(DEADLINE_S)

    def look(self) -> None:
        frame = self._reader.take()
        if frame is not None:
            self.frames.append(frame)
        heard = self._news.take()
        if heard is not None and heard.process == "capture":
            self.health.append(heard)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        def true_now() -> bool:
            self.look()
            return condition()

        eventually(true_now, what)

    def until_frames(self, count: int) -> None:
        self.until(lambda: len(self.frames) >= count, f"{count} frames")

    def until_heard(self) -> None:
        """Until the watcher has joined: from then on it misses nothing."""
        self.until(lambda: bool(self.health), "the process is heard")

    def until_code(self) -> int | None:
        self.until(lambda: self.code is not None, "the process ends")
        return self.code

    def ready(self, resting: bool = False) -> bool:
        """Say that the analysis is ready, again and again (the process may not hear the first time); True once a frame came."""
        self._loops += 1
        self._announcer.send(Health("analysis", 1, "running", monotonic_ns(), self._loops, {}, {}, {}, resting=resting))
        return bool(self.frames)

    def had(self, code: FaultCode) -> bool:
        """Whether this fault has been reported."""
        return any(fault.code is code for one in self.health for fault in one.faults)

    def close(self) -> None:
        self.stop.set()
        self._keep_open.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        self._watcher.close()


def picture(index: int) -> CapturedImage:
    return CapturedImage(np.zeros((120, 160, 3), np.uint8), index, monotonic_ns(), monotonic_ns(), "read")


class Camera:
    """A live source that gives pictures until the test takes it away."""

    live = True

    def __init__(self, *, mode_difference: str = "", name: str = "camera 0", period_s: float = 0.005) -> None:
        self._index = -1
        self._period_s = period_s
        self._gone = threading.Event()
        self._error: Exception = SourceLost(FaultCode.CAMERA_STOPPED, "camera 0")
        self.facts = {"source": name, "mode": "640x480"}
        self.mode_difference = mode_difference
        self.asked_fps: float | None = 60.0
        self.closed = False
        self.resting = False
        self.reads = 0

    def take_away(self, error: Exception | None = None) -> None:
        self._error = error or self._error
        self._gone.set()

    def rest(self, resting: bool) -> None:
        self.resting = resting

    def read(self) -> CapturedImage | None:
        self.reads += 1
        if self._gone.wait(self._period_s):
            raise self._error
        self._index += 1
        return picture(self._index)

    def close(self) -> None:
        self.closed = True


class Blocked:
    """A camera whose opening takes until `until` is set, and is in vain."""

    def __init__(self) -> None:
        self.until = threading.Event()

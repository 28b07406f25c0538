"""Measures with two cameras, or two clips: one stream of samples and strides."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from queue import Empty, Full, Queue
from threading import Event, Thread

from analysis.measurement import Measurement
from analysis.pose.backends import open_backend
from analysis.pose.pose_estimator import PoseEstimator
from capture.opening import is_live, open_recording, open_source
from capture.sources.cropping import framed
from capture.sources.source import NotYet, Source, SourceError, SourceLost
from config.settings import Settings
from hipcue.analyse.view import ClipView, next_view
from hipcue.calibration.turn_around import Measured
from wire.clock import monotonic_ns
from wire.frames.frame import Frame
from wire.lifecycle import StopFlag
from wire.messages import CameraName
from wire.quiet import keep_native_notes_off_stderr

_WAITING = 100
"""Measurements that the reader has not taken yet; it is far faster than the cameras."""
_LOOK_S = 0.2


class TwoViews:
    """Both cameras of these settings. Use in a `with` statement. Clips are read as fast as possible, picture by picture in
    order of time; each live camera has a thread.

    Raises SourceError, PoseError.
    """

    def __init__(self, settings: Settings, stop: StopFlag) -> None:
        self._each: dict[CameraName, Settings] = {"main": settings, "other_side": settings.of_other_side()}
        self._stop = stop
        self._stack = ExitStack()
        self._clips: list[ClipView] = []
        self._live: dict[CameraName, _LiveView] = {}
        self._queue: Queue[Measured | Exception | None] = Queue(_WAITING)

    def __enter__(self) -> "TwoViews":
        keep_native_notes_off_stderr()
        with ExitStack() as stack:
            for camera, settings in self._each.items():
                pose = open_backend(settings.analysis)
                stack.callback(pose.close)
                if any(is_live(each.capture.source) for each in self._each.values()):
                    source = open_source(settings.capture)
                    stack.callback(source.close)
                    view = _LiveView(settings, camera, source, pose, self._queue)
                    stack.callback(view.end)
                    self._live[camera] = view
                else:
                    recording = open_recording(settings.capture.source, settings.capture.filmed_at_fps)
                    stack.callback(recording.close)
                    clip = ClipView(settings, camera, recording, pose)
                    clip.start(None)
                    self._clips.append(clip)
            for view in self._live.values():
                view.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def measured(self) -> Iterator[Measured]:
        """Samples and strides of both, until one of them ends or the command is to end. Raises SourceError."""
        while not self._stop and (view := next_view(self._clips)) is not None:
            yield view.measure()
        while self._live and not self._stop:
            with suppress(Empty):
                found = self._queue.get(timeout=_LOOK_S)
                if found is None:
                    return
                if isinstance(found, Exception):
                    raise found
                yield found

    def start_over(self, camera: CameraName) -> None:
        """Make a camera's measurement forget the runner, who may now face the other way and needs another zero."""
        for clip in self._clips:
            if clip.camera == camera:
                clip.start_over()
        if camera in self._live:
            self._live[camera].starts_over.set()


class _LiveView(Thread):
    """Measures the newest picture of a camera, again and again."""

    def __init__(
        self,
        settings: Settings,
        camera: CameraName,
        source: Source,
        pose: PoseEstimator,
        found: "Queue[Measured | Exception | None]",
    ) -> None:
        super().__init__(name=camera, daemon=True)
        self.starts_over = Event()
        self._settings, self._source, self._found = settings.capture, source, found
        self._measurement = Measurement(settings, pose, camera)
        self._ends = Event()

    def end(self) -> None:
        """End the thread, if it has begun."""
        self._ends.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Measure until the camera or `end` ends it."""
        try:
            seq = 0
            while not self._ends.is_set():
                try:
                    picture = self._source.read()
                except NotYet:
                    continue
                if picture is None:
                    break
                seq += 1
                if self.starts_over.is_set():
                    self.starts_over.clear()
                    self._measurement.start_over()
                image = framed(picture.image, self._settings)
                times_ns = picture.capture_ns, picture.read_ns, picture.read_ns
                frame = Frame(1, seq, picture.index, *times_ns, picture.time_source, image)
                self._put(self._measurement.measure(frame, monotonic_ns))
            self._put(None)
        except SourceLost as lost:
            self._put(SourceError(f"{lost}: check its cable and power, and begin again"))
        except Exception as error:
            self._put(error)

    def _put(self, found: Measured | Exception | None) -> None:
        while not self._ends.is_set():
            with suppress(Full):
                self._found.put(found, timeout=_LOOK_S)
                return

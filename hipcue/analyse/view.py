"""One camera's recording on its way through the live engine, picture by picture."""

from collections.abc import Sequence
from pathlib import Path

from analysis.measurement import Measurement
from analysis.pair_correction import PairCorrection
from analysis.pose.pose_estimator import PoseEstimator
from capture.sources.cropping import framed
from capture.sources.source import Recording
from config.sections.capture import KMH_PER_MPS
from config.settings import Settings
from hipcue.analyse.annotated_video import AnnotatedVideo
from hipcue.analyse.seen_facing import WatchedPose
from wire.clock import monotonic_ns
from wire.frames.frame import Frame
from wire.health.histogram import Histogram
from wire.messages import Belt, CameraName, Sample, Stride


class ClipView:
    """The recording of a camera, its pose model and its measurement. Pictures come with the recording's own timestamps."""

    def __init__(self, settings: Settings, camera: CameraName, recording: Recording, pose: PoseEstimator) -> None:
        self.camera = camera
        self.frames = 0
        """Number of pictures measured."""
        self._settings = settings.capture
        self._recording = recording
        self._pose = WatchedPose(pose)
        self._measurement = Measurement(settings, self._pose, camera)
        self._correction = PairCorrection(settings.analysis.min_quality)
        if settings.belt.source == "typed" and settings.belt.speed_kmh > 0:
            speed_mps = settings.belt.speed_kmh / KMH_PER_MPS
            belt = Belt(at_ns=0, speed_mps=speed_mps, incline_pct=settings.belt.incline_pct, source="config")
            self._measurement.belt(belt)
        self._annotated: AnnotatedVideo | None = None
        self._inference = Histogram()
        self._picture_px = 0
        self.next_ns: int | None = None
        """When the next picture was taken; None: there is none, or `start` has not been called."""

    @property
    def total(self) -> int | None:
        """Number of pictures; None: unknown."""
        return self._recording.frames

    def start(self, video: Path | None) -> None:
        """Read as far as the first picture; `video` is where an annotated copy is written. Raises SourceError."""
        self._annotated = None if video is None else AnnotatedVideo(video)
        self.next_ns = self._recording.advance()

    def measure(self) -> tuple[Sample, list[Stride]]:
        """Measure the next picture: its sample, and the strides that it settled. Raises SourceError, OSError."""
        assert self.next_ns is not None
        at_ns, index = self.next_ns, self.frames
        stored = self._recording.image()
        self._picture_px = stored.shape[0] * stored.shape[1]
        image = framed(stored, self._settings)
        frame = Frame(1, index + 1, index, at_ns, at_ns, at_ns, self._recording.time_source, image)
        sample, strides = self._measurement.measure(frame, monotonic_ns)
        settled = [self._correction.corrected(stride) for stride in strides]
        self._inference.add_ns(sample.stamps.pose_ended_ns - sample.stamps.pose_started_ns)
        if self._annotated is not None:
            self._annotated.add(image, sample, settled)
        self.frames = index + 1
        self.next_ns = self._recording.advance()
        return sample, settled

    def add_other(self, stride: Stride) -> None:
        """Add a stride by the other camera: both cameras are made to read alike."""
        self._correction.add_other(stride)

    def header(self, whole: bool) -> dict[str, object]:
        """Its part of the session's header; `whole`: the recording was to be read to its end."""
        latency = self._inference.summary()
        return {
            "pose": self._pose.facts,
            "inference_ms": {"p50": latency.p50_ms, "p95": latency.p95_ms, "p99": latency.p99_ms, "max": latency.max_ms},
            "facing_seen": self._pose.facing_seen,
            "has_colours": self._pose.has_colours,
            "upright_rotate_deg": (self._settings.rotate_deg + self._pose.turn_to_upright_deg) % 360,
            "bits_per_pixel": self._bits_per_pixel() if whole else None,
            "frames_promised": self._recording.frames if whole else None,
            "end_missing": self._recording.end_missing if whole else None,
        }

    def _bits_per_pixel(self) -> float | None:
        """Bits in the file per pixel of each picture; None: there is no file, or no picture."""
        try:
            size_bytes = Path(self._settings.source.reveal()).stat().st_size
        except (OSError, ValueError):
            return None
        pixels = self.frames * self._picture_px
        return round(8 * size_bytes / pixels, 4) if pixels else None

    def start_over(self) -> None:
        """Forget the runner: see Measurement.start_over."""
        self._measurement.start_over()

    def finish(self) -> None:
        """Finish the annotated copy. Raises OSError. The caller closes the recording and the pose model."""
        if self._annotated is not None:
            self._annotated.close()


def next_view(views: Sequence[ClipView], for_s: float | None = None) -> ClipView | None:
    """The view whose next picture was taken first, and before `for_s`; None: all are at their end."""
    until_ns = None if for_s is None else for_s * 1e9
    waiting = [
        (view.next_ns, number)
        for number, view in enumerate(views)
        if view.next_ns is not None and (until_ns is None or view.next_ns < until_ns)
    ]
    return views[min(waiting)[1]] if waiting else None

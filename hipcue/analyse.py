"""`hipcue analyse`: the live engine on a recording, causally, as fast as the machine allows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.measurement import Measurement
from analysis.pose import open_backend
from capture.framing import frame_picture
from capture.opening import open_recording
from config.schema import Settings
from config.training import KMH_PER_MPS
from feedback.recorder.header import session_header
from feedback.recorder.session import SessionFolder
from hipcue.annotate import AnnotatedVideo
from wire.clock import monotonic_ns
from wire.frames import Frame
from wire.latency import Histogram
from wire.messages import Belt
from wire.quiet import keep_native_notes_off_stderr

_FLUSH_FRAMES = 100
Progress = Callable[[int, int | None], None]
"""Is told the frames done and, where known, in all."""


@dataclass(frozen=True)
class Analysis:
    """What came of it."""

    frames: int
    near_strides: int
    far_strides: int
    seconds: float
    """Length of the recording, as far as it was read."""
    took_s: float


def analyse(
    settings: Settings,
    out: Path,
    video: Path | None = None,
    for_s: float | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Analysis:
    """Measure the recording `settings.capture.source` and write the session files into `out`.

    Every frame is measured, with the recording's own timestamps; no stride is added or revised at the end.
    Raises capture.source.SourceError, analysis.pose.PoseError, OSError.
    """
    keep_native_notes_off_stderr()
    recording = open_recording(settings.capture.source)
    pose = open_backend(settings.analysis)
    measurement = Measurement(settings, pose)
    if settings.belt.source == "typed" and settings.belt.speed_kmh > 0:
        speed_mps = settings.belt.speed_kmh / KMH_PER_MPS
        measurement.belt(Belt(at_ns=0, speed_mps=speed_mps, incline_pct=settings.belt.incline_pct, source="config"))
    session = SessionFolder(out, session_header(settings, "clip"))
    annotated = AnnotatedVideo(video, recording.fps) if video is not None else None
    inference = Histogram()
    started_ns = monotonic_ns()
    index, at_ns, strides = -1, 0, {"near": 0, "far": 0}
    session.start(0)
    try:
        while (next_ns := recording.advance()) is not None:
            if for_s is not None and next_ns >= for_s * 1e9:
                break
            index, at_ns = index + 1, next_ns
            image = frame_picture(recording.image(), settings.capture.zone, settings.capture.max_side_px)
            frame = Frame(1, index + 1, index, at_ns, at_ns, at_ns, recording.time_source, image)
            sample, settled = measurement.measure(frame, monotonic_ns)
            inference.add_ns(sample.stamps.pose_ended_ns - sample.stamps.pose_started_ns)
            session.sample(sample)
            for stride in settled:
                session.stride(stride)
                strides[stride.leg] += 1
            if annotated is not None:
                annotated.add(image, sample, settled)
            if index % _FLUSH_FRAMES == 0:
                session.flush()
            if session.problem is not None:
                raise session.problem
            progress(index + 1, recording.frames)
    finally:
        took_s = (monotonic_ns() - started_ns) / 1e9
        session.close({"pose": pose.facts, "inference_ms": _plain(inference)})
        if annotated is not None:
            annotated.close()
        recording.close()
        pose.close()
    if session.problem is not None:
        raise session.problem
    return Analysis(index + 1, strides["near"], strides["far"], at_ns / 1e9, took_s)


def _plain(histogram: Histogram) -> dict[str, float]:
    latency = histogram.summary()
    return {"p50": latency.p50_ms, "p95": latency.p95_ms, "p99": latency.p99_ms, "max": latency.max_ms}

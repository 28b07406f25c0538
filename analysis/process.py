"""The analysis process: measures the newest frame and publishes its sample and the strides it settles."""

import sys
from collections import deque

import cv2
from msgspec import structs

from analysis.attendance import Attendance
from analysis.frame_pace import FramePace
from analysis.measurement import Measurement
from analysis.pair_correction import PairCorrection
from analysis.pose.backends import open_backend
from analysis.pose.pose_estimator import PoseError, PoseEstimator
from analysis.side_agreement import SideAgreement
from config.paths import compiled_folder
from config.reload import from_json
from config.settings import Settings
from wire.clock import NS_PER_S, ms_to_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.health import stages
from wire.health.reporter import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Belt, CameraName, Command, ConfigState, RecentStrides, Sample, Stamps, Stride
from wire.node import Node
from wire.sockets import Wire
from wire.topics import ANALYSIS_2, BELT, COMMAND, RECENT_STRIDES, SAMPLE, SAMPLE_LOG, STRIDE

EXIT_NO_POSE = 4
RECENT = 40
"""Strides kept for a recorder that restarts: those of some 14 s, more than a hung one is away."""


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Measure frames until asked to stop. Returns the exit code."""
    node = Node(wire, stop)
    outlet = _Outlet(node)
    try:
        pose = open_backend(settings.analysis, kept_in=compiled_folder())
    except PoseError as error:
        node.health.failed(FaultCode.POSE_MODEL_UNUSABLE, cause=str(error))
        print(error, file=sys.stderr)
        return EXIT_NO_POSE
    analysis = _Analysis(settings, node, pose, outlet, "other_side" if wire.process == ANALYSIS_2 else "main")
    cv2.setNumThreads(1)  # Cutting out 256 pixels square is no work to share; the cores belong to the pose model.
    node.health.running()
    try:
        return node.run(analysis.measure_newest, body_first=True)
    finally:
        pose.close()


class _Analysis:
    """The loop body: the newest frame, if it is new enough, is measured and its measurement published."""

    def __init__(self, settings: Settings, node: Node, pose: PoseEstimator, outlet: "_Outlet", camera: CameraName) -> None:
        self._clock = node.clock
        self._health = node.health
        self._outlet = outlet
        self._camera = camera
        self._measurement = Measurement(settings, pose, camera)
        self._attendance = Attendance()
        self._pace: FramePace | None = None
        """None for a recording: the newest frame is analysed whenever there is time."""
        self._max_age_ns = ms_to_ns(settings.analysis.max_age_ms)
        self._frames = node.frames(other_side=camera == "other_side")
        self._agreement = SideAgreement()
        self._correction = PairCorrection(settings.analysis.min_quality)
        if settings.capture.has_other_side or camera == "other_side":
            node.subscribe(STRIDE, Stride, self._handle_stride, wakes=False)
        # Only a frame ends the wait; messages that come between two frames are handled after the next one.
        node.subscribe(BELT, Belt, self._measurement.belt, wakes=False)
        node.subscribe(COMMAND, Command, self._handle_command, wakes=False)
        node.follow_settings(from_json, self._apply)
        self._last_seq = self._last_epoch = 0
        node.health.facts.update(pose.facts)

    def measure_newest(self) -> None:
        """One round."""
        frame = self._frames.take()
        if frame is not None:
            self._take(frame, self._clock())
        self._outlet.serve_new_subscribers()

    def _apply(self, settings: Settings, _state: ConfigState) -> None:
        settings = settings.of_other_side() if self._camera == "other_side" else settings
        self._max_age_ns = ms_to_ns(settings.analysis.max_age_ms)
        self._measurement.configure(settings)
        self._correction.min_quality = settings.analysis.min_quality

    def _handle_command(self, command: Command) -> None:
        if command.name == "calibrate":
            self._measurement.recalibrate()

    def _handle_stride(self, stride: Stride) -> None:
        if stride.camera != self._camera:
            self._agreement.add_other(stride)
            self._correction.add_other(stride)

    def _take(self, frame: Frame, received_ns: int) -> None:
        if frame.epoch == self._last_epoch:
            self._health.counters["skipped"] += frame.seq - self._last_seq - 1
        else:
            self._pace = None if frame.is_recorded else FramePace()
        self._last_seq, self._last_epoch = frame.seq, frame.epoch
        if self._pace is not None and not self._pace.wants(frame.seq):
            self._health.counters["left out"] += 1
            return
        if received_ns - frame.capture_ns > self._max_age_ns:
            self._health.counters["too old"] += 1
            return
        sample, settled = self._measurement.measure(frame, self._clock, received_ns)
        self._outlet.publish(sample, [self._correction.corrected(self._agreement.weighed(stride)) for stride in settled])
        if self._agreement.disagrees and settled:
            self._health.counters["strides against the other camera"] += len(settled)
        # The last answer stands while nobody runs: only strides show whether a camera has been moved.
        if settled and self._camera == "main":
            side = self._agreement.one_side
            self._health.fault_if(side is not None, FaultCode.CAMERAS_ON_ONE_SIDE, cause=side or "")
        if self._pace is not None:
            self._pace.add(frame.seq, frame.capture_ns, (self._clock() - received_ns) / NS_PER_S)
            self._health.facts["pictures analysed"] = "all" if self._pace.every == 1 else f"one in {self._pace.every}"
        is_empty = self._attendance.update(frame.capture_ns / NS_PER_S, sample.state)
        self._health.rest(is_empty and not frame.is_recorded)


class _Outlet:
    """Publishes samples and strides."""

    def __init__(self, node: Node) -> None:
        self._clock = node.clock
        self._health = node.health
        self._samples, self._log, self._strides = (node.publisher(topic) for topic in (SAMPLE, SAMPLE_LOG, STRIDE))
        self._recent = node.publisher(RECENT_STRIDES)
        self._last_strides: deque[Stride] = deque(maxlen=RECENT)

    def serve_new_subscribers(self) -> None:
        """Send the last strides to a recorder that has just subscribed: it may have missed some."""
        if self._recent.has_new_subscribers():
            self._recent.send(RecentStrides(tuple(self._last_strides)))

    def publish(self, sample: Sample, settled: list[Stride]) -> None:
        stamps = structs.replace(sample.stamps, published_ns=self._clock())
        sample = structs.replace(sample, stamps=stamps)
        # A stride may bring a sound: it goes first.
        for stride in settled:
            sent = structs.replace(stride, stamps=stamps)
            self._strides.send(sent)
            self._last_strides.append(sent)
            if stride.predicted_off_ms is not None:
                self._health.add_ns(stages.PEAK_PREDICTION, ms_to_ns(abs(stride.predicted_off_ms)))
        self._samples.send(sample)
        self._log.send(sample)
        self._health.counters["frames"] += 1
        self._health.counters["strides"] += len(settled)
        _count(stamps, self._health)


def _count(stamps: Stamps, health: HealthReporter) -> None:
    pose_ns = stamps.pose_ended_ns - stamps.pose_started_ns
    whole_ns = stamps.published_ns - stamps.capture_ns
    health.add_ns(stages.SENT_TO_RECEIVED, stamps.frame_received_ns - stamps.frame_published_ns)
    health.add_ns(stages.RECEIVED_TO_POSE, stamps.pose_started_ns - stamps.frame_received_ns)
    health.add_ns(stages.POSE, pose_ns)
    health.add_ns(stages.POSE_TO_SAMPLE, stamps.published_ns - stamps.pose_ended_ns)
    health.add_ns(stages.CAPTURED_TO_SAMPLE, whole_ns)
    health.add_ns(stages.AROUND_POSE, whole_ns - pose_ns)

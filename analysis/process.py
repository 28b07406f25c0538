"""The analysis process: the newest frame in, its sample and the strides it settles out."""

import sys
from collections import deque

import cv2
from msgspec import structs

from analysis.measurement import Measurement
from analysis.orders import Orders
from analysis.pose import PoseError, PoseEstimator, open_backend
from config.schema import Settings
from wire import stages
from wire.clock import ms_to_ns
from wire.frames import Frame
from wire.health import HealthReporter
from wire.lifecycle import StopFlag, ready_for_work
from wire.messages import RecentStrides, Sample, Stamps, Stride
from wire.sockets import Wire, wait
from wire.topics import RECENT_STRIDES, SAMPLE, SAMPLE_LOG, STRIDE

EXIT_NO_POSE = 4
RECENT = 40
"""Strides told again: those of some 14 s, more than a hung recorder is away."""
_POLL_MS = 50


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Measure frames until asked to stop. Returns the exit code."""
    health = HealthReporter(wire)
    outlet = _Outlet(wire, health)
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        health.say("failed", str(error))
        print(error, file=sys.stderr)
        return EXIT_NO_POSE
    analysis = _Analysis(settings, wire, pose, health, outlet)
    cv2.setNumThreads(1)  # Cutting out 256 pixels square is no work to share; the cores belong to the pose model.
    ready_for_work()
    health.say("running")
    while not stop:
        analysis.round()
    pose.close()
    return 0


class _Analysis:
    """One round: the newest frame, if it is new enough, measured and told."""

    def __init__(self, settings: Settings, wire: Wire, pose: PoseEstimator, health: HealthReporter, outlet: "_Outlet") -> None:
        self._clock = wire.clock
        self._health = health
        self._outlet = outlet
        self._frames = wire.frames()
        self._measurement = Measurement(settings, pose)
        self._orders = Orders(wire, settings, self._measurement)
        self._last_seq = self._last_epoch = 0
        health.facts.update(pose.facts)

    def round(self) -> None:
        self._health.beat()
        self._outlet.resend_if_due()
        wait(_POLL_MS, self._frames)
        frame = self._frames.take()
        if frame is not None:
            self._take(frame, self._clock())

    def _take(self, frame: Frame, received_ns: int) -> None:
        if frame.epoch == self._last_epoch:
            self._health.counters["skipped"] += frame.seq - self._last_seq - 1
        self._last_seq, self._last_epoch = frame.seq, frame.epoch
        self._orders.obey()
        if received_ns - frame.capture_ns > self._orders.max_age_ns:
            self._health.counters["too old"] += 1
            return
        self._outlet.tell(*self._measurement.measure(frame, self._clock, received_ns))


class _Outlet:
    """Sends what was measured."""

    def __init__(self, wire: Wire, health: HealthReporter) -> None:
        self._clock = wire.clock
        self._health = health
        self._samples, self._log, self._strides = (wire.publisher(topic) for topic in (SAMPLE, SAMPLE_LOG, STRIDE))
        self._recent = wire.publisher(RECENT_STRIDES)
        self._last_strides: deque[Stride] = deque(maxlen=RECENT)

    def resend_if_due(self) -> None:
        self._recent.resend_if_due()

    def tell(self, sample: Sample, settled: list[Stride]) -> None:
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
        if settled:
            self._recent.send(RecentStrides(tuple(self._last_strides)))
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

"""The analysis process: the newest frame in, its sample and the strides it settles out."""

import sys
from collections import deque

import cv2
from msgspec import structs

from analysis.measurement import Measurement
from analysis.orders import Orders
from analysis.pose import PoseError, open_backend
from config.schema import Settings
from wire import stages
from wire.clock import ms_to_ns
from wire.health import HealthReporter
from wire.lifecycle import StopFlag, ready_for_work
from wire.messages import RecentStrides, Stamps, Stride
from wire.sockets import Wire, wait
from wire.topics import RECENT_STRIDES, SAMPLE, SAMPLE_LOG, STRIDE

EXIT_NO_POSE = 4
RECENT = 40
"""Strides told again: those of some 14 s, more than a hung recorder is away."""
_POLL_MS = 50


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Measure frames until asked to stop. Returns the exit code."""
    health = HealthReporter(wire)
    samples, log, strides = (wire.publisher(topic) for topic in (SAMPLE, SAMPLE_LOG, STRIDE))
    recent = wire.publisher(RECENT_STRIDES)
    last_strides: deque[Stride] = deque(maxlen=RECENT)
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        health.say("failed", str(error))
        print(error, file=sys.stderr)
        return EXIT_NO_POSE
    frames = wire.frames()
    measurement = Measurement(settings, pose)
    orders = Orders(wire, settings, measurement)
    health.facts.update(pose.facts)
    cv2.setNumThreads(1)  # Cutting out 256 pixels square is no work to share; the cores belong to the pose model.
    ready_for_work()
    health.say("running")
    last_seq, last_epoch = 0, 0
    while not stop:
        health.beat()
        recent.resend_if_due()
        wait(_POLL_MS, frames)
        frame = frames.take()
        if frame is None:
            continue
        received_ns = wire.clock()
        if frame.epoch == last_epoch:
            health.counters["skipped"] += frame.seq - last_seq - 1
        last_seq, last_epoch = frame.seq, frame.epoch
        orders.obey()
        if received_ns - frame.capture_ns > orders.max_age_ns:
            health.counters["too old"] += 1
            continue
        sample, settled = measurement.measure(frame, wire.clock, received_ns)
        stamps = structs.replace(sample.stamps, published_ns=wire.clock())
        sample = structs.replace(sample, stamps=stamps)
        # A stride may bring a sound: it goes first.
        for stride in settled:
            sent = structs.replace(stride, stamps=stamps)
            strides.send(sent)
            last_strides.append(sent)
            if stride.predicted_off_ms is not None:
                health.add_ns(stages.PEAK_PREDICTION, ms_to_ns(abs(stride.predicted_off_ms)))
        samples.send(sample)
        log.send(sample)
        if settled:
            recent.send(RecentStrides(tuple(last_strides)))
        health.counters["frames"] += 1
        health.counters["strides"] += len(settled)
        _count(stamps, health)
        for reason, count in frames.rejected.items():
            health.counters[f"rejected {reason}"] = count
    pose.close()
    return 0


def _count(stamps: Stamps, health: HealthReporter) -> None:
    pose_ns = stamps.pose_ended_ns - stamps.pose_started_ns
    whole_ns = stamps.published_ns - stamps.capture_ns
    health.add_ns(stages.SENT_TO_RECEIVED, stamps.frame_received_ns - stamps.frame_published_ns)
    health.add_ns(stages.RECEIVED_TO_POSE, stamps.pose_started_ns - stamps.frame_received_ns)
    health.add_ns(stages.POSE, pose_ns)
    health.add_ns(stages.POSE_TO_SAMPLE, stamps.published_ns - stamps.pose_ended_ns)
    health.add_ns(stages.CAPTURED_TO_SAMPLE, whole_ns)
    health.add_ns(stages.AROUND_POSE, whole_ns - pose_ns)

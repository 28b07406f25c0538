"""The analysis process: the newest frame in, its sample and the strides it settles out."""

import sys

from analysis.engine import Engine, FrameFacts
from analysis.pose import PoseError, open_backend
from config.schema import Settings
from wire.clock import ms_to_ns
from wire.frames import Frame
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Facing, Stamps
from wire.sockets import Wire, wait
from wire.topics import SAMPLE, SAMPLE_LOG, STRIDE

EXIT_NO_POSE = 4
_POLL_MS = 50


def new_engine(settings: Settings) -> Engine:
    """The measurement engine as configured; the same one live and on clips."""
    facing: Facing | None = None if settings.analysis.facing == "auto" else settings.analysis.facing
    return Engine(facing, settings.analysis.camera_roll_deg)


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Measure frames until asked to stop. Returns the exit code."""
    health = HealthReporter(wire)
    samples, log, strides = (wire.publisher(topic) for topic in (SAMPLE, SAMPLE_LOG, STRIDE))
    try:
        pose = open_backend(settings.analysis.backend)
    except PoseError as error:
        health.say("failed", str(error))
        print(error, file=sys.stderr)
        return EXIT_NO_POSE
    frames = wire.frames()
    engine = new_engine(settings)
    health.facts.update(pose.facts)
    health.say("running")
    max_age_ns = ms_to_ns(settings.analysis.max_age_ms)
    last_seq, last_epoch = 0, 0
    while not stop:
        health.beat()
        wait(_POLL_MS, frames)
        frame = frames.take()
        if frame is None:
            continue
        received_ns = wire.clock()
        if frame.epoch == last_epoch:
            health.counters["skipped"] += frame.seq - last_seq - 1
        last_seq, last_epoch = frame.seq, frame.epoch
        if received_ns - frame.capture_ns > max_age_ns:
            health.counters["too old"] += 1
            continue
        started_ns = wire.clock()
        found = pose.estimate(frame.image)
        ended_ns = wire.clock()
        sample, settled = engine.measure(frame_facts(frame, received_ns, started_ns, ended_ns), found)
        samples.send(sample)
        log.send(sample)
        for stride in settled:
            strides.send(stride)
        published_ns = wire.clock()
        health.counters["frames"] += 1
        health.counters["strides"] += len(settled)
        health.add_ns("capture to received", received_ns - frame.capture_ns)
        health.add_ns("pose", ended_ns - started_ns)
        health.add_ns("capture to published", published_ns - frame.capture_ns)
        for reason, count in frames.rejected.items():
            health.counters[f"rejected {reason}"] = count
    pose.close()
    return 0


def frame_facts(frame: Frame, received_ns: int = 0, pose_started_ns: int = 0, pose_ended_ns: int = 0) -> FrameFacts:
    """What the engine needs to know of a frame."""
    return FrameFacts(
        epoch=frame.epoch,
        seq=frame.seq,
        index=frame.index,
        width_px=frame.width_px,
        height_px=frame.height_px,
        stamps=Stamps(
            capture_ns=frame.capture_ns,
            read_ns=frame.read_ns,
            frame_published_ns=frame.published_ns,
            frame_received_ns=received_ns,
            pose_started_ns=pose_started_ns,
            pose_ended_ns=pose_ended_ns,
            published_ns=pose_ended_ns,
        ),
    )

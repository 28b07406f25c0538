"""Synchronises the start of a recording, which, unlike a camera, has a first picture."""

from capture.sources.paced import PacedSource
from wire.clock import NS_PER_S, s_to_ns
from wire.health.reporter import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Health
from wire.sockets import Wire, wait
from wire.topics import HEALTH

READY_TIMEOUT_S = 20.0


def await_ready(wire: Wire, processes: tuple[str, ...], health: HealthReporter, stop: StopFlag) -> None:
    """Wait until these processes run, so that the first strides are not missed."""
    waiting = set(processes)
    if not waiting:
        return
    others = wire.newest(HEALTH, Health)
    until_ns = wire.clock() + s_to_ns(READY_TIMEOUT_S)
    while waiting and not stop and wire.clock() < until_ns:
        wait(50, others)
        health.beat()
        received = others.take()
        if received is not None and received.state in ("running", "degraded"):
            waiting.discard(received.process)


def await_main_camera(wire: Wire, source: PacedSource, health: HealthReporter, stop: StopFlag) -> None:
    """Start the recording at the same instant as the main camera's."""
    frames = wire.frames()
    until_ns = wire.clock() + s_to_ns(READY_TIMEOUT_S)
    frame = None
    while frame is None and not stop and wire.clock() < until_ns:
        wait(50, frames)
        health.beat()
        frame = frames.take()
    if frame is not None:
        source.start_at(frame.capture_ns - round(frame.index * NS_PER_S / source.recording.fps))
    frames.socket.close()

"""Which way of running the pose model is fastest on this machine: each is measured on the same picture."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from analysis.blazepose.networks import open_core
from analysis.pose import PoseError, PoseEstimator, open_backend
from config.schema import Analysis
from wire.frames import Image

RUNS = 20
PACE_S = 1 / 60
"""Pictures come at a fast camera's pace, not back to back: threads that fell asleep in between must be woken."""
WORTH_CHANGING = 0.85
"""Another way is recommended only when it takes less than this share of the time; less than that is the machine's noise."""


@dataclass(frozen=True)
class Way:
    """One way to run the model, by its settings."""

    settings: Analysis
    name: str
    """As a person would set it: the keys that differ from the usual."""


@dataclass(frozen=True)
class Speed:
    """How long one way took."""

    way: Way
    median_ms: float


def ways(settings: Analysis, cores: int | None = None, devices: tuple[str, ...] | None = None) -> list[Way]:
    """The ways worth trying, the one that is set first."""
    cores = (os.cpu_count() or 1) if cores is None else cores
    devices = _devices() if devices is None else devices
    found = [Way(settings, "as set")]
    for threads in sorted({1, 2, min(cores, 4)}):
        if threads <= cores:
            tried = settings.model_copy(update={"backend": "openvino", "device": "CPU", "threads": threads})
            found.append(Way(tried, f'backend = "openvino", device = "CPU", threads = {threads}'))
    for device in devices:
        if device != "CPU":
            tried = settings.model_copy(update={"backend": "openvino", "device": device})
            found.append(Way(tried, f'backend = "openvino", device = "{device}"'))
    if settings.model == "full":
        found.append(Way(settings.model_copy(update={"backend": "mediapipe"}), 'backend = "mediapipe"'))
    return found


def _devices() -> tuple[str, ...]:
    """What OpenVINO can run on; nothing where there is no OpenVINO, and the model runs by another backend."""
    try:
        return tuple(open_core().available_devices)
    except PoseError:
        return ()


def measure(
    found: list[Way],
    image: Image,
    opened: Callable[[Analysis], PoseEstimator] = open_backend,
    now_s: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Speed]:
    """Median time of a picture for each way that can be run, in the order given."""
    return list(_measured(found, image, opened, now_s, sleep))


def fastest(speeds: list[Speed]) -> Speed | None:
    """The one to change to, or None when the way that is set (the first) is as good as any."""
    best = min(speeds, key=lambda speed: speed.median_ms)
    return best if best.median_ms < WORTH_CHANGING * speeds[0].median_ms else None


def _measured(
    found: list[Way],
    image: Image,
    opened: Callable[[Analysis], PoseEstimator],
    now_s: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Speed]:
    for way in found:
        try:
            pose = opened(way.settings)
        except PoseError:
            continue
        try:
            pose.estimate(image)
            times_s = []
            for _ in range(RUNS):
                started_s = now_s()
                pose.estimate(image)
                times_s.append(now_s() - started_s)
                sleep(max(0.0, PACE_S - times_s[-1]))
        finally:
            pose.close()
        yield Speed(way, 1000 * float(np.median(times_s)))

"""Checks the pose model: whether it starts, and which way of running it is fastest on this machine."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from analysis.pose.backends import open_backend
from analysis.pose.blazepose.networks import open_core
from analysis.pose.pose_estimator import PoseError, PoseEstimator
from config.sections.analysis import AnalysisSettings
from config.settings import Settings
from hipcue.doctor.camera_check import TimedPicture
from wire.faults import FindingCode
from wire.frames.frame import Image
from wire.system import usable_cores
from wire.texts import Finding, finding

FAST_ENOUGH_MS = 33.0
RUNS = 20
PACE_S = 1 / 60
"""Interval between pictures, as from a fast camera: the time to wake sleeping threads is then included."""
WORTH_CHANGING = 0.85
"""Another way is recommended only when it takes less than this share of the time; smaller differences are noise."""


def check_pose_model(settings: Settings, pictures: list[TimedPicture]) -> tuple[Finding, float | None]:
    """The finding, and the time per picture in milliseconds; None: the model does not start."""
    image = pictures[-1][1] if pictures else np.zeros((540, 960, 3), np.uint8)
    try:
        pose = open_backend(settings.analysis)
    except PoseError as error:
        return finding(FindingCode.POSE_MODEL_UNUSABLE, cause=error), None
    backend = pose.facts["pose backend"]
    pose.close()
    speeds = measure(pose_options(settings.analysis), image)
    took_ms, better = speeds[0].median_ms, fastest(speeds)
    fast = took_ms <= FAST_ENOUGH_MS
    known = {"backend": backend, "took_ms": took_ms}
    if better is None:
        return finding(FindingCode.POSE_MODEL if fast else FindingCode.POSE_MODEL_SLOW, **known), took_ms
    faster = finding(FindingCode.POSE_MODEL_SLOWER_THAN_ANOTHER, other_ms=better.median_ms, other=better.option.name, **known)
    return replace(faster, good=fast), took_ms


@dataclass(frozen=True)
class PoseOption:
    """One way to run the model."""

    settings: AnalysisSettings
    name: str
    """Its settings, as lines of a settings file."""


@dataclass(frozen=True)
class PoseSpeed:
    """Median time per picture of one option."""

    option: PoseOption
    median_ms: float


def pose_options(
    settings: AnalysisSettings, cores: int | None = None, devices: tuple[str, ...] | None = None
) -> list[PoseOption]:
    """The options worth trying, the configured one first."""
    cores = usable_cores() if cores is None else cores
    devices = _devices() if devices is None else devices
    found = [PoseOption(settings, "as set")]
    for threads in sorted({1, 2, min(cores, 4)}):
        if threads <= cores:
            tried = settings.model_copy(update={"backend": "openvino", "device": "CPU", "threads": threads})
            found.append(PoseOption(tried, f'backend = "openvino", device = "CPU", threads = {threads}'))
    for device in devices:
        if device != "CPU":
            tried = settings.model_copy(update={"backend": "openvino", "device": device})
            found.append(PoseOption(tried, f'backend = "openvino", device = "{device}"'))
    if settings.model == "full":
        found.append(PoseOption(settings.model_copy(update={"backend": "mediapipe"}), 'backend = "mediapipe"'))
    return found


def _devices() -> tuple[str, ...]:
    """The processors that OpenVINO can use; none where OpenVINO is missing and another backend runs the model."""
    try:
        return tuple(open_core().available_devices)
    except PoseError:
        return ()


def measure(
    found: list[PoseOption],
    image: Image,
    opened: Callable[[AnalysisSettings], PoseEstimator] = open_backend,
    now_s: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
) -> list[PoseSpeed]:
    """Median time per picture of each option that runs here, in the order given."""
    return list(_measured(found, image, opened, now_s, sleep))


def fastest(speeds: list[PoseSpeed]) -> PoseSpeed | None:
    """The option to change to; None: the configured one (the first) is as good as any."""
    best = min(speeds, key=lambda speed: speed.median_ms)
    return best if best.median_ms < WORTH_CHANGING * speeds[0].median_ms else None


def _measured(
    found: list[PoseOption],
    image: Image,
    opened: Callable[[AnalysisSettings], PoseEstimator],
    now_s: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[PoseSpeed]:
    for option in found:
        try:
            pose = opened(option.settings)
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
        yield PoseSpeed(option, 1000 * float(np.median(times_s)))

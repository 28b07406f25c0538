"""The engine on a stick runner whose every angle is known, with landmarks spoilt as a test likes."""

from collections.abc import Callable, Iterable

import numpy as np

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.landmarks import Floats, Landmarks
from tests.support.stick_runner import StickRunner
from wire.clock import s_to_ns
from wire.messages import Sample, Stamps, Stride

Spoil = Callable[[float, Landmarks], Landmarks | None]


def unspoilt(_t_s: float, landmarks: Landmarks) -> Landmarks | None:
    return landmarks


def facts(index: int, t_s: float) -> FrameFacts:
    return FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s) + 1))


def measure(
    sticks: StickRunner, times_s: Iterable[float], spoil: Spoil = unspoilt, engine: GaitEngine | None = None
) -> tuple[list[Sample], list[Stride]]:
    engine = engine or GaitEngine()
    runner = sticks.runner
    samples, strides = [], []
    for index, t_s in enumerate(times_s):
        sample, settled = engine.measure(facts(index, t_s), spoil(t_s, sticks.landmarks(runner.pose(t_s))))
        samples.append(sample)
        strides += settled
    return samples, strides


def every(seconds: float, fps: float) -> Floats:
    return np.arange(0, seconds, 1 / fps)


def near(strides: list[Stride]) -> list[Stride]:
    return [stride for stride in strides if stride.leg == "near"]

"""A real clip measured as live, each change of it once in a test session: the pose model costs most of the time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from analysis.measurement import Measurement
from analysis.pose import open_backend
from capture.framing import frame_picture
from capture.opening import open_recording
from config.schema import Settings, Zone
from tests.clips import clip
from wire.frames import Frame, Image
from wire.messages import Sample, Stride

Change = Callable[[Image], Image]
TRUSTED = Settings().analysis.min_quality


@dataclass(frozen=True)
class Measured:
    """What came of it."""

    samples: list[Sample]
    strides: list[Stride]

    def near(self, from_s: float = 0.0) -> list[Stride]:
        """The near leg's strides that are good enough for a cue."""
        return [s for s in self.strides if s.leg == "near" and s.quality >= TRUSTED and s.t_peak_ns >= from_s * 1e9]

    def peak_deg(self, from_s: float, to_s: float) -> float:
        """Mean peak of the near leg's thigh angle in this time."""
        return float(np.mean([stride.thigh_min_deg for stride in self.near(from_s) if stride.t_peak_ns < to_s * 1e9]))


@cache
def measured(name: str, seconds: float, change: Change | None = None, every: int = 1, zone: Zone | None = None) -> Measured:
    """The first seconds of a clip, each picture changed, every so-manieth frame of it."""
    recording = open_recording(str(clip(name)))
    pose = open_backend(Settings().analysis)
    measurement, samples, strides = Measurement(Settings(), pose), [], []
    index = -1
    while (at_ns := recording.advance()) is not None and at_ns < seconds * 1e9:
        index += 1
        if index % every:
            continue
        image = frame_picture(recording.image(), zone or Zone(), Settings().capture.max_side_px)
        image = image if change is None else change(image)
        frame = Frame(1, index + 1, index, at_ns, at_ns, at_ns, recording.time_source, image)
        sample, settled = measurement.measure(frame, lambda: 0)
        samples.append(sample)
        strides += settled
    recording.close()
    pose.close()
    return Measured(samples, strides)


def mirrored(image: Image) -> Image:
    """Left to right."""
    return np.ascontiguousarray(image[:, ::-1])


def half_size(image: Image) -> Image:
    """Half as wide, half as high."""
    return resized(image, 0.5)


def resized(image: Image, scale: float) -> Image:
    """Larger or smaller."""
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)

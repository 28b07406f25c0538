"""Recordings measured picture by picture as `hipcue analyse` would, as they are or shown otherwise."""

import math
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from analysis.measurement import Measurement
from analysis.pose.backends import open_backend
from capture.sources.cropping import crop_and_scale
from capture.sources.source import Recording
from config.sections.capture import CaptureSettings
from config.settings import Settings
from wire.clock import NS_PER_S, monotonic_ns
from wire.frames.frame import Frame, Image
from wire.messages import Sample, Stride

Change = Callable[[Image], Image]


def frames(
    recording: Recording, settings: CaptureSettings, change: Change | None = None, every: int = 1, until_s: float = math.inf
) -> Iterator[Frame]:
    """A recording's frames up to `until_s`, every so many-th; each picture is changed as if the camera had given it so."""
    index = -1
    while (at_ns := recording.advance()) is not None and at_ns < until_s * NS_PER_S:
        index += 1
        if index % every:
            continue
        picture = recording.image() if change is None else change(recording.image())
        image = crop_and_scale(picture, settings.zone, settings.max_side_px)
        yield Frame(1, index + 1, index, at_ns, at_ns, at_ns, recording.time_source, image)
    recording.close()


def measured(
    recording: Recording, settings: Settings, change: Change | None = None, every: int = 1, until_s: float = math.inf
) -> Iterator[tuple[Sample, list[Stride]]]:
    """The sample of each frame, and the strides that it settled."""
    pose = open_backend(settings.analysis)
    measurement = Measurement(settings, pose)
    for frame in frames(recording, settings.capture, change, every, until_s):
        yield measurement.measure(frame, monotonic_ns)
    pose.close()


def half_size(image: Image) -> Image:
    """Half as wide, half as high."""
    return np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)

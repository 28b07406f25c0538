"""A real clip measured as live, each change of it once in a test session: the pose model costs most of the time."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from capture.opening import open_recording
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings, Zone
from config.settings import Settings
from tests.support import measuring
from tests.support.clips import clip
from tests.support.measuring import Change
from wire.messages import Sample, Stride

TRUSTED = Settings().analysis.min_quality


@dataclass(frozen=True)
class Measured:
    """The result of measuring a clip."""

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
    settings = Settings(capture=CaptureSettings(zone=zone or Zone()))
    found = list(measuring.measured(open_recording(SecretAddress(str(clip(name)))), settings, change, every, until_s=seconds))
    return Measured([sample for sample, _ in found], [stride for _, settled in found for stride in settled])

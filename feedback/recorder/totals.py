"""What a session comes to so far: counted as it happens, or counted again from its tables after a crash."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from wire.messages import STRIDE_TONE, Stride

_INTERVAL_S = 1e-5
"""Intervals between frames are counted in this unit: a list of them would grow by 50 MB in a day on the wall."""


class Totals:
    """Frames, strides and cues of one session."""

    def __init__(self) -> None:
        self.frames = 0
        self.cues = 0
        self.stride_tones = 0
        self.facing: str | None = None
        self.interruptions_s: list[tuple[float, float]] = []
        """From and to, when the recorder itself was away: what was measured meanwhile is not in the tables."""
        self._last_frame_s: float | None = None
        self._intervals: Counter[int] = Counter()
        self._legs = {"near": 0, "far": 0}
        self._near_extension_deg: list[float] = []
        self._near_cadence_spm: list[float] = []
        self._zeros_deg: list[float] = []
        self._away = False

    def frame(self, t_s: float, facing: str | None) -> None:
        """Count a frame; `t_s` in seconds since the start of the session."""
        self.frames += 1
        self.facing = facing or self.facing
        if self._last_frame_s is not None:
            if self._away:
                self.interruptions_s.append((self._last_frame_s, t_s))
            else:
                self._intervals[round((t_s - self._last_frame_s) / _INTERVAL_S)] += 1
        self._last_frame_s, self._away = t_s, False

    def stride(self, leg: str, hip_extension_deg: float, cadence_spm: float | None, standing_thigh_deg: float | None) -> None:
        """Count a stride."""
        self._legs[leg] += 1
        if leg == "near":
            self._near_extension_deg.append(hip_extension_deg)
            if cadence_spm is not None:
                self._near_cadence_spm.append(cadence_spm)
        if standing_thigh_deg is not None:
            self._zeros_deg.append(standing_thigh_deg)

    def message(self, stride: Stride) -> None:
        """Count a stride as it comes."""
        self.stride(stride.leg, stride.hip_extension_deg, stride.cadence_spm, stride.standing_thigh_deg)

    def cue(self, rule: str) -> None:
        """Count a cue; the tone on every push-off is none."""
        if rule == STRIDE_TONE:
            self.stride_tones += 1
        else:
            self.cues += 1

    def count_again(self, tables: Mapping[str, Iterable[dict[str, str]]], header: Mapping[str, Any]) -> None:
        """Take in the tables and the header of a session that goes on after the recorder was away."""
        self.facing = header.get("facing")
        for row in tables["samples"]:
            self.frame(float(row["t_s"]), None)
        for row in tables["strides"]:
            measures = (row["cadence_spm"], row["standing_thigh_deg"])
            self.stride(row["leg"], float(row["hip_extension_deg"]), *(float(cell) if cell else None for cell in measures))
        for row in tables["cues"]:
            self.cue(row["rule"])
        self.interruptions_s = [(gap["from_s"], gap["to_s"]) for gap in header.get("interruptions", [])]
        self._away = self.frames > 0

    def summary(self) -> dict[str, Any]:
        """For session.json."""
        return {
            "calibration": self._calibration(),
            "facing": self.facing,
            "frames": self.frames,
            "fps": self._fps(),
            "interruptions": [{"from_s": start_s, "to_s": end_s} for start_s, end_s in self.interruptions_s],
            "strides": dict(self._legs),
            "near_hip_extension_mean_deg": _mean(self._near_extension_deg),
            "cadence_spm": _mean(self._near_cadence_spm),
            "cues": self.cues,
            "stride_tones": self.stride_tones,
        }

    def _fps(self) -> float | None:
        """By the median interval."""
        half, seen = self._intervals.total() / 2, 0
        for units in sorted(self._intervals):
            seen += self._intervals[units]
            if seen >= half and units > 0:
                return round(1 / (units * _INTERVAL_S), 2)
        return None

    def _calibration(self) -> str:
        if not self._zeros_deg:
            return "uncalibrated: the zero of hip_extension is vertical"
        strides = sum(self._legs.values())
        share = "" if len(self._zeros_deg) == strides else f", in {len(self._zeros_deg)} of {strides} strides"
        return f"standing: the zero of hip_extension is the thigh at {self._zeros_deg[-1]:.1f} degrees{share}"


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 3) if values else None

"""The figures of a session so far, counted as it happens or counted again from its tables. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

from wire.messages import STRIDE_TONE, CameraName

_INTERVAL_S = 1e-5
"""Intervals between frames are counted in bins of this size: a list of them would grow by 50 MB a day."""
Cells = Mapping[str, Any]
"""A row of a table, its cells as text or as values."""


class SessionTotals:
    """Frames and strides by the main camera, and the cues, of one session."""

    def __init__(self) -> None:
        self.frames = 0
        self.cues = 0
        self.stride_tones = 0
        self.facing: str | None = None
        self.interruptions_s: list[tuple[float, float]] = []
        """Start and end of each time without a recorder, whose measurements are not in the tables."""
        self._last_frame_s: float | None = None
        self._intervals: Counter[int] = Counter()
        self._legs = {"near": 0, "far": 0}
        self._near_extension_deg: list[float] = []
        self._near_cadence_spm: list[float] = []
        self._zeros_deg: list[float] = []
        self._zero_correction_deg: float | None = None
        self._interrupted = False
        self._other_side: SessionTotals | None = None

    def of(self, camera: CameraName) -> "SessionTotals":
        """The frames and strides by a camera."""
        if camera == "main":
            return self
        self._other_side = self._other_side or SessionTotals()
        return self._other_side

    def frame(self, t_s: float, facing: str | None) -> None:
        """Count a frame; `t_s` in seconds since the start of the session."""
        self.frames += 1
        self.facing = facing or self.facing
        if self._last_frame_s is not None:
            if self._interrupted:
                self.interruptions_s.append((self._last_frame_s, t_s))
            else:
                self._intervals[round((t_s - self._last_frame_s) / _INTERVAL_S)] += 1
        self._last_frame_s, self._interrupted = t_s, False

    def stride(
        self,
        leg: str,
        hip_extension_deg: float,
        cadence_spm: float | None,
        standing_thigh_deg: float | None,
        zero_correction_deg: float | None,
    ) -> None:
        """Count a stride; the values are those of wire.messages.Stride."""
        self._legs[leg] += 1
        if leg == "near":
            self._near_extension_deg.append(hip_extension_deg)
            if cadence_spm is not None:
                self._near_cadence_spm.append(cadence_spm)
        if standing_thigh_deg is not None:
            self._zeros_deg.append(standing_thigh_deg)
            self._zero_correction_deg = zero_correction_deg

    def cue(self, rule: str) -> None:
        """Count a cue; stride tones are counted separately."""
        if rule == STRIDE_TONE:
            self.stride_tones += 1
        else:
            self.cues += 1

    def interrupt(self) -> None:
        """Record that no recorder ran between the last frame and the next."""
        self._interrupted = self.frames > 0
        if self._other_side is not None:
            self._other_side.interrupt()

    def summary(self) -> dict[str, Any]:
        """The figures for session.json."""
        other = {} if self._other_side is None else {"other_side": self._other_side._by_camera()}
        return {**self._by_camera(), "cues": self.cues, "stride_tones": self.stride_tones, **other}

    def _by_camera(self) -> dict[str, Any]:
        return {
            "calibration": self._calibration(),
            "zero_correction_deg": self._zero_correction_deg,
            "facing": self.facing,
            "frames": self.frames,
            "fps": self._fps(),
            "interruptions": [{"from_s": start_s, "to_s": end_s} for start_s, end_s in self.interruptions_s],
            "strides": dict(self._legs),
            "near_hip_extension_mean_deg": _mean(self._near_extension_deg),
            "cadence_spm": _mean(self._near_cadence_spm),
        }

    def _fps(self) -> float | None:
        """Frame rate from the median interval."""
        half, counted = self._intervals.total() / 2, 0
        for units in sorted(self._intervals):
            counted += self._intervals[units]
            if counted >= half and units > 0:
                return round(1 / (units * _INTERVAL_S), 2)
        return None

    def _calibration(self) -> str:
        if not self._zeros_deg:
            return "uncalibrated: the zero of hip_extension is vertical"
        strides = sum(self._legs.values())
        share = "" if len(self._zeros_deg) == strides else f", in {len(self._zeros_deg)} of {strides} strides"
        corrected = f", corrected by {self._zero_correction_deg:.1f}" if self._zero_correction_deg else ""
        return f"standing: the zero of hip_extension is the thigh at {self._zeros_deg[-1]:.1f} degrees{corrected}{share}"


def count_rows(
    header: Mapping[str, Any],
    samples: Iterable[Cells],
    strides: Iterable[Cells],
    cues: Iterable[Cells],
    other_samples: Iterable[Cells] = (),
) -> SessionTotals:
    """Count the rows of a session that has no end yet. Raises ValueError, KeyError, TypeError for cells that make no sense."""
    totals = SessionTotals()
    by_camera: tuple[tuple[CameraName, Iterable[Cells], Any], ...] = (
        ("main", samples, header),
        ("other_side", other_samples, header.get("other_side") or {}),
    )
    for camera, rows, known in by_camera:
        gaps_s = [(float(gap["from_s"]), float(gap["to_s"])) for gap in known.get("interruptions", [])]
        ends_s = {round(end_s, 6) for _, end_s in gaps_s}  # as the tables have them
        for row in rows:
            t_s = float(row["t_s"])
            if t_s in ends_s:
                totals.of(camera).interrupt()
            totals.of(camera).frame(t_s, None)
        if known:
            totals.of(camera).facing, totals.of(camera).interruptions_s = known.get("facing"), gaps_s
    for row in strides:
        more = (_known(row.get(name)) for name in ("cadence_spm", "standing_thigh_deg", "zero_correction_deg"))
        camera = "other_side" if row.get("camera") == "other_side" else "main"
        totals.of(camera).stride(row["leg"], float(row["hip_extension_deg"]), *more)
    for row in cues:
        totals.cue(row["rule"])
    return totals


def _known(cell: Any) -> float | None:
    return None if cell in (None, "") else float(cell)


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 3) if values else None

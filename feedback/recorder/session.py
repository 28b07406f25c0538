"""One session on disk: samples, strides and cues as tables, and session.json with what they mean."""

import csv
import json
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from feedback.recorder.tables import (
    CUE_COLUMNS,
    DEFINITIONS,
    HEADLINE,
    SAMPLE_COLUMNS,
    SETTLED_COLUMNS,
    STRIDE_COLUMNS,
    Cell,
    Column,
    RowT,
    format_cell,
)
from wire.clock import NS_PER_S
from wire.messages import Cue, Sample, Stride

_WAIT_FOR_SETTLED_S = 0.5


class SessionFolder:
    """Writes a session as it happens; what was flushed survives a crash.

    Raises OSError when the folder cannot be made or written.
    """

    def __init__(self, folder: Path, header: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._header = header
        self._t0_ns: int | None = None
        self._waiting: deque[Sample] = deque()
        self._settled: dict[int, tuple[float | None, float | None]] = {}
        self._capture_ns: list[int] = []
        self._facing: str | None = None
        self._strides: list[Stride] = []
        self._cues = 0
        self._files: list[TextIO] = []
        self._samples = self._table("samples.csv", [*(c.name for c in SAMPLE_COLUMNS), *SETTLED_COLUMNS])
        self._stride_table = self._table("strides.csv", [c.name for c in STRIDE_COLUMNS])
        self._cue_table = self._table("cues.csv", [c.name for c in CUE_COLUMNS])
        self.write_summary(ended=False)

    @property
    def started(self) -> bool:
        """Whether a frame has come: the first one is second 0."""
        return self._t0_ns is not None

    def start(self, t0_ns: int) -> None:
        """Set second 0; otherwise the first sample does."""
        if self._t0_ns is None:
            self._t0_ns = t0_ns

    def sample(self, sample: Sample) -> None:
        """Take in a sample; it is written once its settled values are known, or can no longer come."""
        self.start(sample.stamps.capture_ns)
        self._capture_ns.append(sample.stamps.capture_ns)
        self._facing = sample.facing or self._facing
        if sample.settled_frame_index is not None:
            self._settled[sample.settled_frame_index] = (sample.near_thigh_settled_deg, sample.far_thigh_settled_deg)
        self._waiting.append(sample)
        horizon_ns = sample.stamps.capture_ns - int(_WAIT_FOR_SETTLED_S * NS_PER_S)
        while self._waiting and (
            self._waiting[0].frame_index in self._settled or self._waiting[0].stamps.capture_ns < horizon_ns
        ):
            self._write_sample(self._waiting.popleft())

    def stride(self, stride: Stride) -> None:
        """Take in a stride."""
        self.start(stride.stamps.capture_ns)
        self._strides.append(stride)
        self._stride_table.writerow(self._cells(STRIDE_COLUMNS, stride))

    def cue(self, cue: Cue) -> None:
        """Take in a cue."""
        self.start(cue.decided_ns)
        self._cues += 1
        self._cue_table.writerow(self._cells(CUE_COLUMNS, cue))

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        for file in self._files:
            file.flush()

    def close(self, more: dict[str, Any] | None = None) -> None:
        """Write what waits and the summary, with `more` beside it, and close the files."""
        while self._waiting:
            self._write_sample(self._waiting.popleft())
        for file in self._files:
            file.close()
        self.write_summary(ended=True, more=more)

    def write_summary(self, ended: bool, more: dict[str, Any] | None = None) -> None:
        """Write session.json, whole or not at all."""
        near = [stride for stride in self._strides if stride.leg == "near"]
        summary: dict[str, Any] = {
            **self._header,
            "ended": ended,
            "definitions": DEFINITIONS,
            "calibration": self._calibration(),
            "facing": self._facing,
            "frames": len(self._capture_ns),
            "fps": self._fps(),
            "strides": {"near": len(near), "far": len(self._strides) - len(near)},
            "near_hip_extension_mean_deg": _mean([stride.hip_extension_deg for stride in near]),
            "cadence_spm": _mean([stride.cadence_spm for stride in near if stride.cadence_spm is not None]),
            "cues": self._cues,
            **(more or {}),
        }
        path = self.folder / "session.json"
        fresh = path.with_suffix(".json.new")
        fresh.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        fresh.replace(path)

    def _calibration(self) -> str:
        zeros_deg = [stride.standing_thigh_deg for stride in self._strides]
        known_deg = [zero_deg for zero_deg in zeros_deg if zero_deg is not None]
        if not known_deg:
            return "uncalibrated: the zero of hip_extension is vertical"
        share = "" if len(known_deg) == len(zeros_deg) else f", in {len(known_deg)} of {len(zeros_deg)} strides"
        return f"standing: the zero of hip_extension is the thigh at {known_deg[-1]:.1f} degrees{share}"

    def _fps(self) -> float | None:
        if len(self._capture_ns) < 2:
            return None
        return round(NS_PER_S / float(np.median(np.diff(self._capture_ns))), 3)

    def _write_sample(self, sample: Sample) -> None:
        settled = self._settled.pop(sample.frame_index, (None, None))
        self._samples.writerow([*self._cells(SAMPLE_COLUMNS, sample), *(format_cell(value) for value in settled)])

    def _cells(self, columns: Sequence[Column[RowT]], row: RowT) -> Iterable[str]:
        t0_ns = self._t0_ns or 0
        cells: list[Cell] = [column.cell(row, t0_ns) for column in columns]
        return [format_cell(cell) for cell in cells]

    def _table(self, name: str, columns: Sequence[str]) -> Any:
        file = (self.folder / name).open("w", newline="", encoding="utf-8")
        self._files.append(file)
        file.write(f"# {HEADLINE}\n")
        writer = csv.writer(file)
        writer.writerow(columns)
        return writer


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 3) if values else None

"""A finished session as reports, exports and comparisons read it."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.sections.analysis import AnalysisSettings
from sessions.format.columns import BAND_COLUMNS
from sessions.format.csv_rows import read_rows
from sessions.format.header import current_header, session_id
from sessions.format.row_schema import Row
from sessions.format.rows import Floats, column, number
from wire.messages import LegName, Side

NEAR_COLUMNS = ("t_peak_s", "quality", "hip_extension_deg", "thigh_excursion_deg", "cadence_spm", "belt_speed_mps")
"""Columns of the near leg in strides.csv that a history uses."""
DEFAULT_MIN_QUALITY = AnalysisSettings().min_quality


class CountedStrides(ABC):
    """The counted strides of a session, measure by measure, and their phases: the basis of all means."""

    header: dict[str, Any]
    """session.json."""
    phases: list[Row]

    @property
    def name(self) -> str:
        """Short unique name: the beginning of its id."""
        return str(session_id(self.header))[:8]

    @property
    def started(self) -> datetime:
        """Start, in local time where it was recorded."""
        return datetime.fromisoformat(self.header["started"])

    @property
    def min_quality(self) -> float:
        """The quality below which a stride is not counted, the same as during the session."""
        found = self.header.get("config", {}).get("analysis", {}).get("min_quality", DEFAULT_MIN_QUALITY)
        return float(found)

    @property
    def zero_correction_deg(self) -> float:
        """What the zero of hip extension was lowered by for the pose model; 0: not corrected, or the field is missing."""
        return float(self.header.get("zero_correction_deg") or 0.0)

    @abstractmethod
    def values(self, measure: str, leg: str = "near") -> Floats:
        """A column of strides.csv in the order of the leg's strides, NaN where nothing was measured; shape (strides,)."""

    def phase_names(self, leg: str = "near") -> NDArray[np.object_]:
        """The phase that each of these strides is in; shape (strides,)."""
        names = ["recording"] if not self.phases else ["idle", *(str(row["phase"]) for row in self.phases)]
        begun = np.searchsorted(self._phase_starts_s, self.values("t_peak_s", leg), side="right")
        found: NDArray[np.object_] = np.array(names, dtype=object)[begun]
        return found

    def phase_at(self, t_s: float) -> str:
        """The name of the phase at a time; "recording" for a session without phases, such as a clip."""
        if not self.phases:
            return "recording"
        begun = bisect_right(self._phase_starts_s, t_s)
        return str(self.phases[begun - 1]["phase"]) if begun else "idle"

    @cached_property
    def _phase_starts_s(self) -> list[float]:
        return list(accumulate((number(row["t_s"]) for row in self.phases), max))


@dataclass(frozen=True)
class RecordedSession(CountedStrides):
    """One session. Rows are as in its files (docs/measures.md), values in the units of their names."""

    header: dict[str, Any]
    strides: list[Row]
    """Strides by the main camera, as in a session with one camera, so that sessions can be compared."""
    cues: list[Row]
    phases: list[Row]
    samples: list[Row] = field(default_factory=list)
    """One per frame; empty if they were not read, or the session's folder is not on this machine."""
    folder: Path | None = None
    """None if the session's folder is not on this machine."""
    other_strides: list[Row] = field(default_factory=list)
    """Strides by the camera on the other side, if there was one."""
    samples_file: str = "samples.csv"
    """Name of the samples' file in the folder, if they were not read."""

    @property
    def runner(self) -> str:
        """Nickname; "": no name was given."""
        return str(self.header.get("runner") or "")

    @property
    def title(self) -> str:
        """A title for people."""
        who = f"{self.runner}, " if self.runner else ""
        return f"{who}{self.started:%Y-%m-%d %H:%M} ({self.name})"

    def trusted(self, leg: str = "near") -> list[Row]:
        """The strides of a leg that are counted, by the main camera."""
        return self._counted(row for row in self.strides if row["leg"] == leg)

    @property
    def has_both_sides(self) -> bool:
        """Whether each leg was the near leg of a camera."""
        return bool(self.other_strides)

    @property
    def calibration_sd_deg(self) -> float:
        """Standard deviation of the cameras' difference, if it was corrected (hipcue calibrate-sides); 0: it was not."""
        capture = (self.header.get("config") or {}).get("capture") or {}
        other = capture.get("other_side") or {}
        swapped = other.get("extension_offset_camera") and other["extension_offset_camera"] == capture.get("source")
        return 0.0 if swapped else float(other.get("extension_offset_sd_deg") or 0.0)

    @property
    def all_strides(self) -> list[Row]:
        """The rows of both cameras, in the order in which they became known."""
        if not self.other_strides:
            return self.strides
        return sorted((*self.strides, *self.other_strides), key=lambda row: number(row.get("t_known_s") or row["t_peak_s"]))

    def of_side(self, side: Side, leg: LegName = "near") -> list[Row]:
        """The counted strides of a side of the body, by the camera that sees it near, or far; none if no camera does."""
        rows = (row for row in (*self.strides, *self.other_strides) if row["leg"] == leg and row.get("side") == side)
        return sorted(self._counted(rows), key=lambda row: number(row["t_peak_s"]))

    def of_other_side(self) -> "RecordedSession":
        """The session of the camera on the other side, as if it had been alone; its samples are not read.

        The bands are those of the leg that this camera sees near.
        """
        header = {**self.header, **(self.header.get("other_side") or {})}
        side = header.get("facing")
        phases = [{**row, **{name: row.get(f"{side}_{name}") for name in BAND_COLUMNS}} for row in self.phases]
        return RecordedSession(
            header, self.other_strides, self.cues, phases, folder=self.folder, samples_file="samples_other_side.csv"
        )

    def values(self, measure: str, leg: str = "near") -> Floats:
        """The values from the rows."""
        return column(self.trusted(leg), measure)

    def _counted(self, rows: Iterable[Row]) -> list[Row]:
        least = self.min_quality
        return [row for row in rows if number(row["quality"]) >= least]


@dataclass(frozen=True)
class StrideColumns(CountedStrides):
    """Only the NEAR_COLUMNS: those of many sessions fit in memory and are read quickly."""

    header: dict[str, Any]
    phases: list[Row]
    columns: Mapping[str, Floats]
    """All of shape (strides,); quality is one of them."""

    def values(self, measure: str, leg: str = "near") -> Floats:
        """The values from the column. Raises ValueError for the far leg."""
        if leg != "near":
            raise ValueError("only the near leg was read")
        counted: Floats = self.columns[measure][self.columns["quality"] >= self.min_quality]
        return counted


def by_camera(strides: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The strides of the main camera, and those of the camera on the other side."""
    main: list[Row] = []
    other: list[Row] = []
    for row in strides:
        (other if row.get("camera") == "other_side" else main).append(row)
    return main, other


def from_folder(folder: Path, with_frames: bool = True) -> RecordedSession:
    """The session in a folder. Its samples are left out without `with_frames`. Raises SessionsError, OSError."""
    header = current_header(folder)
    strides, cues, phases, samples = (
        list(read_rows(folder / f"{name}.csv")) if name != "samples" or with_frames else []
        for name in ("strides", "cues", "phases", "samples")
    )
    main, other = by_camera(strides)
    return RecordedSession(header, main, cues, phases, samples, folder, other)

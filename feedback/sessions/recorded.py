"""A finished session as reports, exports and comparisons read it, from its folder or, where that is gone, from the store."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from feedback.sessions.errors import SessionsError
from feedback.sessions.rows import Row, Value, read_rows
from feedback.sessions.store import Store, Stored, read_header, session_id

DEFAULT_MIN_QUALITY = 0.5
UNFINISHED = ".unfinished"
"""Ends the name of a folder into which hipcue analyse still writes."""


@dataclass(frozen=True)
class Recorded:
    """One session. Rows are as in its files (docs/measures.md), values in the units of their names."""

    header: dict[str, Any]
    strides: list[Row]
    cues: list[Row]
    phases: list[Row]
    samples: list[Row] = field(default_factory=list)
    """Per frame; empty where only the store is left."""
    folder: Path | None = None

    @property
    def name(self) -> str:
        """Short and unique: the beginning of its id."""
        return str(session_id(self.header))[:8]

    @property
    def started(self) -> datetime:
        """Local time where it was recorded."""
        return datetime.fromisoformat(self.header["started"])

    @property
    def runner(self) -> str:
        """Nickname; "": anybody."""
        return str(self.header.get("runner") or "")

    @property
    def title(self) -> str:
        """For people."""
        who = f"{self.runner}, " if self.runner else ""
        return f"{who}{self.started:%Y-%m-%d %H:%M} ({self.name})"

    @property
    def min_quality(self) -> float:
        """A stride below it is left out, as it was live."""
        found = self.header.get("config", {}).get("analysis", {}).get("min_quality", DEFAULT_MIN_QUALITY)
        return float(found)

    def trusted(self, leg: str = "near") -> list[Row]:
        """The strides of a leg that may be counted."""
        return [row for row in self.strides if row["leg"] == leg and number(row["quality"]) >= self.min_quality]

    def phase_at(self, t_s: float) -> str:
        """The name of the phase at a time; "recording" where there are none, as of a clip."""
        name = "recording" if not self.phases else "idle"
        for row in self.phases:
            if number(row["t_s"]) > t_s:
                break
            name = str(row["phase"])
        return name


def from_folder(folder: Path) -> Recorded:
    """The session in a folder. Raises SessionsError, OSError."""
    header = read_header(folder)
    try:
        strides, cues, phases, samples = (
            read_rows(folder / f"{name}.csv") for name in ("strides", "cues", "phases", "samples")
        )
    except ValueError as error:
        raise SessionsError(f"{folder}: one of its tables cannot be read ({error})") from None
    return Recorded(header, strides, cues, phases, samples, folder)


def from_store(store: Store, stored: Stored) -> Recorded:
    """A session by its folder, or without samples where that is gone. Raises StoreError, OSError."""
    if (folder := stored.own_folder) is not None:
        return from_folder(folder)
    strides, cues, phases = (store.rows(stored.id, name) for name in ("strides", "cues", "phases"))
    return Recorded(stored.header, strides, cues, phases)


def number(value: Value) -> float:
    """A cell that must be a number. Raises ValueError for one that is empty."""
    if value is None:
        raise ValueError("a number is missing")
    return float(value)

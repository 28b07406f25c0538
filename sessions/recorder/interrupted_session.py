"""A session whose recorder crashed: whether it can be resumed, and how far it got."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessions.errors import SessionsError
from sessions.format.columns import CAMERA_SUFFIXES
from sessions.format.csv_rows import table_rows
from sessions.format.header import read_header
from sessions.format.session_totals import SessionTotals, count_rows
from wire.clock import s_to_ns

_BETWEEN_PEAKS_S = 0.1
"""Tolerance for the rounded times in the tables; no leg has two peaks this close together."""


@dataclass(frozen=True)
class InterruptedSession:
    """What a new recorder needs in order to resume a session."""

    header: dict[str, Any]
    t0_ns: int | None
    totals: SessionTotals
    recorded_until_ns: Mapping[tuple[str, str], int]
    """By camera and leg: strides with an earlier peak are already in the table, or belong to an earlier session."""
    last_phase: tuple[str, ...]
    """The cells of the last row of phases.csv without the time; () if there is none."""


def resumable_header(folder: Path, boot: str) -> dict[str, Any] | None:
    """The header of a session without an end that was recorded since this boot of the machine; None if there is none."""
    try:
        header = read_header(folder)
    except (OSError, SessionsError):
        return None
    return header if header.get("ended") is False and header.get("boot") == boot else None


def interrupted_session(folder: Path, header: dict[str, Any]) -> InterruptedSession:
    """Read how far the session in `folder` got. Raises OSError; SessionsError if its tables are not valid."""
    try:
        return _read(folder, header)
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise SessionsError(f"{folder}: cannot be resumed ({error})") from None


def _read(folder: Path, header: dict[str, Any]) -> InterruptedSession:
    samples, strides, cues, phases, other_samples = (
        table_rows(folder / f"{name}.csv") for name in ("samples", "strides", "cues", "phases", "samples_other_side")
    )
    recorded_strides = list(strides)  # hours of frames are not kept in memory, but counted one by one
    totals = count_rows(header, samples, recorded_strides, cues, other_samples)
    totals.interrupt()
    t0_ns = header["t0_ns"]
    until_ns: dict[tuple[str, str], int] = {(camera, leg): t0_ns or 0 for camera in CAMERA_SUFFIXES for leg in ("near", "far")}
    for row in recorded_strides:
        peak_ns = (t0_ns or 0) + s_to_ns(float(row["t_peak_s"]) + _BETWEEN_PEAKS_S)
        name = (row.get("camera") or "main", row["leg"])
        until_ns[name] = max(peak_ns, until_ns[name])
    last_phase: tuple[str, ...] = ()
    for row in phases:
        last_phase = tuple(row.values())[1:]
    return InterruptedSession(header, t0_ns, totals, until_ns, last_phase)

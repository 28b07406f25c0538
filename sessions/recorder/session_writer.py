"""Writes one session's files as it happens: its tables row by row, and session.json."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from sessions.format.columns import (
    CAMERA_SUFFIXES,
    CUE_COLUMNS,
    DEFINITIONS,
    HEADLINE,
    LANDMARK_COLUMNS,
    PHASE_COLUMNS,
    SAMPLE_COLUMNS,
    SETTLED_COLUMNS,
    STRIDE_COLUMNS,
    Cell,
    Column,
    PhaseChange,
    RowT,
    format_cell,
    seconds,
)
from sessions.format.folders import holds_session
from sessions.format.header import write_header
from sessions.format.session_totals import SessionTotals
from sessions.recorder.appending_file import AppendingFile
from sessions.recorder.interrupted_session import InterruptedSession
from sessions.recorder.session_folder import SessionFolder
from sessions.recorder.settling_samples import Settled, SettlingSamples
from wire.messages import CameraName, Cue, Phase, Sample, Stride

_COLUMNS: dict[str, tuple[str, ...]] = {
    "samples": (*(c.name for c in SAMPLE_COLUMNS), *SETTLED_COLUMNS),
    "landmarks": tuple(c.name for c in LANDMARK_COLUMNS),
    "strides": tuple(c.name for c in STRIDE_COLUMNS),
    "cues": tuple(c.name for c in CUE_COLUMNS),
    "phases": tuple(c.name for c in PHASE_COLUMNS),
}


class SessionWriter:
    """The session in a folder. Flushed rows survive a crash.

    Never raises OSError: rows that the disk does not accept wait in memory (see AppendingFile), and `problem` is the reason.
    """

    def __init__(
        self, folder: Path, header: dict[str, Any], resumed: InterruptedSession | None = None, fixed: bool = False
    ) -> None:
        """A new session with this header, or one that is `resumed`, with its own.

        If `folder` is taken, the session is in the next one that is free; with `fixed`, SessionsError is raised.
        """
        self.t0_ns: int | None = None
        """The session's second 0; None until the first frame has arrived."""
        self._header = header
        self._totals = SessionTotals()
        self._recorded_until_ns: dict[tuple[str, str], int] = {}
        self._last_phase: tuple[str, ...] = ()
        self._settling: dict[CameraName, SettlingSamples] = {camera: SettlingSamples() for camera in CAMERA_SUFFIXES}
        self._header_problem: OSError | None = None
        self._header_due = True
        self._place = SessionFolder(folder, str(header.get("id", "")), resumed is not None, fixed)
        self._place_problem: OSError | None = None
        self._resumes = resumed is not None
        self._tables = {name: self._new_table(name, folder) for name in _COLUMNS}
        if resumed is not None:
            self.t0_ns = resumed.t0_ns
            self._header = resumed.header
            self._totals = resumed.totals
            self._recorded_until_ns = dict(resumed.recorded_until_ns)
            self._last_phase = resumed.last_phase
        self.flush()

    @property
    def id(self) -> str:
        """Identifies the session wherever it is copied or stored."""
        return str(self._header["id"])

    @property
    def header(self) -> dict[str, Any]:
        """session.json without the figures."""
        return self._header

    @property
    def folder(self) -> Path:
        """The session's folder. It changes only if the folder turns out to belong to another session."""
        return self._place.path

    @property
    def problem(self) -> OSError | None:
        """Why something waits in memory; None: everything is written."""
        if self._place_problem is not None:
            return self._place_problem
        return next((table.problem for table in self._tables.values() if table.problem), self._header_problem)

    @property
    def unsaved_strides(self) -> int:
        """Strides that are not in the table."""
        return self._tables["strides"].waiting + self._tables["strides"].lost

    @property
    def lost(self) -> int:
        """Rows that neither the disk nor the memory could hold."""
        return sum(table.lost for table in self._tables.values())

    def start(self, t0_ns: int) -> None:
        """Set second 0; otherwise the first message does."""
        if self.t0_ns is None:
            self.t0_ns = t0_ns
            self._header_due = True

    def update(self, facts: dict[str, Any]) -> None:
        """Add to the header what became known during the session, such as the runner."""
        if any(self._header.get(key) != value for key, value in facts.items()):
            self._header.update(facts)
            self._header_due = True

    def sample(self, sample: Sample) -> None:
        """Add a sample; its row is written once its settled values are known, or can no longer come."""
        self.start(sample.stamps.capture_ns)
        totals = self._totals.of(sample.camera)
        facing, interruptions = totals.facing, len(totals.interruptions_s)
        totals.frame(seconds(sample.stamps.capture_ns, self.t0_ns or 0), sample.facing)
        # The tables do not hold the direction the runner faces, nor the times without a recorder, so the header must have
        # them before a crash.
        self._header_due |= (totals.facing, len(totals.interruptions_s)) != (facing, interruptions)
        self._write(f"landmarks{CAMERA_SUFFIXES[sample.camera]}", self._cells(LANDMARK_COLUMNS, sample))
        for settled in self._settling[sample.camera].add(sample):
            self._write_settled(*settled)

    def stride(self, stride: Stride) -> None:
        """Add a stride. A resumed session leaves out strides that are already recorded or from before the session."""
        if stride.t_peak_ns < self._recorded_until_ns.get((stride.camera, stride.leg), 0):
            return
        self.start(stride.stamps.capture_ns)
        self._totals.of(stride.camera).stride(
            stride.leg, stride.hip_extension_deg, stride.cadence_spm, stride.standing_thigh_deg, stride.zero_correction_deg
        )
        self._write("strides", self._cells(STRIDE_COLUMNS, stride))

    def cue(self, cue: Cue) -> None:
        """Add a cue."""
        self.start(cue.decided_ns)
        self._totals.cue(cue.rule)
        self._write("cues", self._cells(CUE_COLUMNS, cue))

    def phase(self, phase: Phase, at_ns: int) -> None:
        """Add the coach's phase if it differs from the last one. Before the first frame it is left out."""
        if self.t0_ns is None:
            return
        if phase.summary is not None:
            self.update({"summary": msgspec.to_builtins(phase.summary)})
        time, *cells = self._cells(PHASE_COLUMNS, PhaseChange(at_ns, phase))
        if tuple(cells) != self._last_phase:
            self._last_phase = tuple(cells)
            self._write("phases", [time, *cells])

    def flush(self) -> None:
        """Pass everything that is ready to the operating system."""
        if not self._hold_folder():
            return
        if self._header_due or not holds_session(self.folder):
            self._write_header(ended=False)
        for table in self._tables.values():
            table.flush()

    def close(self, more: dict[str, Any] | None = None, ended: bool = True) -> None:
        """Write the rest and the final session.json, with `more` in it, and close the files.

        Not `ended`: the session was interrupted. Call it again later if `problem` shows that something is not written.
        """
        for settled in chain.from_iterable(waiting.rest() for waiting in self._settling.values()):
            self._write_settled(*settled)
        if not self._hold_folder():
            return
        for table in self._tables.values():
            table.close()
        self._write_header(ended, more)
        if self.problem is None:
            self._place.release()

    def _write_header(self, ended: bool, more: dict[str, Any] | None = None) -> None:
        totals = self._totals.summary()
        header: dict[str, Any] = {
            **self._header,
            "ended": ended,
            "t0_ns": self.t0_ns,
            "definitions": DEFINITIONS,
            **totals,
            **({"rows_lost": self.lost} if self.lost else {}),
            **(more or {}),
        }
        if "other_side" in totals and more is not None and "other_side" in more:
            header["other_side"] = {**totals["other_side"], **more["other_side"]}
        try:
            write_header(self.folder, header)
            self._header_problem, self._header_due = None, False
        except OSError as error:
            self._header_problem, self._header_due = error, True

    def _hold_folder(self) -> bool:
        """Make sure that there is a folder to write into, whatever has happened to it since."""
        try:
            if self._place.hold():
                self._header_due = True
                for name, table in self._tables.items():
                    table.path = self.folder / f"{name}.csv"
        except OSError as error:
            self._place_problem = OSError(error.errno, error.strerror, error.filename or str(self.folder))
            return False
        self._place_problem = None
        return True

    def _write_settled(self, sample: Sample, settled: Settled) -> None:
        self._write(
            f"samples{CAMERA_SUFFIXES[sample.camera]}", [*self._cells(SAMPLE_COLUMNS, sample), *map(format_cell, settled)]
        )

    def _write(self, table: str, cells: Iterable[str]) -> None:
        if table not in self._tables:  # of a second camera
            self._tables[table] = self._new_table(table, self.folder)
        self._tables[table].append(_line(cells))

    def _new_table(self, table: str, folder: Path) -> AppendingFile:
        columns = _COLUMNS[table.removesuffix(CAMERA_SUFFIXES["other_side"])]
        return AppendingFile(folder / f"{table}.csv", f"# {HEADLINE}\n{_line(columns)}", resume=self._resumes)

    def _cells(self, columns: Sequence[Column[RowT]], row: RowT) -> list[str]:
        t0_ns = self.t0_ns or 0
        cells: list[Cell] = [column.cell(row, t0_ns) for column in columns]
        return [format_cell(cell) for cell in cells]


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()

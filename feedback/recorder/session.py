"""One session on disk: samples, strides, cues and phases as tables, and session.json with what they mean."""

import csv
import io
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from feedback.recorder.appending import AppendingFile, whole_rows_bytes
from feedback.recorder.disk_sync import sync_path
from feedback.recorder.tables import (
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
from feedback.recorder.totals import Totals
from wire.clock import NS_PER_S, s_to_ns
from wire.messages import Cue, Phase, Sample, Stride

_WAIT_FOR_SETTLED_S = 0.5
_BETWEEN_PEAKS_S = 0.1
_COLUMNS: dict[str, tuple[str, ...]] = {
    "samples": (*(c.name for c in SAMPLE_COLUMNS), *SETTLED_COLUMNS),
    "landmarks": tuple(c.name for c in LANDMARK_COLUMNS),
    "strides": tuple(c.name for c in STRIDE_COLUMNS),
    "cues": tuple(c.name for c in CUE_COLUMNS),
    "phases": tuple(c.name for c in PHASE_COLUMNS),
}
TABLES = tuple(_COLUMNS)


class SessionFolder:
    """Writes a session as it happens; what was flushed survives a crash.

    Never raises OSError: what the disk does not take waits in memory (see AppendingFile), and `problem` says why.
    """

    def __init__(self, folder: Path, header: dict[str, Any], resume: bool = False) -> None:
        """A new session; with `resume` the one that lies in `folder` goes on, of which `header` is the header (`goes_on`)."""
        self.folder = folder
        self._header = header
        self._t0_ns: int | None = None
        self._totals = Totals()
        self._has_until_ns: dict[str, int] = {}
        """By leg: up to here the session had its strides when it was taken up again."""
        self._waiting: deque[Sample] = deque()
        self._settled: dict[int, tuple[float | None, float | None]] = {}
        self._phase_cells: list[str] = []
        self._summary_problem: OSError | None = None
        self._summary_due = True
        self._tables = {
            name: AppendingFile(folder / f"{name}.csv", f"# {HEADLINE}\n{_line(columns)}", resume)
            for name, columns in _COLUMNS.items()
        }
        for table in self._tables.values():
            table.flush()
        if resume:
            self._go_on()
        self.write_summary(ended=False)

    @property
    def started(self) -> bool:
        """Whether a frame has come: the first one is second 0."""
        return self._t0_ns is not None

    @property
    def t0_ns(self) -> int | None:
        """Its second 0, when a frame has come."""
        return self._t0_ns

    @property
    def id(self) -> str:
        """Its name, wherever it is copied or stored."""
        return str(self._header["id"])

    @property
    def problem(self) -> OSError | None:
        """Why something waits in memory; None: all is written."""
        return next((table.problem for table in self._tables.values() if table.problem), self._summary_problem)

    @property
    def lost(self) -> int:
        """Rows that neither the disk nor the memory could hold."""
        return sum(table.lost for table in self._tables.values())

    def start(self, t0_ns: int) -> None:
        """Set second 0; otherwise the first sample does."""
        if self._t0_ns is None:
            self._t0_ns = t0_ns
            self._summary_due = True

    def know(self, facts: dict[str, Any]) -> None:
        """Add to the header what became known later, such as the runner."""
        if any(self._header.get(key) != value for key, value in facts.items()):
            self._header.update(facts)
            self._summary_due = True

    def sample(self, sample: Sample) -> None:
        """Take in a sample; it is written once its settled values are known, or can no longer come."""
        self.start(sample.stamps.capture_ns)
        self._totals.frame(seconds(sample.stamps.capture_ns, self._t0_ns or 0), sample.facing)
        self._write("landmarks", self._cells(LANDMARK_COLUMNS, sample))
        self._waiting.append(sample)
        # Settled values of a frame that did not wait for so long would wait for ever.
        if sample.settled_frame_index is not None and sample.settled_frame_index >= self._waiting[0].frame_index:
            self._settled[sample.settled_frame_index] = (sample.near_thigh_settled_deg, sample.far_thigh_settled_deg)
        horizon_ns = sample.stamps.capture_ns - int(_WAIT_FOR_SETTLED_S * NS_PER_S)
        while self._waiting and (
            self._waiting[0].frame_index in self._settled or self._waiting[0].stamps.capture_ns < horizon_ns
        ):
            self._write_sample(self._waiting.popleft())

    def stride(self, stride: Stride) -> None:
        """Take in a stride; taken up again after a crash, one that lies in the session, or from before it, is left out."""
        if stride.t_peak_ns < self._has_until_ns.get(stride.leg, 0):
            return
        self.start(stride.stamps.capture_ns)
        self._totals.message(stride)
        self._write("strides", self._cells(STRIDE_COLUMNS, stride))

    def cue(self, cue: Cue) -> None:
        """Take in a cue."""
        self.start(cue.decided_ns)
        self._totals.cue(cue.rule)
        self._write("cues", self._cells(CUE_COLUMNS, cue))

    def phase(self, phase: Phase, at_ns: int) -> None:
        """Take in where the session stands; written when it differs from before. Before the first frame it waits for one."""
        if self._t0_ns is None:
            return
        if phase.summary is not None:
            self.know({"summary": msgspec.to_builtins(phase.summary)})
        cells = list(self._cells(PHASE_COLUMNS, PhaseChange(at_ns, phase)))
        if cells[1:] != self._phase_cells:
            self._phase_cells = cells[1:]
            self._write("phases", cells)

    def flush(self) -> None:
        """Hand what there is to the operating system."""
        if self._summary_due:
            self.write_summary(ended=False)
        for table in self._tables.values():
            table.flush()

    def close(self, more: dict[str, Any] | None = None) -> None:
        """Write what waits and the summary, with `more` beside it, and close the files."""
        while self._waiting:
            self._write_sample(self._waiting.popleft())
        for table in self._tables.values():
            table.close()
        self.write_summary(ended=True, more=more)

    def write_summary(self, ended: bool, more: dict[str, Any] | None = None) -> None:
        """Write session.json, whole or not at all."""
        summary: dict[str, Any] = {
            **self._header,
            "ended": ended,
            "t0_ns": self._t0_ns,
            "definitions": DEFINITIONS,
            **self._totals.summary(),
            **({"rows_lost": self.lost} if self.lost else {}),
            **(more or {}),
        }
        path = self.folder / "session.json"
        fresh = path.with_suffix(".json.new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            # Otherwise a power cut may leave the new name with nothing in it. Rare: only when there is something new to tell.
            sync_path(fresh)
            fresh.replace(path)
            self._summary_problem, self._summary_due = None, False
        except OSError as error:
            self._summary_problem, self._summary_due = OSError(error.errno, error.strerror, str(path)), True

    def _go_on(self) -> None:
        strides, phases = (read_table(self.folder / f"{name}.csv") for name in ("strides", "phases"))
        # Hours of frames are not kept in memory, but counted row by row.
        samples, cues = (each_row(self.folder / f"{name}.csv") for name in ("samples", "cues"))
        self._totals.count_again({"samples": samples, "strides": strides, "cues": cues}, self._header)
        self._t0_ns = self._header["t0_ns"]
        self._has_until_ns = dict.fromkeys(("near", "far"), self._t0_ns or 0)
        for row in strides:
            # A file's times are rounded; no leg has two peaks so close to each other.
            peak_ns = (self._t0_ns or 0) + s_to_ns(float(row["t_peak_s"]) + _BETWEEN_PEAKS_S)
            self._has_until_ns[row["leg"]] = max(peak_ns, self._has_until_ns[row["leg"]])
        if phases:
            self._phase_cells = list(phases[-1].values())[1:]

    def _write_sample(self, sample: Sample) -> None:
        settled = self._settled.pop(sample.frame_index, (None, None))
        self._write("samples", [*self._cells(SAMPLE_COLUMNS, sample), *(format_cell(value) for value in settled)])

    def _write(self, table: str, cells: Iterable[str]) -> None:
        self._tables[table].append(_line(cells))

    def _cells(self, columns: Sequence[Column[RowT]], row: RowT) -> Iterable[str]:
        t0_ns = self._t0_ns or 0
        cells: list[Cell] = [column.cell(row, t0_ns) for column in columns]
        return [format_cell(cell) for cell in cells]


def goes_on(folder: Path, boot: str) -> dict[str, Any] | None:
    """The header of the session in `folder` if its recorder fell over and this machine still runs since; else None."""
    try:
        header = dict(json.loads((folder / "session.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
    return header if header.get("ended") is False and header.get("boot") == boot else None


def read_table(path: Path) -> list[dict[str, str]]:
    """The whole rows of one of a session's tables; what a crash has cut off or left blank is none. Raises OSError."""
    return list(each_row(path))


def each_row(path: Path) -> Iterator[dict[str, str]]:
    """The same rows one by one."""
    content = path.read_bytes()
    text = io.TextIOWrapper(io.BytesIO(content[: whole_rows_bytes(content)]), "utf-8", errors="replace", newline="")
    lines = (line.replace("\x00", "") for line in text)
    first = next(lines, "")
    yield from csv.DictReader(lines if first.startswith("#") else chain([first], lines))


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()

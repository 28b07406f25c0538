"""A runner whose every stride is known, recorded live, and what `hipcue` reports of the session.

Ada extends the hip by so much more from half-way on; her strides scatter as people's do.
"""

import csv
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capture.synthetic.synthetic_source import SyntheticRunner
from tests.support.listener import Listener
from tests.support.program import Ended, Running, hipcue, only_session, table

SETTINGS = """
[analysis]
max_age_ms = 2000.0

[session]
stand_s = 0.0
warm_up_s = 0.5
baseline_s = 7.5
drill_s = 4.0
retention_s = 7.5
summary_s = 0.0
"""
RUNNER = "Ada"
FPS = 30
KNEE_DRIVE_DEG = 41.0
"""The drawn runner's; with its peak behind the body the excursion."""


def source(extension_deg: float, change_deg: float, seed: int) -> str:
    """Ada before the camera."""
    who = f"extension={extension_deg},change={change_deg},change_s=11,scatter=0.8,seed={seed},cadence=190"
    return f"synthetic:{who},fps={FPS},width=960,height=540"


@dataclass(frozen=True)
class Lane:
    """A home with Ada's sessions."""

    home: Mapping[str, str]
    files: Path

    def record(self, source_name: str, name: str, exact: bool = False) -> Path:
        """Run a whole session, to the end of its retention; its folder. `exact`: true landmarks instead of the pose model."""
        (self.files / "lane.toml").write_text(SETTINGS)
        about = ("--runner", RUNNER, "--config", str(self.files / "lane.toml"), "--session-dir", str(self.files / name))
        program = Running(
            "run", "--source", source_name, *about, "--no-display", "--no-audio", environment=self.home, exact=exact
        )
        listener = Listener(program.runtime)
        listener.until(lambda: "retention" in [phase.name for phase in listener.phases[:-1]], "the retention is over")
        listener.close()
        program.signal(signal.SIGTERM)
        ended = program.wait()
        assert (ended.exit_code, ended.left_behind) == (0, []), ended.err
        return only_session(self.files / name)

    def run(self, *words: str) -> Ended:
        """A command that must succeed."""
        ended = hipcue(*words, environment=self.home)
        assert (ended.exit_code, ended.left_behind) == (0, []), ended.err
        return ended

    def rows(self, *words: str) -> list[dict[str, str]]:
        """What a command writes as a table."""
        path = self.files / "table.csv"
        self.run(*words, "--out", str(path))
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def shown(self, folder: Path) -> dict[str, tuple[str, str]]:
        """What `show` says of each figure: its value, and its meaning."""
        path = self.files / "shown.csv"
        self.run("sessions", "show", str(folder), "--out", str(path))
        with path.open(newline="", encoding="utf-8") as file:
            return {what: (value, meaning) for what, value, meaning in csv.reader(file)}


def truth_deg(folder: Path, source_name: str) -> dict[str, float]:
    """The drawn runner's mean peak in each phase of a session."""
    samples, phases = (table(folder / f"{name}.csv") for name in ("samples", "phases"))
    t_s = [float(row["t_s"]) for row in samples]
    drawn_s = [int(row["frame"]) / FPS for row in samples]
    runner = SyntheticRunner(source_name).runner
    starts_s = np.interp([float(row["t_s"]) for row in phases], t_s, drawn_s)
    found: dict[str, list[float]] = {}
    for row, start_s, end_s in zip(phases, starts_s, (*starts_s[1:], drawn_s[-1]), strict=True):
        found.setdefault(row["phase"], []).extend(deg for _, deg in runner.near_peaks(start_s, end_s))
    return {phase: float(np.mean(peaks_deg)) for phase, peaks_deg in found.items() if peaks_deg}


def numbers(cell: str) -> list[float]:
    """The figures in a cell: the value, and what stands behind ±."""
    return [float(found) for found in re.findall(r"[+-]?\d+(?:\.\d+)?", cell)]

"""Given a runner whose every stride is known, when five sessions are run, then what is reported of them is the truth.

The whole program runs five times, as it is started in a gym: a drawn runner before the real pose model, the coach's phases, the
recorder, the store. Ada extends the hip a degree further from session to session, and within each by so much more from half-way
on; her strides scatter as people's do.
"""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from capture.synthetic import SyntheticRunner
from feedback.sessions.numbering import LEAST_NEAR_STRIDES
from tests.program import Ended, hipcue, only_session, table

SETTINGS = """
[session]
stand_s = 0.0
warm_up_s = 0.5
baseline_s = 7.5
drill_s = 4.0
retention_s = 7.5
summary_s = 0.0
"""
CHANGES_DEG = (0.0, 1.5, 3.0, 4.5, 6.0)
PER_SESSION_DEG = 1.0
FPS = 30
KNEE_DRIVE_DEG = 41.0
"""The drawn runner's; with its peak behind the body the excursion."""


def source(session: int) -> str:
    extension_deg = 12.0 + PER_SESSION_DEG * session
    who = f"extension={extension_deg},change={CHANGES_DEG[session]},change_s=11,scatter=0.8,seed={session + 1},cadence=190"
    return f"synthetic:{who},seconds=22,fps={FPS},width=960,height=540"


@dataclass(frozen=True)
class Lane:
    """A home with its five sessions, the oldest first."""

    home: Mapping[str, str]
    files: Path
    folders: list[Path]

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

    def truth_deg(self, session: int) -> dict[str, float]:
        """The drawn runner's mean peak in each phase of the session."""
        samples, phases = (table(self.folders[session] / f"{name}.csv") for name in ("samples", "phases"))
        t_s = [float(row["t_s"]) for row in samples]
        drawn_s = [int(row["frame"]) / FPS for row in samples]
        runner = SyntheticRunner(source(session)).runner
        starts_s = np.interp([float(row["t_s"]) for row in phases], t_s, drawn_s)
        found: dict[str, list[float]] = {}
        for row, start_s, end_s in zip(phases, starts_s, (*starts_s[1:], drawn_s[-1]), strict=True):
            found.setdefault(row["phase"], []).extend(deg for _, deg in runner.near_peaks(start_s, end_s))
        return {phase: float(np.mean(peaks_deg)) for phase, peaks_deg in found.items() if peaks_deg}


def numbers(cell: str) -> list[float]:
    """The figures in a cell: the value, and what stands behind ±."""
    return [float(found) for found in re.findall(r"[+-]?\d+(?:\.\d+)?", cell)]


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Lane:
    folder = tmp_path_factory.mktemp("lane")
    (folder / "lane.toml").write_text(SETTINGS)
    home = {"HIPCUE_HOME": str(folder / "home")}
    for session in range(len(CHANGES_DEG)):
        about = ("--runner", "Ada", "--config", str(folder / "lane.toml"), "--session-dir", str(folder / str(session)))
        ended = hipcue("run", "--source", source(session), *about, "--no-display", "--no-audio", environment=home)
        assert (ended.exit_code, ended.left_behind) == (0, []), ended.err
    return Lane(home, folder, [only_session(folder / str(session)) for session in range(len(CHANGES_DEG))])


def test_each_session_is_in_the_store_with_its_runner_and_number(lane: Lane) -> None:
    listed = lane.rows("sessions", "list", "--runner", "Ada")
    assert [Path(row["folder"]) for row in reversed(listed)] == lane.folders
    for number, row in enumerate(reversed(listed), start=1):
        told = json.loads((Path(row["folder"]) / "session.json").read_text(encoding="utf-8"))
        assert (told["runner"], told["session_number"], told["ended"]) == ("Ada", number, True)
        assert int(row["near strides"]) == told["strides"]["near"] >= LEAST_NEAR_STRIDES
        assert told["processes"]["recorder"]["facts"]["store"] == "ok"


def test_what_is_shown_of_a_phase_is_the_truth_within_what_is_stated_of_absolute_angles(lane: Lane) -> None:
    for session, folder in enumerate(lane.folders):
        shown, true_deg = lane.shown(folder), lane.truth_deg(session)
        for phase in ("baseline", "retention"):
            for measure, zero_deg in (("hip extension", 0.0), ("thigh excursion", KNEE_DRIVE_DEG)):
                value, meaning = shown[f"{measure}, {phase}"]
                (stated,) = re.findall(r"within (± [\d.]+°) on a drawn runner", meaning)
                assert abs(numbers(value)[0] - zero_deg - true_deg[phase]) <= numbers(stated)[0]


def test_what_stayed_is_the_truth_within_its_stated_uncertainty(lane: Lane) -> None:
    compared = lane.rows("sessions", "compare", *map(str, lane.folders))
    held = 0
    for session, row in enumerate(compared):
        truth_deg = lane.truth_deg(session)
        change_deg, uncertainty_deg = numbers(row["retained °"])
        # What the strides truly did, and what the runner would do in the long run, of which these strides are a sample.
        assert abs(change_deg - (truth_deg["retention"] - truth_deg["baseline"])) <= uncertainty_deg
        held += abs(change_deg - CHANGES_DEG[session]) <= uncertainty_deg
        assert uncertainty_deg < 2.0  # it says something
    assert held >= 4  # of five intervals of 95 %
    assert "chance?" in compared[0]["retained °"]
    assert all("chance?" not in row["retained °"] for row in compared[2:])


def test_the_trend_is_the_truth_within_its_stated_uncertainty(lane: Lane) -> None:
    told = lane.run("history", "Ada").out
    slope_deg, uncertainty_deg = numbers(next(line for line in told.splitlines() if line.startswith("Excursion")))[:2]
    assert abs(slope_deg - PER_SESSION_DEG) <= uncertainty_deg < 1.0
    assert [row["no."] for row in lane.rows("history", "Ada")] == ["1", "2", "3", "4", "5"]
    lane.run("history", "Ada", "--out", str(lane.files / "ada.html"))
    page = (lane.files / "ada.html").read_text(encoding="utf-8")
    assert f"{slope_deg:+.2f} ± " in page
    assert "What each session changed" in page


def test_report_and_export_say_the_same(lane: Lane) -> None:
    report, strides = lane.files / "report.html", lane.files / "strides.csv"
    lane.run("sessions", "report", "latest", "--out", str(report))
    lane.run("sessions", "export", "latest", "--out", str(strides))
    page = report.read_text(encoding="utf-8")
    assert "Ada" in page
    near = [row for row in table(strides) if row["leg"] == "near"]
    for phase in ("baseline", "retention"):
        exported_deg = np.mean([float(row["hip_extension_deg"]) for row in near if row["phase"] == phase])
        assert f"<td>hip extension, {phase}</td><td>{exported_deg:.1f} ±" in page

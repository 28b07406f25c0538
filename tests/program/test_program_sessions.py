"""Given a runner whose every stride is known, when a session is run, then its report is true.

The whole program runs: the coach's phases, the recorder, the store. The runner's landmarks are exact, so that a busy machine
measures every stride; what the pose model adds, in five sessions and their trend: python -m bench.accuracy.live_sessions.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sessions.store.session_number import LEAST_NEAR_STRIDES
from tests.support.lane import KNEE_DRIVE_DEG, RUNNER, Lane, numbers, source, truth_deg
from tests.support.program import table
from tests.support.recorded_sessions import begin, header, record_strides

SOURCE = source(extension_deg=14.0, change_deg=4.5, seed=3)
EARLIER = 2
"""Number of Ada's earlier sessions."""


@dataclass(frozen=True)
class Recorded:
    """A session of the present program in its lane."""

    lane: Lane
    folder: Path
    truth_deg: dict[str, float]
    """Mean peak of the drawn runner in each phase."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    files = tmp_path_factory.mktemp("lane")
    lane = Lane({"HIPCUE_HOME": str(files / "home")}, files)
    for day in range(EARLIER):
        session = begin(files / "earlier" / str(day), header(day, RUNNER, started=f"2020-01-0{day + 1}T12:00:00+00:00"))
        record_strides(session, 1, 2 * LEAST_NEAR_STRIDES)
        session.close()
    lane.run("sessions", "import", str(files / "earlier"))
    folder = lane.record(SOURCE, "s", exact=True)
    return Recorded(lane, folder, truth_deg(folder, SOURCE))


def test_it_is_in_the_store_with_its_runner_and_number(recorded: Recorded) -> None:
    listed = recorded.lane.rows("sessions", "list", "--runner", RUNNER)
    assert len(listed) == EARLIER + 1
    assert Path(listed[0]["folder"]) == recorded.folder
    told = json.loads((recorded.folder / "session.json").read_text(encoding="utf-8"))
    assert (told["runner"], told["session_number"], told["ended"]) == (RUNNER, EARLIER + 1, True)
    assert int(listed[0]["near strides"]) == told["strides"]["near"] >= LEAST_NEAR_STRIDES
    assert told["processes"]["recorder"]["facts"]["store"] == "ok"
    history = recorded.lane.rows("history", RUNNER)
    assert [row["no."] for row in history] == [str(number + 1) for number in range(EARLIER + 1)]


def test_what_is_shown_of_a_phase_is_the_truth_within_what_is_stated_of_absolute_angles(recorded: Recorded) -> None:
    shown = recorded.lane.shown(recorded.folder)
    for phase in ("baseline", "retention"):
        for measure, zero_deg in (("hip extension", 0.0), ("thigh excursion", KNEE_DRIVE_DEG)):
            value, meaning = shown[f"{measure}, {phase}"]
            (stated,) = re.findall(r"within (± [\d.]+°) on ", meaning)
            assert abs(numbers(value)[0] - zero_deg - recorded.truth_deg[phase]) <= numbers(stated)[0]


def test_what_stayed_is_the_truth_within_its_stated_uncertainty(recorded: Recorded) -> None:
    others = [str(recorded.lane.files / "earlier" / str(day)) for day in range(EARLIER)]
    rows = {row["no."]: row for row in recorded.lane.rows("sessions", "compare", *others, str(recorded.folder))}
    compared = rows[str(EARLIER + 1)]
    change_deg, uncertainty_deg = numbers(compared["retained °"])
    assert abs(change_deg - (recorded.truth_deg["retention"] - recorded.truth_deg["baseline"])) <= uncertainty_deg
    assert uncertainty_deg < 2.0  # it says something
    assert "chance?" not in compared["retained °"]


def test_report_and_export_say_the_same(recorded: Recorded) -> None:
    report, strides = recorded.lane.files / "report.html", recorded.lane.files / "strides.csv"
    recorded.lane.run("sessions", "report", "latest", "--out", str(report))
    recorded.lane.run("sessions", "export", "latest", "--out", str(strides))
    page = report.read_text(encoding="utf-8")
    assert RUNNER in page
    near = [row for row in table(strides) if row["leg"] == "near"]
    for phase in ("baseline", "retention"):
        exported_deg = np.mean([float(row["hip_extension_deg"]) for row in near if row["phase"] == phase])
        assert f"hip extension, {phase}</th><td>{exported_deg:.1f} ±" in page

"""Given the running program, when a named runner trains, then the session is in the store by its end, and can be reported."""

import csv
from pathlib import Path

import pytest

from tests.program import hipcue

RUN = ("run", "--source", "synthetic:extension=18,fps=30", "--runner", "Ada", "--for", "9", "--no-display", "--no-audio")


def test_what_was_run_is_stored_and_reported(tmp_path: Path) -> None:
    home = {"HIPCUE_HOME": str(tmp_path / "home")}
    ended = hipcue(*RUN, "--session-dir", str(tmp_path / "sessions"), environment=home)
    assert ended.exit_code == 0, ended.err
    listed = hipcue("sessions", "list", "--runner", "Ada", "--out", str(tmp_path / "list.csv"), environment=home)
    assert listed.exit_code == 0, listed.err
    with (tmp_path / "list.csv").open(newline="", encoding="utf-8") as file:
        (session,) = csv.DictReader(file)
    assert int(session["near strides"]) >= 5
    # The drawn runner through the real pose model: within what docs/accuracy.md allows.
    assert float(session["hip extension °"]) == pytest.approx(18.0, abs=3.0)
    report = tmp_path / "report.html"
    made = hipcue("sessions", "report", "latest", "--out", str(report), environment=home)
    assert made.exit_code == 0, made.err
    assert "Ada" in report.read_text(encoding="utf-8")

"""Given recorded sessions, the console lists them, makes their reports and exports, and compares them."""

import csv
import shutil
import time
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.paths import NO_STORE, store_url
from config.secret_address import SecretAddress
from console.library.library import Library
from hipcue.cli.commands import app
from sessions.errors import SessionsError
from sessions.store.catalogue import Catalogue
from tests.support.console_lane import Browser, ConsoleLane
from tests.support.drilled_runner import Drill, record_drill
from tests.support.recorded_sessions import NOON, header
from wire.system import lock_folder

DRILL = Drill(warm_up_s=1, baseline_s=5, drill_s=2, retention_s=5)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two sessions of Ada's, whose name is not to be taken for markup."""
    folder = tmp_path_factory.mktemp("recorded")
    folders = [folder / "first", folder / "second"]
    for number, one in enumerate(folders, start=1):
        record_drill(one, header(number, "<b>Ada</b> & Co"), DRILL)
    return folders


@pytest.fixture
def ids(lane: ConsoleLane, recorded: list[Path]) -> list[str]:
    """The ids of both, in this lane's store, newest first."""
    catalogue = Catalogue(store_url(SecretAddress("")))
    assert list(filter(None, catalogue.add(recorded))) == []
    found = [str(entry.id) for entry in catalogue.entries()]
    catalogue.close()
    return found


def test_sessions_are_listed_with_their_runners(lane: ConsoleLane, ids: list[str]) -> None:
    page = lane.browser("viewer").get("/sessions").text
    assert all(f"/sessions/{one}" in page for one in ids)
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; Co" in page
    assert "<b>Ada" not in page
    viewer = lane.browser("viewer")
    assert viewer.get("/sessions?runner=nobody").text.count("/sessions/") == 0
    assert viewer.get("/api/runners").json == ["<b>Ada</b> & Co"]
    assert "&lt;b&gt;Ada" in viewer.get("/runners").text


def test_every_page_says_when_a_session_began_by_the_clock_where_it_was_recorded(
    lane: ConsoleLane, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        viewer = lane.browser("viewer")
        began = f"{NOON + timedelta(days=2):%Y-%m-%d %H:%M}"
        for path in ("/sessions", "/runners", f"/sessions/{ids[0]}", "/sessions.csv"):
            assert began in viewer.get(path).text
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_page_after_the_last_one_is_the_last_one(lane: ConsoleLane, ids: list[str]) -> None:
    page = lane.browser("viewer").get("/sessions?page=9").text
    assert all(one in page for one in ids)


def test_a_named_runners_session_gets_its_number(lane: ConsoleLane, ids: list[str]) -> None:
    del ids
    answer = lane.browser("coach").post("/api/runner", {"runner": "<b>Ada</b> & Co"})
    assert answer.json["values"]["session"]["session_number"] == 3


def test_a_report_is_a_page_of_its_own_in_a_sandbox(lane: ConsoleLane, ids: list[str]) -> None:
    viewer = lane.browser("viewer")
    assert f'src="/sessions/{ids[0]}/report.html"' in viewer.get(f"/sessions/{ids[0]}").text
    report = viewer.get(f"/sessions/{ids[0]}/report.html")
    assert report.status == 200
    assert "<svg" in report.text
    assert "<b>Ada" not in report.text
    policy = report.headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "allow-same-origin" not in policy


def test_exports_and_comparisons_are_downloads(lane: ConsoleLane, ids: list[str]) -> None:
    viewer = lane.browser("viewer")
    table = viewer.get(f"/sessions/{ids[0]}/export?format=csv&table=strides")
    assert table.headers["content-disposition"].startswith("attachment")
    assert "hip_extension_deg" in table.text
    report = viewer.get(f"/sessions/{ids[0]}/report.pdf")
    assert report.headers["content-disposition"].startswith("attachment")
    assert report.body.startswith(b"%PDF")
    trend = viewer.get(f"/compare/report.pdf?session={ids[0]}&session={ids[1]}")
    assert trend.body.startswith(b"%PDF")
    assert "2 sessions compared" in viewer.get(f"/history?session={ids[0]}&session={ids[1]}").text


def test_figures_are_those_of_the_command_line(lane: ConsoleLane, ids: list[str], tmp_path: Path) -> None:
    viewer = lane.browser("viewer")
    printed = CliRunner().invoke(app, ["sessions", "show", ids[0], "--out", str(tmp_path / "figures.csv")])
    assert printed.exit_code == 0, printed.output
    table = viewer.get(f"/sessions/{ids[0]}/figures.csv")
    assert table.headers["content-disposition"].startswith("attachment")
    assert table.body == (tmp_path / "figures.csv").read_bytes()
    page = viewer.get(f"/sessions/{ids[0]}/figures")
    assert page.status == 200
    first = next(csv.reader(table.text.splitlines()[1:]))
    assert all(escape(cell) in page.text for cell in first)


def test_lists_and_comparisons_are_tables_for_spreadsheets(lane: ConsoleLane, ids: list[str]) -> None:
    viewer = lane.browser("viewer")
    listed = list(csv.reader(viewer.get("/sessions.csv").text.splitlines()))
    assert [row[0] for row in listed] == ["session", *(one[:8] for one in ids)]
    compared = list(csv.reader(viewer.get(f"/compare/report.csv?session={ids[0]}&session={ids[1]}").text.splitlines()))
    assert len(compared) == 3


def test_a_session_is_forgotten_and_imported_again(
    lane: ConsoleLane, ids: list[str], recorded: list[Path], tmp_path: Path
) -> None:
    coach = lane.browser("coach")
    kept = tmp_path / "kept"
    shutil.copytree(recorded[0].parent, kept)
    # This test's own sessions: those of the other tests stay.
    imported = coach.post("/api/sessions/import", {"folder": str(kept)})
    assert imported.json == {"said": "2 sessions in the store", "problems": []}
    for one in ids:
        assert coach.post("/api/sessions/forget", {"session": one[:8]}).status == 400
    before = sorted(path.name for path in recorded[1].iterdir())
    (recorded[1] / "mine.txt").write_text("not HipCue's")
    answer = coach.post("/api/sessions/forget", {"session": ids[0]})
    assert answer.status == 200
    assert answer.json["said"][0].startswith(f"Forgotten: {ids[0][:8]}")
    assert "contains other files, which stay (mine.txt)" in answer.json["said"][1]
    assert [path.name for path in recorded[1].iterdir()] == ["mine.txt"]
    assert coach.get(f"/sessions/{ids[0]}").status == 404
    assert coach.post("/api/sessions/forget", {"session": ids[0]}).status == 400
    assert coach.post("/api/sessions/import", {"folder": str(kept)}).json["said"] == "2 sessions in the store"
    assert coach.get(f"/sessions/{ids[0]}").status == 200
    for name in before:
        shutil.copy(kept / recorded[1].name / name, recorded[1] / name)
    (recorded[1] / "mine.txt").unlink()


@pytest.mark.parametrize(
    ("folder", "said"),
    [("sessions", "whole path"), ("", "whole path"), ("/a\0b", "whole path"), ("/nowhere/at/all", "holds no session")],
)
def test_a_folder_without_sessions_is_a_sentence(lane: ConsoleLane, folder: str, said: str) -> None:
    answer = lane.browser("coach").post("/api/sessions/import", {"folder": folder})
    assert said in str(answer.json)


def test_a_session_that_is_being_recorded_is_not_forgotten(lane: ConsoleLane, ids: list[str], recorded: list[Path]) -> None:
    with lock_folder(recorded[1], wait=False):
        answer = lane.browser("coach").post("/api/sessions/forget", {"session": ids[0]})
    assert answer.status == 400
    assert "is being recorded" in answer.json["mistake"]
    assert (recorded[1] / "session.json").exists()


def test_a_viewer_can_neither_import_nor_forget(lane: ConsoleLane, ids: list[str]) -> None:
    viewer = lane.browser("viewer")
    assert viewer.post("/api/sessions/import", {"folder": "/"}).status == 403
    assert viewer.post("/api/sessions/forget", {"session": ids[0]}).status == 403
    assert "Forget session" not in viewer.get(f"/sessions/{ids[0]}").text
    assert "Import" not in viewer.get("/sessions").text
    assert viewer.get(f"/sessions/{ids[0]}").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/0000",
        "/sessions/0000/figures",
        "/sessions/abcd/report.csv",
        "/sessions/..%2f..%2fetc",
        "/sessions/zzzz/report.html",
        "/sessions/abcd/export?format=exe",
        "/history",
        "/history?session=abcd",
        "/compare/report.pdf?session=%22",
        "/compare/report.exe?session=abcd&session=abce",
    ],
)
def test_what_there_is_not_is_a_sentence(lane: ConsoleLane, path: str) -> None:
    answer = lane.browser("viewer").get(path)
    assert answer.status == 404
    assert 'role="alert"' in answer.text
    assert "Traceback" not in answer.text


def test_without_a_store_there_is_a_sentence() -> None:
    with pytest.raises(SessionsError, match="no store"):
        Library(NO_STORE).entries()


def test_a_strangers_browser_gets_no_report(lane: ConsoleLane, ids: list[str]) -> None:
    assert Browser(lane.port).get(f"/sessions/{ids[0]}/report.html").status == 401

"""Given a folder of clips, each is measured once, bad files are named and skipped, and an interrupted run goes on."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from capture.source import SourceError
from config.schema import Settings
from hipcue import analyse_folder
from hipcue.analyse import Analysis
from hipcue.commands import app
from tests.drilled_runner import Drill, record_drill
from tests.recorded_sessions import header


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clips that were measured. A stand-in for the pose model: a clip's content says what becomes of it."""
    calls: list[str] = []

    def stand_in(settings: Settings, out: Path, video: Path | None, *_: object) -> Analysis:
        clip = Path(settings.capture.source)
        calls.append(clip.name)
        content = clip.read_text()
        if content == "bad":
            raise SourceError(f"{clip}: is not a video that can be read")
        if content == "cut off":
            out.mkdir(parents=True)
            (out / "session.json").write_text("{}")
            raise KeyboardInterrupt
        record_drill(out, header(1, kind="clip"), Drill(warm_up_s=1, baseline_s=8, drill_s=2, retention_s=1))
        return Analysis(300, 10, 10, 10.0, 1.0)

    monkeypatch.setattr(analyse_folder, "analyse", stand_in)
    return calls


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, content in (("a.mp4", "good"), ("b.MOV", "bad"), ("c.avi", "good"), ("notes.txt", "no clip")):
        (folder / name).write_text(content)
    return folder


def run(clips: Path, out: Path) -> Result:
    return CliRunner().invoke(app, ["analyse", str(clips), "--out", str(out)])


def summary(out: Path) -> dict[str, dict[str, str]]:
    with (out / "summary.csv").open(newline="", encoding="utf-8") as file:
        return {row["clip"]: row for row in csv.DictReader(file)}


def test_every_clip_has_a_folder_a_report_and_a_line_and_a_bad_one_is_named(
    measured: list[str], clips: Path, tmp_path: Path
) -> None:
    done = run(clips, tmp_path / "out")
    assert done.exit_code == 1
    assert done.stderr.strip().endswith("b.MOV: is not a video that can be read; skipped")
    assert measured == ["a.mp4", "b.MOV", "c.avi"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.mp4", "c.avi", "summary.csv"]
    assert (tmp_path / "out" / "a.mp4" / "report.html").stat().st_size > 10_000
    rows = summary(tmp_path / "out")
    assert int(rows["a.mp4"]["near strides"]) >= 10
    assert float(rows["a.mp4"]["hip extension °"].split()[0]) == pytest.approx(15.0, abs=0.5)
    assert "not a video" in rows["b.MOV"]["remark"]


def test_what_is_done_is_not_done_again_and_what_was_cut_off_is(
    measured: list[str], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse_folder, "write_report", lambda _session, path: path.touch())
    (clips / "b.MOV").write_text("cut off")
    run(clips, tmp_path / "out")
    assert measured == ["a.mp4", "b.MOV"]
    measured.clear()
    (clips / "b.MOV").write_text("good")
    assert run(clips, tmp_path / "out").exit_code == 0
    assert measured == ["b.MOV", "c.avi"]
    assert len(summary(tmp_path / "out")) == 3
    assert not list((tmp_path / "out").glob("*.unfinished"))


def test_a_folder_without_clips_is_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path / "out")
    assert done.exit_code == 2
    assert "holds no video file" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1

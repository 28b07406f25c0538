"""Every clip in a folder is measured once, unreadable files are reported and skipped, and an interrupted run continues."""

import csv
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from capture.sources.source import SourceError
from config.settings import Settings
from hipcue.analyse import result
from hipcue.cli.commands import app
from tests.support.drilled_runner import Drill, record_drill
from tests.support.recorded_sessions import header


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each good clip gives."""
    folder = tmp_path_factory.mktemp("measured") / "session"
    head = header(1, kind="clip", other_files=["video.mp4", "report.html"])
    record_drill(folder, head, Drill(warm_up_s=1, baseline_s=8, drill_s=2, retention_s=1))
    return folder


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, session: Path) -> list[str]:
    """The clips that were measured. Replaces the measurement; the content of each clip decides its outcome."""
    calls: list[str] = []

    def stand_in(settings: Settings, out: Path, video: Path | None, *_: object) -> int:
        clip = Path(settings.capture.source.reveal())
        calls.append(clip.name)
        content = clip.read_text()
        if content == "bad":
            raise SourceError(f"{clip}: is not a video that can be read")
        if content == "cut off":
            out.mkdir(parents=True)
            (out / "session.json").write_text("{}")
            raise KeyboardInterrupt
        shutil.copytree(session, out, dirs_exist_ok=True)
        return 300

    monkeypatch.setattr(result, "analyse", stand_in)
    return calls


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, content in (("a.mp4", "good"), ("b.MOV", "bad"), ("c.avi", "good"), ("notes.txt", "not a clip")):
        (folder / name).write_text(content)
    return folder


def run(clips: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["analyse", str(clips), "--out", str(out), *more])


def summary(out: Path) -> dict[str, dict[str, str]]:
    with (out / "summary.csv").open(newline="", encoding="utf-8") as file:
        return {row["clip"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
def test_every_clip_gets_a_folder_a_report_and_a_row_and_a_bad_one_is_reported(
    measured: list[str], clips: Path, tmp_path: Path
) -> None:
    done = run(clips, tmp_path / "out")
    assert done.exit_code == 1
    left_out, skipped = done.stderr.strip().splitlines()
    assert left_out == "Left out, not named like a video: notes.txt"
    assert skipped.endswith("b.MOV: is not a video that can be read; skipped")
    assert measured == ["a.mp4", "b.MOV", "c.avi"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "c", "summary.csv"]
    assert (tmp_path / "out" / "a" / "report.html").stat().st_size > 10_000
    rows = summary(tmp_path / "out")
    assert int(rows["a.mp4"]["near strides"]) >= 10
    assert float(rows["a.mp4"]["hip extension °"].split()[0]) == pytest.approx(15.0, abs=0.5)
    assert "not a video" in rows["b.MOV"]["remark"]


def test_finished_clips_are_skipped_and_interrupted_ones_are_measured_again(
    measured: list[str], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result, "write_report", lambda _session, path: path.touch())
    (clips / "b.MOV").write_text("cut off")
    run(clips, tmp_path / "out")
    assert measured == ["a.mp4", "b.MOV"]
    measured.clear()
    (clips / "b.MOV").write_text("good")
    assert run(clips, tmp_path / "out").exit_code == 0
    assert measured == ["b.MOV", "c.avi"]
    assert len(summary(tmp_path / "out")) == 3
    assert not list((tmp_path / "out").glob("*.unfinished"))


def test_a_folder_without_clips_gives_one_message(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path / "out")
    assert done.exit_code == 2
    assert "contains no video file" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_clips_of_one_name_get_folders_of_their_own(measured: list[str], clips: Path, tmp_path: Path) -> None:
    (clips / "b.MOV").write_text("good")
    (clips / "a.gif").write_text("good")
    assert run(clips, tmp_path / "out").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a_gif", "a_mp4", "b", "c", "summary.csv"]


def test_with_force_every_clip_is_measured_again(
    measured: list[str], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result, "write_report", lambda _session, path: path.touch())
    run(clips, tmp_path / "out")
    (tmp_path / "out" / "a" / "video.mp4").touch()
    run(clips, tmp_path / "out", "--force")
    assert measured == ["a.mp4", "b.MOV", "c.avi"] * 2
    assert not (tmp_path / "out" / "a" / "video.mp4").exists()  # of the result before


class TestOneClip:
    @pytest.mark.usefixtures("measured")
    def test_is_answered_and_gets_a_report(self, clips: Path, tmp_path: Path) -> None:
        done = run(clips / "a.mp4", tmp_path / "out")
        first, second, zero, last = done.stdout.strip().splitlines()
        assert first.startswith("Hip extension 1")
        assert "strides of the near leg." in first
        assert second.startswith("Measured in ")
        assert zero.startswith("No zero was set")
        assert last == f"Saved in {tmp_path / 'out'}"
        assert (tmp_path / "out" / "report.html").stat().st_size > 10_000

    def test_is_not_overwritten_without_force(
        self, measured: list[str], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(result, "write_report", lambda _session, path: path.touch())
        assert run(clips / "a.mp4", tmp_path / "out").exit_code == 0
        (tmp_path / "out" / "video.mp4").touch()
        (tmp_path / "out" / "mine.txt").touch()
        again = run(clips / "c.avi", tmp_path / "out")
        assert again.exit_code == 2
        assert again.stderr.strip() == (
            f"{tmp_path / 'out'}: holds an earlier result; choose another folder, or replace it with --force"
        )
        assert run(clips / "c.avi", tmp_path / "out", "--force").exit_code == 0
        assert measured == ["a.mp4", "c.avi"]
        names = {path.name for path in (tmp_path / "out").iterdir()}
        assert "video.mp4" not in names  # of the clip before
        assert "mine.txt" in names

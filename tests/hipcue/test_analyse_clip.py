"""Given a clip, `hipcue analyse` writes its session once and whole, and never over anything that is there."""

import errno
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings
from config.settings import Settings
from hipcue.analyse.clip import analyse
from hipcue.analyse.folder import HEADINGS, results_folder
from hipcue.analyse.result import make_room, put_in_place
from hipcue.cli.commands import app
from sessions.errors import SessionsError
from sessions.format.csv_rows import table_rows
from sessions.format.folders import SESSION_FILES
from sessions.format.header import read_header
from tests.support.exact_landmarks import ExactPose, LandmarkPainter
from tests.support.recorded_sessions import begin, header
from wire.lifecycle import Interrupted, StopFlag

CLIP = "synthetic:extension=15,fps=30,width=320,height=240,seconds=1"
FRAMES = 30


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.synthetic.synthetic_source.RunnerPainter", LandmarkPainter)
    monkeypatch.setattr("hipcue.analyse.clip.open_backend", lambda _settings: ExactPose())
    monkeypatch.setattr("hipcue.analyse.clip.keep_native_notes_off_stderr", lambda: None)  # the test reads them


def analysed(out: Path, stop_after: int | None = None, video: bool = False) -> int:
    """Analyse the clip; a signal arrives after so many frames."""
    stop = StopFlag()

    def progress(frames: int, _total: int | None) -> None:
        if frames == stop_after:
            stop.set()

    settings = Settings(capture=CaptureSettings(source=SecretAddress(CLIP)))
    video_file = out / "video.mp4" if video else None
    return analyse(settings, out, video_file, None, progress, stop, ("video.mp4",) if video else ())


def test_a_whole_clip_is_a_session_that_has_ended(tmp_path: Path) -> None:
    assert analysed(tmp_path / "out", video=True) == pytest.approx(FRAMES, abs=1)
    found = read_header(tmp_path / "out")
    assert (found["ended"], found["kind"], found["other_files"]) == (True, "clip", ["video.mp4"])


def test_one_that_a_signal_breaks_off_is_marked_as_not_ended(tmp_path: Path) -> None:
    with pytest.raises(Interrupted, match=r"^Interrupted after 12 frames: the session in .*/out is not complete$"):
        analysed(tmp_path / "out", stop_after=12)
    assert read_header(tmp_path / "out")["ended"] is False
    assert len(list(table_rows(tmp_path / "out" / "samples.csv"))) == 12


def test_one_that_an_error_breaks_off_is_marked_as_not_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_estimator: ExactPose, _image: object) -> None:
        raise OSError("the pose model's device is gone")

    monkeypatch.setattr(ExactPose, "estimate", fail)
    with pytest.raises(OSError, match="device is gone"):
        analysed(tmp_path / "out")
    assert read_header(tmp_path / "out")["ended"] is False


@pytest.mark.parametrize("failing", ["hipcue.analyse.clip.open_backend", "hipcue.analyse.view.AnnotatedVideo.close"])
def test_what_was_opened_is_closed_whatever_fails(failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("capture.synthetic.synthetic_source.SyntheticRunner.close", lambda _: closed.append("recording"))
    monkeypatch.setattr(failing, fail)
    with pytest.raises(OSError, match="No space left"):
        analysed(tmp_path / "out", video=True)
    assert closed == ["recording"]


def run(out: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["analyse", CLIP, "--out", str(out), *more])


def refused(done: Result, *mentions: str) -> None:
    assert done.exit_code == 2
    for mention in (*mentions, "choose another folder"):
        assert mention in " ".join(done.stderr.split())


class TestTheFolderOfTheResults:
    def test_with_a_session_is_refused(self, tmp_path: Path) -> None:
        begin(tmp_path / "s", header(1)).close()
        before = {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()}
        refused(run(tmp_path / "s"), f"{tmp_path / 's'}: holds an earlier result", "--force")
        refused(run(tmp_path / "s", "--force"), f"{tmp_path / 's'}: holds a runner's session, which --force does not replace")
        assert {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()} == before

    def test_in_which_a_session_is_being_written_is_refused(self, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        for path in (tmp_path / "s").iterdir():  # not even if its files have disappeared for a moment
            path.unlink()
        refused(run(tmp_path / "s"), "another program is writing one there")
        session.close()

    def test_with_the_folders_of_sessions_is_refused(self, tmp_path: Path) -> None:
        begin(tmp_path / "sessions" / "s").close()
        refused(run(tmp_path / "sessions"), "holds the folders of sessions")
        assert [path.name for path in (tmp_path / "sessions").iterdir()] == ["s"]

    def test_with_a_file_of_the_same_name_is_refused(self, tmp_path: Path) -> None:
        own = ("video.mp4", "report.html", "strides.csv")
        for name, more in zip(own, (("--video",), ("--force",), ("--force",)), strict=True):
            folder = tmp_path / name
            folder.mkdir()
            (folder / name).write_text("a coach's own")
            refused(run(folder, *more), "already exists" if name != "strides.csv" else "holds a session")
            assert [(path.name, path.read_text()) for path in folder.iterdir()] == [(name, "a coach's own")]

    def test_with_a_result_that_is_being_written_is_refused_even_with_force(self, tmp_path: Path) -> None:
        session = begin(tmp_path / "s", header(1, kind="clip"))
        refused(run(tmp_path / "s", "--force"), "another program is writing a session there")
        session.close()

    def test_with_an_earlier_result_keeps_what_that_did_not_write(self, tmp_path: Path) -> None:
        begin(tmp_path / "s", header(1, kind="clip", other_files=["report.html"])).close()
        (tmp_path / "s" / "report.html").write_text("ours")
        (tmp_path / "s" / "video.mp4").write_text("a coach's own")
        make_room(tmp_path / "s", force=True)
        assert [path.name for path in (tmp_path / "s").iterdir()] == ["video.mp4"]

    def test_with_other_files_is_used_and_they_stay(self, tmp_path: Path) -> None:
        (tmp_path / "clip.mp4").write_text("a coach's own")
        analysed(tmp_path)
        assert read_header(tmp_path)["ended"] is True
        assert (tmp_path / "clip.mp4").read_text() == "a coach's own"


class TestTheFolderOfManyResults:
    def test_is_refused_while_another_program_writes_there(self, tmp_path: Path) -> None:
        with results_folder(tmp_path / "out", [], True), pytest.raises(SessionsError, match="another program is writing there"):
            results_folder(tmp_path / "out", [], True).__enter__()

    def test_is_refused_where_something_is_in_the_way_of_a_clips_results(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "notes.txt").touch()
        with pytest.raises(SessionsError, match="a: is in the way of a clip's results"):
            results_folder(tmp_path, [tmp_path / "a.mp4"], True).__enter__()

    def test_is_refused_where_a_runners_session_would_be_replaced(self, tmp_path: Path) -> None:
        begin(tmp_path / "a").close()
        with results_folder(tmp_path, [tmp_path / "a.mp4"], False):
            pass  # it is left as it is
        with pytest.raises(SessionsError, match="a: holds a runner's session"):
            results_folder(tmp_path, [tmp_path / "a.mp4"], True).__enter__()

    def test_keeps_other_files_beside_a_result_that_is_replaced(self, tmp_path: Path) -> None:
        for folder in ("a", "a.unfinished"):
            begin(tmp_path / folder, header(1, kind="clip")).close()
        (tmp_path / "a" / "notes.txt").touch()
        put_in_place(tmp_path / "a.unfinished", tmp_path / "a")
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        assert {path.name for path in (tmp_path / "a").iterdir()} == {*SESSION_FILES, "notes.txt"}

    def test_is_refused_if_it_is_a_session(self, tmp_path: Path) -> None:
        begin(tmp_path / "s").close()
        with pytest.raises(SessionsError, match="holds a session"):
            results_folder(tmp_path / "s", [], True).__enter__()

    def test_is_refused_if_its_summary_is_another_table(self, tmp_path: Path) -> None:
        (tmp_path / "summary.csv").write_text("name,grade\n")
        with pytest.raises(SessionsError, match=r"summary\.csv: is another table"):
            results_folder(tmp_path, [], True).__enter__()
        (tmp_path / "summary.csv").write_text(",".join(HEADINGS) + "\n")
        with results_folder(tmp_path, [], False):
            pass

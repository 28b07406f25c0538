"""Given a file that is written anew, then it is there whole, or the old one is; nothing but a regular file is replaced."""

import errno
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hipcue.cli.commands import app
from sessions.format import durable
from sessions.format.durable import replace_text, replacing
from tests.support.recorded_sessions import begin, header, record_strides

EXPORTS = (
    ("export", "--format", "csv"),
    ("export", "--format", "parquet"),
    ("export", "--format", "mot"),
    ("report",),
    ("show",),
    ("list",),
)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


class TestReplacing:
    def test_an_error_leaves_the_old_file_and_nothing_beside_it(self, tmp_path: Path) -> None:
        path = tmp_path / "s.csv"
        path.write_text("old")

        def write_half() -> None:
            with replacing(path) as fresh:
                fresh.write_text("half")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            write_half()
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_full_disk_leaves_the_old_file_and_is_reported_by_its_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_path: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        path = tmp_path / "s.csv"
        path.write_text("old")
        monkeypatch.setattr(durable, "sync_path", refuse)
        with pytest.raises(OSError, match="No space left") as raised:
            replace_text(path, "new")
        assert raised.value.filename == str(path)
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_only_the_owner_may_read_the_new_file_whatever_was_there(self, tmp_path: Path) -> None:
        path = tmp_path / "s.csv"
        path.write_text("old")
        path.chmod(0o666)
        before = os.umask(0)
        try:
            replace_text(path, "new")
        finally:
            os.umask(before)
        assert (path.read_text(), mode(path)) == ("new", 0o600)

    def test_a_link_stays_and_the_file_that_it_names_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        link = tmp_path / "s.csv"
        link.symlink_to(tmp_path / "real" / "s.csv")
        replace_text(link, "new")
        assert link.is_symlink()
        assert (tmp_path / "real" / "s.csv").read_text() == "new"

    def test_what_a_crash_left_beside_it_is_no_obstacle_and_a_link_there_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").write_text("not ours")
        durable_name = durable.UNFINISHED_FILES.replace("*", str(os.getpid()))
        (tmp_path / durable_name).symlink_to(tmp_path / "elsewhere")
        replace_text(tmp_path / "s.csv", "new")
        assert (tmp_path / "elsewhere").read_text() == "not ours"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "s.csv"]

    def test_a_pipe_is_refused_and_stays_a_pipe(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to(tmp_path / "pipe")
        for path in (tmp_path / "pipe", tmp_path / "link", tmp_path, Path("/")):
            with pytest.raises(OSError, match="is not a regular file"):
                replace_text(path, "new")
        assert (tmp_path / "pipe").is_fifo()

    def test_a_name_that_is_no_valid_text_costs_a_letter_not_the_file(self, tmp_path: Path) -> None:
        replace_text(tmp_path / "s.json", os.fsdecode(b"caf\xe9.mp4"))
        assert (tmp_path / "s.json").read_text(encoding="utf-8") == "caf?.mp4"


class TestWhateverACommandWrites:
    @pytest.fixture
    def recorded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
        session = begin(tmp_path / "recorded", header(0, "Ada", facing="right"))
        record_strides(session, 1, 20)
        session.close()
        assert run("import", tmp_path / "recorded").exit_code == 0

    @pytest.mark.usefixtures("recorded")
    @pytest.mark.parametrize("words", EXPORTS, ids=" ".join)
    def test_a_pipe_is_refused_in_one_sentence(self, words: tuple[str, ...], tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        done = run(*words, "--out", tmp_path / "pipe")
        assert done.exit_code == 2
        assert done.stderr.strip() == f"{tmp_path / 'pipe'}: is not a regular file and is left as it is"

    @pytest.mark.usefixtures("recorded")
    @pytest.mark.parametrize("words", EXPORTS, ids=" ".join)
    def test_a_failure_leaves_the_old_file(
        self, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_path: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        (tmp_path / "out").mkdir()
        path = tmp_path / "out" / "old"
        path.write_text("old")
        monkeypatch.setattr(durable, "sync_path", refuse)
        done = run(*words, "--out", path)
        assert (done.exit_code, done.stderr.strip()) == (2, f"{path}: No space left on device")
        assert path.read_text() == "old"
        assert list((tmp_path / "out").iterdir()) == [path]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["sessions", *(str(word) for word in words)])

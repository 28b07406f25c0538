"""Given other programs and people who use the same folders, each session has a folder of its own with all its rows in it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sessions.errors import SessionsError
from sessions.format.csv_rows import table_rows
from sessions.format.folders import SESSION_FILES, is_being_written
from sessions.format.header import read_header
from sessions.recorder.session_writer import SessionWriter
from tests.support.message_examples import stride
from tests.support.recorded_sessions import begin, header, record_strides

AT_ONCE = """
import sys
from pathlib import Path
from tests.support.recorded_sessions import begin, header, record_strides
day = int(sys.argv[2])
sys.stdin.readline()
session = begin(Path(sys.argv[1]), header(day))
record_strides(session, 100 * day, 20)
print(session.folder, flush=True)
sys.stdin.readline()
session.close()
"""


def numbers(folder: Path) -> list[int]:
    return [int(row["stride"]) for row in table_rows(folder / "strides.csv")]


def test_programs_that_start_in_the_same_second_each_have_a_folder(tmp_path: Path) -> None:
    wanted = tmp_path / "2026-11-02_12-00-00"
    words = [sys.executable, "-c", AT_ONCE, str(wanted)]
    programs = [
        subprocess.Popen([*words, str(day)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for day in (1, 2, 3)
    ]
    folders = {}
    for program in programs:  # all have loaded their libraries when they begin
        assert program.stdin is not None
        program.stdin.write("begin\n")
        program.stdin.flush()
    for day, program in enumerate(programs, start=1):
        assert program.stdout is not None
        folders[day] = Path(program.stdout.readline().strip())
    for program in programs:
        program.communicate("end\n", timeout=240)
    assert {folder.name for folder in folders.values()} == {wanted.name, f"{wanted.name}_2", f"{wanted.name}_3"}
    for day, folder in folders.items():
        assert numbers(folder) == list(range(100 * day, 100 * day + 20))
        assert (read_header(folder)["id"], read_header(folder)["ended"]) == (header(day)["id"], True)


class TestAFolderInUse:
    def test_is_never_written_into_by_a_second_session(self, tmp_path: Path) -> None:
        first, second = begin(tmp_path / "s", header(1)), begin(tmp_path / "s", header(2))
        first.close()
        third = begin(tmp_path / "s", header(3))
        assert [one.folder.name for one in (first, second, third)] == ["s", "s_2", "s_3"]

    @pytest.mark.parametrize("name", SESSION_FILES)
    def test_that_holds_one_file_of_a_session_is_not_written_into(self, name: str, tmp_path: Path) -> None:
        (tmp_path / "s").mkdir()
        (tmp_path / "s" / name).write_text("a coach's own table")
        assert begin(tmp_path / "s").folder == tmp_path / "s_2"
        assert (tmp_path / "s" / name).read_text() == "a coach's own table"

    def test_that_must_be_this_one_is_refused_in_one_sentence(self, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        for _ in ("while it is written", "and afterwards"):
            with pytest.raises(SessionsError, match=r"/s: holds a session, or another program is writing one there; choose"):
                SessionWriter(tmp_path / "s", header(2), fixed=True)
            session.close()
        assert [path.name for path in tmp_path.iterdir()] == ["s"]

    def test_without_a_session_is_used_and_its_files_stay(self, tmp_path: Path) -> None:
        (tmp_path / "s").mkdir()
        (tmp_path / "s" / "clip.mp4").write_text("a video")
        assert begin(tmp_path / "s").folder == tmp_path / "s"
        assert (tmp_path / "s" / "clip.mp4").read_text() == "a video"


def delete(folder: Path) -> None:
    shutil.rmtree(folder)


def rename(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def delete_with_its_parent(folder: Path) -> None:
    shutil.rmtree(folder.parent)


def delete_its_files(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def replace_by_an_empty_one(folder: Path) -> None:
    rename(folder)
    folder.mkdir()


def replace_by_an_old_copy(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("copy"))
    (folder.with_name("copy") / "strides.csv").write_text("")
    rename(folder)
    folder.with_name("copy").rename(folder)


class TestAFolderThatDisappearsDuringTheSession:
    @pytest.mark.parametrize(
        "disappear",
        [delete, rename, delete_with_its_parent, delete_its_files, replace_by_an_empty_one, replace_by_an_old_copy],
    )
    @pytest.mark.parametrize("goes_on", [True, False])
    def test_is_made_again_with_everything_in_it(
        self, disappear: Callable[[Path], None], goes_on: bool, tmp_path: Path
    ) -> None:
        folder = tmp_path / "sessions" / "s"
        session = begin(folder)
        record_strides(session, 1, 20)
        disappear(folder)
        if goes_on:
            record_strides(session, 21, 20)
            assert (session.problem, numbers(folder)) == (None, list(range(1, 41)))
            assert is_being_written(folder)
        session.close()
        assert session.problem is None
        assert session.folder == folder
        assert numbers(folder) == list(range(1, 41 if goes_on else 21))
        assert {path.name for path in folder.iterdir()} == set(SESSION_FILES)
        found = read_header(folder)
        assert (found["ended"], found["strides"]["near"]) == (True, len(numbers(folder)))
        assert not is_being_written(folder)

    def test_for_another_session_leaves_that_one_alone_and_goes_on_beside_it(self, tmp_path: Path) -> None:
        session = begin(tmp_path / "s", header(1))
        record_strides(session, 1, 20)
        rename(tmp_path / "s")
        other = begin(tmp_path / "s", header(2))
        record_strides(other, 100, 5)
        other.close()
        record_strides(session, 21, 20)
        session.close()
        assert session.folder == tmp_path / "s_2"
        assert numbers(tmp_path / "s_2") == list(range(1, 41))
        assert numbers(tmp_path / "s") == list(range(100, 105))

    def test_and_cannot_be_made_is_reported_and_made_later(self, tmp_path: Path) -> None:
        folder = tmp_path / "sessions" / "s"
        session = begin(folder)
        record_strides(session, 1, 20)
        delete_with_its_parent(folder)
        folder.parent.touch()  # a file where the folder should be
        session.stride(stride(21, 21 * 0.7))
        session.flush()
        assert session.problem is not None
        assert str(folder.parent) in str(session.problem.filename)
        session.close()
        assert session.problem is not None
        assert session.unsaved_strides == 1
        folder.parent.unlink()
        session.close()
        assert numbers(folder) == list(range(1, 22))
        assert read_header(folder)["ended"] is True

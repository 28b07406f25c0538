"""Given a disk that is full, accepts few bytes or is gone, every row is written once, in order, once there is room."""

import errno
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.format.csv_rows import whole_rows_bytes
from sessions.recorder.appending_file import AppendingFile

FIRST = "# about\na,b\n"


@contextmanager
def full_at(size_bytes: int) -> Iterator[None]:
    """No file may grow beyond this size, as on a full disk: a write accepts what still fits, the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_rows_wait_and_the_problem_is_known(tmp_path: Path) -> None:
    file = AppendingFile(tmp_path / "rows.csv", FIRST)
    file.flush()
    with full_at(len(FIRST) + 5):
        file.append("1,1\n")
        file.append("2,2\n")
        file.flush()
        assert file.problem is not None
        assert (file.problem.errno, file.problem.filename) == (errno.EFBIG, str(tmp_path / "rows.csv"))
        file.append("3,3\n")
        file.flush()
    file.append("4,4\n")
    file.flush()
    assert file.problem is None
    assert (tmp_path / "rows.csv").read_text() == FIRST + "1,1\n2,2\n3,3\n4,4\n"
    assert file.lost == 0


def test_a_folder_that_cannot_be_made_yet_is_made_later(tmp_path: Path) -> None:
    (tmp_path / "s").touch()
    file = AppendingFile(tmp_path / "s" / "rows.csv", FIRST)
    file.append("1,1\n")
    file.flush()
    assert file.problem is not None
    (tmp_path / "s").unlink()
    file.close()
    assert file.problem is None
    assert (tmp_path / "s" / "rows.csv").read_text() == FIRST + "1,1\n"


def test_memory_is_bounded_the_oldest_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    (tmp_path / "s").touch()
    file = AppendingFile(tmp_path / "s" / "rows.csv", FIRST, most_waiting_bytes=8)
    for number in range(5):
        file.append(f"{number},0\n")
    assert file.lost == 3
    (tmp_path / "s").unlink()
    file.close()
    assert (tmp_path / "s" / "rows.csv").read_text() == FIRST + "3,0\n4,0\n"


@given(
    rows=st.lists(st.text(alphabet="ab,ü", max_size=6), max_size=12),
    disk=st.lists(st.one_of(st.integers(1, 9), st.just(0)), max_size=30),
)
def test_whatever_the_disk_accepts_each_row_is_there_once_and_whole(
    rows: list[str], disk: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`disk`: how many bytes each write accepts; 0: it fails."""
    path = tmp_path_factory.mktemp("disk") / "rows.csv"
    answers = iter(disk)
    write = os.write

    def some(file: int, packed: bytes) -> int:
        accepted = next(answers, len(packed))
        if accepted == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, packed[:accepted])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", some)
        file = AppendingFile(path, FIRST)
        for row in rows:
            file.append(f"{row}\n")
            file.flush()
        while list(zip([0], answers, strict=False)):
            file.flush()
        file.close()
    assert path.read_text(encoding="utf-8") == FIRST + "".join(f"{row}\n" for row in rows)
    assert (file.problem, file.lost) == (None, 0)


def delete(path: Path) -> None:
    path.unlink()


def rename(path: Path) -> None:
    path.rename(path.with_suffix(".old"))


def replace(path: Path) -> None:
    rename(path)
    path.write_text("somebody else's\n")


def delete_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


@given(happens=st.lists(st.sampled_from([None, None, delete, rename, replace, delete_folder]), max_size=20))
def test_whatever_happens_to_the_file_each_row_is_there_once_and_whole(
    happens: list[Callable[[Path], None] | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("disk") / "s" / "rows.csv"
    file = AppendingFile(path, FIRST)
    for number, change in enumerate(happens):
        file.append(f"{number},0\n")
        file.flush()
        if change is not None:
            change(path)
    file.close()
    assert path.read_text() == FIRST + "".join(f"{number},0\n" for number in range(len(happens)))
    assert (file.problem, file.lost) == (None, 0)


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b"", 0),
        (b"a,b", 0),
        (b"a,b\n1,2\n", 8),
        (b"a,b\n1,2", 4),
        (b'a,b\n"x\ny",2\n', 12),
        (b'a,b\n"x\ny', 4),
    ],
)
def test_the_whole_rows_of_what_a_crash_left(content: bytes, whole: int) -> None:
    assert whole_rows_bytes(content) == whole

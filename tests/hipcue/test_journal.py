"""The log keeps what happened, stays small, and a full disk or a forbidden folder does not disturb the program."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from hipcue.journal import LARGEST_BYTES, OLDER_FILES, close_journal, journal_file, log, open_journal


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    close_journal()
    log.propagate = True
    log.setLevel(logging.NOTSET)


def test_what_happened_is_kept_with_its_time(tmp_path: Path) -> None:
    file = tmp_path / "new" / "hipcue.log"
    open_journal(file)
    log.warning("analysis ended (SIGKILL) and was started again")
    open_journal(file)  # the next run
    log.info("Started: camera 0")
    first, second = file.read_text().splitlines()
    assert first.endswith("analysis ended (SIGKILL) and was started again")
    assert second.endswith("Started: camera 0")
    assert first[:4].isdigit()


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "hipcue.log"
    open_journal(file)
    for _ in range(6 * LARGEST_BYTES // 100_000):
        log.info("x" * 100_000)
    files = list(tmp_path.iterdir())
    assert len(files) == OLDER_FILES + 1
    assert all(one.stat().st_size <= LARGEST_BYTES for one in files)


def test_where_it_cannot_be_written_the_program_goes_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    open_journal(tmp_path / "file" / "hipcue.log")
    log.warning("nobody hears this")
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_is_not_a_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    open_journal(Path("/dev/full"))
    log.warning("this cannot be written")
    assert capfd.readouterr() == ("", "")


def test_it_lies_with_what_outlives_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIPCUE_HOME", "/home/gym/hipcue")
    assert journal_file() == Path("/home/gym/hipcue/hipcue.log")

"""The log keeps events and stays small; a full disk or a read-only folder does not disturb the program."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hipcue.supervisor.journal import LARGEST_BYTES, OLDER_FILES, close_journal, journal_file, log, open_journal


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    yield
    close_journal()
    log.propagate = True
    log.setLevel(logging.NOTSET)


def test_events_are_kept_with_their_times(tmp_path: Path) -> None:
    file = tmp_path / "new" / "hipcue.log"
    open_journal(file)
    log.warning("analysis ended (SIGKILL) and was restarted")
    open_journal(file)  # the next run
    log.info("Started: camera 0")
    first, second = file.read_text().splitlines()
    assert first.endswith("analysis ended (SIGKILL) and was restarted")
    assert second.endswith("Started: camera 0")
    assert first[:4].isdigit()


def test_its_size_is_limited(tmp_path: Path) -> None:
    file = tmp_path / "hipcue.log"
    open_journal(file)
    for _ in range(6 * LARGEST_BYTES // 100_000):
        log.info("x" * 100_000)
    files = list(tmp_path.iterdir())
    assert len(files) == OLDER_FILES + 1
    assert all(one.stat().st_size <= LARGEST_BYTES for one in files)


def test_a_log_that_is_deleted_or_moved_away_continues_in_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "hipcue.log"
    open_journal(file)
    log.info("first")
    file.unlink()
    log.info("second")
    file.rename(tmp_path / "moved.log")
    log.info("third")
    assert file.read_text().endswith("third\n")
    assert (tmp_path / "moved.log").read_text().endswith("second\n")


def test_a_pipe_in_place_of_the_log_does_not_stop_the_start(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hipcue.log")
    open_journal(tmp_path / "hipcue.log")
    log.info("lost")


def test_the_program_continues_without_a_writable_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    open_journal(tmp_path / "file" / "hipcue.log")
    log.warning("lost")
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_prints_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    open_journal(Path("/dev/full"))
    log.warning("this cannot be written")
    assert capfd.readouterr() == ("", "")


def test_it_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIPCUE_HOME", "/home/gym/hipcue")
    assert journal_file() == Path("/home/gym/hipcue/hipcue.log")


def test_a_name_with_control_characters_stays_in_its_line(tmp_path: Path) -> None:
    open_journal(tmp_path / "hipcue.log")
    log.info("Started: %s", "a\x1b[2J\n2026-01-01 INFO forged")
    [line] = (tmp_path / "hipcue.log").read_text().splitlines()
    assert line.endswith(r"Started: a\x1b[2J\n2026-01-01 INFO forged")

"""Given a disk that takes its time, the recorder never waits for it, and all that was flushed is asked to be kept."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.recorder.disk_sync import DiskSync, sync_path
from tests.eventually import eventually


class SlowDisk:
    """Keeps nothing until it is let go on; `kept` are the names and sizes that it was asked for, in order."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.kept: list[tuple[str, int]] = []

    def sync(self, path: Path) -> None:
        size = path.stat().st_size if path.is_file() else 0
        self.goes_on.wait(30)
        self.kept.append((path.name, size))


@pytest.fixture
def disk() -> Iterator[SlowDisk]:
    found = SlowDisk()
    yield found
    found.goes_on.set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "rows.csv").write_text("a\n")
    return tmp_path / "s"


def test_who_asks_does_not_wait_and_requests_meanwhile_fall_together(disk: SlowDisk, folder: Path) -> None:
    sync = DiskSync(disk.sync)
    for rows in range(50):
        (folder / "rows.csv").write_text("a\n" * rows)
        sync.ask(folder)
    assert disk.kept == []
    assert not sync.finish(0.0)
    disk.goes_on.set()
    assert sync.finish(30)
    # The first request and one for all that came while the disk was busy; the last state is what is kept.
    assert len(disk.kept) in (2, 4)
    assert disk.kept[-2:] == [("rows.csv", 98), ("s", 0)]
    assert sync.slowest_ms > 0


def test_a_real_disk_is_asked_and_a_folder_that_is_gone_ends_nothing(folder: Path) -> None:
    sync_path(folder / "rows.csv")
    sync_path(folder)
    sync = DiskSync()
    sync.ask(folder / "gone")
    assert sync.finish(30)
    sync.ask(folder)
    assert sync.finish(30)


def test_nothing_asked_for_is_nothing_to_wait_for() -> None:
    assert DiskSync().finish(0.0)


def test_the_disk_keeps_the_newest_session_of_two(disk: SlowDisk, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "next").mkdir()
    sync = DiskSync(disk.sync)
    sync.ask(folder)
    eventually(lambda: sync._busy, "the disk is busy")
    sync.ask(tmp_path / "next")
    disk.goes_on.set()
    assert sync.finish(30)
    assert [name for name, _ in disk.kept] == ["rows.csv", "s", "next"]

"""Given a slow disk, the recorder never waits for it, and the disk is asked to store everything that was flushed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.format.durable import sync_path
from sessions.recorder.disk_sync import DiskSync
from tests.support.eventually import eventually


class SlowDisk:
    """Stores nothing until `ready` is set; `stored` are the names and sizes it was asked to store, in order."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.stored: list[tuple[str, int]] = []

    def sync(self, path: Path) -> None:
        size = path.stat().st_size if path.is_file() else 0
        self.ready.wait(30)
        self.stored.append((path.name, size))


@pytest.fixture
def disk() -> Iterator[SlowDisk]:
    found = SlowDisk()
    yield found
    found.ready.set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "rows.csv").write_text("a\n")
    return tmp_path / "s"


def test_asking_does_not_wait_and_requests_to_a_busy_disk_are_combined(disk: SlowDisk, folder: Path) -> None:
    sync = DiskSync(disk.sync)
    for rows in range(50):
        (folder / "rows.csv").write_text("a\n" * rows)
        sync.ask(folder)
    assert disk.stored == []
    assert not sync.finish(0.0)
    disk.ready.set()
    assert sync.finish(30)
    # The first request, and one for all that arrived while the disk was busy; the last state is stored.
    assert len(disk.stored) in (2, 4)
    assert disk.stored[-2:] == [("rows.csv", 98), ("s", 0)]
    assert sync.slowest_ms > 0


def test_a_real_disk_is_asked_and_a_folder_that_is_gone_does_no_harm(folder: Path) -> None:
    sync_path(folder / "rows.csv")
    sync_path(folder)
    sync = DiskSync()
    sync.ask(folder / "gone")
    assert sync.finish(30)
    sync.ask(folder)
    assert sync.finish(30)


def test_nothing_asked_for_is_nothing_to_wait_for() -> None:
    assert DiskSync().finish(0.0)


def test_of_two_sessions_both_are_stored(disk: SlowDisk, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "next").mkdir()
    sync = DiskSync(disk.sync)
    sync.ask(folder)
    eventually(lambda: sync._busy, "the disk is busy")
    sync.ask(tmp_path / "next")
    disk.ready.set()
    assert sync.finish(30)
    assert [name for name, _ in disk.stored] == ["rows.csv", "s", "next"]

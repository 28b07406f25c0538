"""Given messages round by round, each runner's session is on disk, and in the store once it has ended."""

import uuid
from pathlib import Path

from config.paths import spool_folder
from config.secret_address import SecretAddress
from sessions.format.csv_rows import table_rows
from sessions.format.header import read_header
from sessions.recorder.disk_sync import DiskSync
from sessions.recorder.recorder import Recorder
from sessions.recorder.subscriptions import Received
from sessions.store.background_import import BackgroundImport
from sessions.store.catalogue import Catalogue
from sessions.store.spool import Spool
from tests.support.eventually import eventually
from tests.support.message_examples import sample, stride
from tests.support.recorded_sessions import header, phase
from wire.clock import s_to_ns
from wire.messages import PhaseName


class Day:
    """A recorder, and a treadmill that one runner after the other uses."""

    def __init__(self, folder: Path, store: BackgroundImport | None = None) -> None:
        self.folder = folder
        self.made = 0
        self.now_s = 100.0
        self.recorder = Recorder(folder / "first", self._header, store, disk=DiskSync(lambda _: None))

    def _header(self) -> dict[str, object]:
        self.made += 1
        return header(self.made)

    def phase(self, name: PhaseName, seconds: int = 1) -> None:
        """The coach publishes a phase for so long, with one sample and one stride each second."""
        for _ in range(seconds):
            self.now_s += 1
            messages = (sample(int(self.now_s), self.now_s), stride(int(self.now_s), self.now_s))
            self.recorder.take(Received(phase=phase(name), messages=messages), s_to_ns(self.now_s))
            self.recorder.flush()

    def runner(self) -> None:
        """Someone runs a whole session and leaves."""
        for name in ("warm_up", "drill", "summary"):
            self.phase(name)
        self.phase("idle", seconds=10)


def test_each_runners_session_has_a_folder_of_its_own_beside_the_first(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.runner()
    day.runner()
    assert day.recorder.finish() == []
    folders = sorted(path.parent for path in tmp_path.glob("*/session.json"))
    assert len(folders) == day.made == 2
    assert (tmp_path / "first") in folders
    for folder in folders:
        assert read_header(folder)["ended"] is True
        assert read_header(folder)["strides"]["near"] == len(list(table_rows(folder / "strides.csv"))) > 0


def test_a_session_is_listed_as_running_and_imported_when_its_runner_has_left(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    day = Day(tmp_path / "s", BackgroundImport(SecretAddress(url)))
    day.phase("warm_up", seconds=3)
    catalogue = Catalogue(SecretAddress(url))
    assert [(entry.running, entry.ended, entry.near_strides) for entry in catalogue.entries()] == [(True, False, 3)]
    day.runner()
    eventually(lambda: Spool(spool_folder(SecretAddress(url))).pending() == {}, "the session is imported")
    assert [(entry.running, entry.ended) for entry in catalogue.entries()] == [(False, True)]
    assert catalogue.find("latest").id == uuid.UUID(header(1)["id"])
    catalogue.close()
    assert day.recorder.finish() == []


def test_the_end_reports_progress_after_each_session_and_after_each_wait(tmp_path: Path) -> None:
    (tmp_path / "s").touch()  # a file where the folder should be
    day = Day(tmp_path / "s", BackgroundImport(SecretAddress(f"sqlite:///{tmp_path / 'sessions.db'}")))
    day.runner()
    day.runner()
    steps: list[int] = []
    assert len(day.recorder.finish(lambda: steps.append(1))) == 2
    assert len(steps) == 4


def test_a_session_is_imported_when_the_program_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    day = Day(tmp_path / "s", BackgroundImport(SecretAddress(url)))
    day.phase("drill", seconds=3)
    assert day.recorder.finish() == []
    # If the program's end left no time for it, the next program to open the store imports it.
    catalogue = Catalogue(SecretAddress(url))
    entry = catalogue.find("latest")
    assert (entry.ended, entry.running, entry.near_strides) == (True, False, 3)
    assert catalogue.read(entry).folder == tmp_path / "s" / "first"
    catalogue.close()


def test_a_session_whose_disk_is_away_at_its_end_is_imported_when_the_disk_is_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    (tmp_path / "s").touch()  # a file where the folder should be
    day = Day(tmp_path / "s", BackgroundImport(SecretAddress(url)))
    day.runner()
    assert day.recorder.problem is not None
    assert len(day.recorder.unfinished) == 1
    Catalogue(SecretAddress(url)).close()  # another program, which finds a note without a folder
    (tmp_path / "s").unlink()
    day.recorder.flush()
    assert day.recorder.problem is None
    eventually(lambda: Spool(spool_folder(SecretAddress(url))).pending() == {}, "the session is imported")
    assert day.recorder.finish() == []
    catalogue = Catalogue(SecretAddress(url))
    assert [(entry.ended, entry.near_strides) for entry in catalogue.entries()] == [(True, 3)]
    catalogue.close()

"""Given sessions of many ages, when a run starts, then exactly the expired ones are removed, from disk and store."""

import json
import os
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.secret_address import SecretAddress
from config.sections.session import SessionSettings
from config.settings import Settings
from hipcue.supervisor.days_of_use import note_day
from hipcue.supervisor.keeping import expired, remove_expired
from sessions.store.store import Store
from tests.support.recorded_sessions import NOON, begin, header


def kept(tmp_path: Path, keep_days: int, store_url: str = "none") -> Settings:
    return Settings(session=SessionSettings(folder=str(tmp_path), keep_days=keep_days, store_url=SecretAddress(store_url)))


def record(folder: Path, day: int, **more: str) -> Path:
    begin(folder / f"day{day}", header(day, **more)).close()
    written_on(folder / f"day{day}", day)
    return folder / f"day{day}"


def written_on(path: Path, day: float) -> None:
    """Give a file, or all files of a folder, the time of that day."""
    at_s = (NOON + timedelta(days=day)).timestamp()
    for file in path.iterdir() if path.is_dir() else [path]:
        os.utime(file, (at_s, at_s))


@given(st.lists(st.integers(0, 400), max_size=8, unique=True), st.integers(0, 400))
def test_exactly_those_older_than_the_limit_are_expired(
    tmp_path_factory: pytest.TempPathFactory, ages_days: list[int], keep_days: int
) -> None:
    folder = tmp_path_factory.mktemp("sessions")
    for age in ages_days:
        (folder / str(age)).mkdir()
        head = {**header(), "id": str(uuid.UUID(int=age)), "started": (NOON - timedelta(days=age)).isoformat()}
        (folder / str(age) / "session.json").write_text(json.dumps(head))
        written_on(folder / str(age), -age)
    found = {int(path.name) for _, path in expired(folder.iterdir(), keep_days, NOON)}
    assert found == ({age for age in ages_days if age > keep_days} if keep_days else set())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"started": "yesterday", "id": "1"}', '{"started": 5, "id": 6}'])
def test_what_is_not_a_session_stays(text: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "session.json").write_text(text)
    (tmp_path / "empty").mkdir()
    assert expired(tmp_path.iterdir(), 1, NOON) == []


def test_an_analysed_clip_stays(tmp_path: Path) -> None:
    record(tmp_path, 0, kind="clip")
    assert expired(tmp_path.iterdir(), 1, NOON + timedelta(days=99)) == []


def test_a_session_that_is_being_recorded_stays(tmp_path: Path) -> None:
    session = begin(tmp_path / "day0", header(0))
    written_on(tmp_path / "day0", 0)
    assert expired(tmp_path.iterdir(), 1, NOON + timedelta(days=9)) == []
    session.close()
    written_on(tmp_path / "day0", 0)
    assert [folder for _, folder in expired(tmp_path.iterdir(), 1, NOON + timedelta(days=9))] == [tmp_path / "day0"]


class TestTheSessionsOwnDate:
    """The clock may have been wrong when the session was recorded, and the file may have been edited since."""

    def test_before_there_was_hipcue_is_not_believed(self, tmp_path: Path) -> None:
        dead = record(tmp_path, 0, started="1970-01-01T00:00:10+00:00")
        written_on(dead, (datetime(1970, 1, 1, tzinfo=timezone.utc) - NOON).days)
        assert expired(tmp_path.iterdir(), 1, NOON) == []

    def test_is_not_believed_beside_a_time_that_no_calendar_has(self, tmp_path: Path) -> None:
        os.utime(record(tmp_path, 0) / "cues.csv", (2.0**40, 2.0**40))
        assert expired(tmp_path.iterdir(), 10, NOON + timedelta(days=30)) == []

    def test_is_not_believed_if_a_file_is_newer(self, tmp_path: Path) -> None:
        old = record(tmp_path, 0)
        written_on(old / "cues.csv", 25)
        assert expired(tmp_path.iterdir(), 10, NOON + timedelta(days=30)) == []

    def test_is_not_believed_if_the_store_received_the_session_later(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'store.db'}"
        folder = tmp_path / "sessions"
        old = record(folder, 0)
        store = Store(SecretAddress(url))
        store.import_session(old, NOON + timedelta(days=25))
        store.import_session(old, NOON + timedelta(days=99))  # again: it is as old as it was
        store.close()
        assert remove_expired(kept(folder, 10, url), NOON + timedelta(days=30)) == []
        assert old.exists()
        assert remove_expired(kept(folder, 10, url), NOON + timedelta(days=36)) == [old]


def test_a_clock_that_is_far_ahead_on_two_days_of_use_and_then_back_removes_nothing(tmp_path: Path) -> None:
    file, sessions = tmp_path / "days_of_use.txt", tmp_path / "sessions"
    recorded = [record(sessions, day) for day in range(5)]
    ahead = NOON + timedelta(days=2000)
    times = [NOON + timedelta(days=day) for day in range(5)] + [ahead, ahead, ahead + timedelta(days=1)]
    for now in [*times, NOON + timedelta(days=5), ahead + timedelta(days=2), NOON + timedelta(days=6)]:
        confirmed = note_day(file, now)
        assert confirmed is None or remove_expired(kept(sessions, 30), confirmed) == []
    assert all(folder.exists() for folder in recorded)


def test_a_session_goes_on_the_third_day_of_use_after_it_has_expired(tmp_path: Path) -> None:
    file, sessions = tmp_path / "days_of_use.txt", tmp_path / "sessions"
    old = record(sessions, 0)
    removed = []
    for day in (0, 9, 11, 13, 40):
        confirmed = note_day(file, NOON + timedelta(days=day))
        removed.append([] if confirmed is None else remove_expired(kept(sessions, 10), confirmed))
    assert removed == [[], [], [], [], [old]]


def test_files_of_others_stay_with_their_folder(tmp_path: Path) -> None:
    old = record(tmp_path, 0)
    (old / "notes.txt").write_text("knee better")
    assert remove_expired(kept(tmp_path, 1), NOON + timedelta(days=9)) == [old]
    assert [path.name for path in old.iterdir()] == ["notes.txt"]


def test_they_are_removed_from_disk_and_store_with_their_videos(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    folder = tmp_path / "sessions"
    old, new = record(folder, 0), record(folder, 20)
    (old / "video_0.000s.mkv").touch()
    store = Store(SecretAddress(url))
    store.import_session(old, NOON)
    store.import_session(new, NOON + timedelta(days=20))
    store.close()
    removed = remove_expired(kept(folder, 10, url), NOON + timedelta(days=21))
    assert removed == [old]
    assert not old.exists()
    store = Store(SecretAddress(url))
    assert [one.folder for one in store.entries()] == [new]
    store.close()


def test_with_no_limit_and_with_no_folder_nothing_happens(tmp_path: Path) -> None:
    old = record(tmp_path, 0)
    assert remove_expired(kept(tmp_path, 0), NOON + timedelta(days=999)) == []
    assert old.exists()
    assert remove_expired(kept(tmp_path / "none", 1), NOON) == []


def test_while_the_store_is_away_all_of_them_stay(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    old = record(folder, 0)
    (tmp_path / "file").touch()
    assert remove_expired(kept(folder, 1, f"sqlite:///{tmp_path / 'file' / 'x.db'}"), NOON + timedelta(days=9)) == []
    assert old.exists()

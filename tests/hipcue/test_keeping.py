"""Given sessions of many ages, when a run starts, then those over their time are gone, from disk and store, and no others."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Settings
from config.training import Session
from feedback.sessions.store import Store
from hipcue.keeping import expired, remove_expired
from tests.recorded_sessions import NOON, begin, header


def kept(tmp_path: Path, keep_days: int, store_url: str = "none") -> Settings:
    return Settings(session=Session(folder=str(tmp_path), keep_days=keep_days, store_url=store_url))


def record(folder: Path, day: int, **more: str) -> Path:
    begin(folder / f"day{day}", header(day, **more)).close()
    return folder / f"day{day}"


@given(st.lists(st.integers(0, 400), max_size=8, unique=True), st.integers(0, 400))
def test_exactly_those_older_than_the_limit_are_over(
    tmp_path_factory: pytest.TempPathFactory, ages_days: list[int], keep_days: int
) -> None:
    folder = tmp_path_factory.mktemp("sessions")
    for age in ages_days:
        (folder / str(age)).mkdir()
        head = {**header(), "id": str(uuid.UUID(int=age)), "started": (NOON - timedelta(days=age)).isoformat()}
        (folder / str(age) / "session.json").write_text(json.dumps(head))
    over = {int(path.name) for _, path in expired(folder.iterdir(), keep_days, NOON)}
    assert over == ({age for age in ages_days if age > keep_days} if keep_days else set())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"started": "yesterday", "id": "1"}', '{"started": 5, "id": 6}'])
def test_what_is_no_session_of_ours_stays(text: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "session.json").write_text(text)
    (tmp_path / "empty").mkdir()
    assert expired(tmp_path.iterdir(), 1, NOON) == []


def test_an_analysed_clip_stays(tmp_path: Path) -> None:
    record(tmp_path, 0, kind="clip")
    assert expired(tmp_path.iterdir(), 1, NOON + timedelta(days=99)) == []


def test_they_go_from_disk_and_store_with_all_that_was_filmed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    folder = tmp_path / "sessions"
    old, new = record(folder, 0), record(folder, 20)
    (old / "video_0.000s.mkv").touch()
    store = Store(url)
    store.write(old)
    store.write(new)
    store.close()
    removed = remove_expired(kept(folder, 10, url), NOON + timedelta(days=21))
    assert removed == [old]
    assert not old.exists()
    store = Store(url)
    assert [one.folder for one in store.all()] == [new]
    store.close()


def test_with_no_limit_and_with_no_folder_nothing_happens(tmp_path: Path) -> None:
    old = record(tmp_path, 0)
    assert remove_expired(kept(tmp_path, 0), NOON + timedelta(days=999)) == []
    assert old.exists()
    assert remove_expired(kept(tmp_path / "none", 1), NOON) == []


def test_a_store_that_cannot_be_opened_keeps_them_all(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    old = record(folder, 0)
    (tmp_path / "file").touch()
    assert remove_expired(kept(folder, 1, f"sqlite:///{tmp_path / 'file' / 'x.db'}"), NOON + timedelta(days=9)) == []
    assert old.exists()

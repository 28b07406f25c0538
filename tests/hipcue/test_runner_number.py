"""Given a runner's earlier sessions in the store, the next one has the next number, and cues fade with it."""

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from config.default_file import default_text
from config.loading import Origin
from config.paths import spool_folder, store_url
from config.secret_address import SecretAddress
from hipcue.cli.runner_number import numbered
from sessions.store.session_entry import SessionEntry
from sessions.store.session_number import LEAST_NEAR_STRIDES, next_session_number
from sessions.store.spool import Spool
from sessions.store.store import Store
from tests.support.recorded_sessions import NOON, begin, header, record_strides


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    return tmp_path


def practise(home: Path, days: int, runner: str) -> None:
    store = Store(store_url(SecretAddress("")))
    for day in range(days):
        session = begin(home / runner / str(day), header(day, runner))
        record_strides(session, 1, LEAST_NEAR_STRIDES)
        session.close()
        store.import_session(session.folder)
    store.close()


def number(origin: Origin) -> int:
    found, note = numbered(origin)
    assert note == ""
    return found.load().session.session_number


def test_it_counts_the_runners_own_sessions(home: Path) -> None:
    practise(home, 3, "Ada")
    practise(home, 1, "Ben")
    assert number(Origin(overrides={"session.runner": "Ada"})) == 4
    assert number(Origin(overrides={"session.runner": "Ben"})) == 2
    assert number(Origin(overrides={"session.runner": "Zoe"})) == 1


def test_a_session_that_is_not_imported_yet_counts(home: Path) -> None:
    session = begin(home / "s", header(0, "Ada"))
    record_strides(session, 1, LEAST_NEAR_STRIDES)
    session.close()
    Spool(spool_folder(store_url(SecretAddress("")))).note(uuid.UUID(session.id), home / "s")
    assert number(Origin(overrides={"session.runner": "Ada"})) == 2


def test_sessions_without_a_name_are_not_counted_and_no_store_is_opened(home: Path) -> None:
    assert number(Origin()) == 0
    assert not (home / "home").exists()


@pytest.mark.parametrize("given", [1, 7])
def test_a_number_in_the_settings_stays(home: Path, given: int) -> None:
    practise(home, 3, "Ada")
    assert number(Origin(overrides={"session.runner": "Ada", "session.session_number": given})) == given


def test_the_commented_defaults_saved_whole_leave_the_number_to_be_counted(home: Path, tmp_path: Path) -> None:
    practise(home, 3, "Ada")
    file = tmp_path / "mine.toml"
    file.write_text(default_text().replace('runner = ""', 'runner = "Ada"'))
    assert number(Origin(file=file)) == 4


@pytest.mark.parametrize(("saved", "expected"), [("session_number = 2", 2), ("", 0)])
def test_another_runner_named_while_it_runs_does_not_inherit_it(home: Path, tmp_path: Path, saved: str, expected: int) -> None:
    practise(home, 3, "Ada")
    file = tmp_path / "mine.toml"
    file.write_text('[session]\nrunner = "Ada"\n')
    running, _ = numbered(Origin(file=file))
    assert running.load().session.session_number == 4
    file.write_text(f'[session]\nrunner = "Bob"\n{saved}\n')
    assert running.load().session.session_number == expected
    file.write_text('[session]\nrunner = "Ada"\n')
    assert running.load().session.session_number == 4


def test_a_store_that_is_away_does_not_stop_the_run(home: Path) -> None:
    (home / "home").touch()
    origin = Origin(overrides={"session.runner": "Ada"})
    found, note = numbered(origin)
    assert found.load().session.session_number == 0
    assert "first session" in note
    assert "\n" not in note


def test_short_tries_and_clips_do_not_count() -> None:
    real = SessionEntry(uuid.uuid4(), "Ada", NOON, True, "live", Path("s"), LEAST_NEAR_STRIDES)
    others = (replace(real, kind="clip"), replace(real, near_strides=3), replace(real, near_strides=None))
    assert next_session_number([real, *others, real]) == 3

"""Given a store that cannot be used, or one session in it that cannot, then that is said, and everything else is stored."""

import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from config.paths import spool_folder
from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.format.csv_rows import table_rows
from sessions.format.header import read_header
from sessions.store import catalogue
from sessions.store.background_import import BackgroundImport
from sessions.store.catalogue import Catalogue, import_pending
from sessions.store.session_number import next_session_number
from sessions.store.spool import Spool
from sessions.store.store import Store
from tests.support.eventually import eventually
from tests.support.recorded_sessions import begin, header, record_strides

SECRET = "ge/heim#1"


def ended_session(folder: Path, day: int = 0, **more: str) -> uuid.UUID:
    session = begin(folder, header(day, **more))
    record_strides(session, 1, 20)
    session.close()
    return uuid.UUID(session.id)


@pytest.fixture
def url(tmp_path: Path) -> SecretAddress:
    return SecretAddress(f"sqlite:///{tmp_path / 'sessions.db'}")


def stored(url: SecretAddress) -> list[Path]:
    store = Store(url)
    try:
        return sorted(entry.folder for entry in store.entries())
    finally:
        store.close()


class TestAnAddressThatCannotBeUsed:
    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://u:{}@h:port/db",
            "postgresql://u:{}@127.0.0.1:99999999/db",
            "postgresql://u:{}@127.0.0.1:1/db?connect_timeout=soon",
            "postgresql://u:{}@[::1/db",
            "postgresql+nodriver://u:{}@h/db",
            "postgresql://u:{}@127.0.0.1:1/db?nothing=1",
            "sqlite:////dev/null/sessions.db",
            "sqlite:////proc/sessions.db",
            "sqlite:////tmp/a\0b",
        ],
    )
    def test_is_one_sentence_without_its_password_and_is_never_ok(self, address: str, tmp_path: Path) -> None:
        background = BackgroundImport(SecretAddress(address.format(SECRET)), retry_s=0.01)
        background.begin(ended_session(tmp_path / "s"), tmp_path / "s")
        eventually(lambda: background.problem, "the problem is reported")
        with pytest.raises(SessionsError) as raised:
            Store(SecretAddress(address.format(SECRET)))
        for sentence in (background.problem, str(raised.value)):
            assert "\n" not in sentence
            assert SECRET not in sentence
        assert not background.opened
        assert background._thread is not None
        assert background._thread.is_alive()
        background.close(10.0)


class TestTheThread:
    def test_goes_on_after_an_error_that_nobody_thought_of(
        self, url: SecretAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:

            def fail(*_: object) -> list[str]:
                raise RuntimeError("nobody thought of this\nat all")

            patch.setattr(catalogue, "import_pending", fail)
            background = BackgroundImport(url, retry_s=0.01)
            background.end(ended_session(tmp_path / "s"), tmp_path / "s")
            eventually(lambda: background.problem, "the problem is reported")
            assert background.problem == "session.store_url: the store cannot be used (nobody thought of this)"
        eventually(lambda: not background.problem, "it is over")
        background.close(10.0)
        assert stored(url) == [tmp_path / "s"]

    def test_opens_the_store_again_if_its_file_is_removed(self, url: SecretAddress, tmp_path: Path) -> None:
        background = BackgroundImport(url, retry_s=0.01)
        background.end(ended_session(tmp_path / "a", 1), tmp_path / "a")
        eventually(lambda: background.opened and not Spool(spool_folder(url)).pending(), "the first is stored")
        for path in tmp_path.glob("sessions.db*"):
            path.unlink()
        background.end(ended_session(tmp_path / "b", 2), tmp_path / "b")
        eventually(lambda: not Spool(spool_folder(url)).pending(), "the second is stored")
        background.close(10.0)
        assert stored(url) == [tmp_path / "b"]

    def test_stores_a_session_that_could_not_be_noted_at_its_beginning_or_end(
        self, url: SecretAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As when the disk of HIPCUE_HOME is full."""
        (tmp_path / "home").touch()  # a file where the folder should be
        monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
        background = BackgroundImport(url, retry_s=0.01)
        for day in (1, 2):
            name = ended_session(tmp_path / str(day), day)
            background.begin(name, tmp_path / str(day))
            background.end(name, tmp_path / str(day))
        assert str(tmp_path / "home") in background.problem
        (tmp_path / "home").unlink()
        background.retry()
        eventually(lambda: not background.problem and not Spool(spool_folder(url)).pending(), "both are stored")
        background.close(10.0)
        assert stored(url) == [tmp_path / "1", tmp_path / "2"]

    def test_checks_an_address_before_the_first_session(self, url: SecretAddress) -> None:
        wrong, right = BackgroundImport(SecretAddress("postgresql://h:port/db"), retry_s=0.01), BackgroundImport(url)
        for background in (wrong, right):
            background.start(check=True)
        eventually(
            lambda: wrong.problem == "session.store_url: is not an address like postgresql://user@host/database",
            "it is refused",
        )
        eventually(lambda: right.opened, "the other is opened")
        for background in (wrong, right):
            background.close(10.0)

    def test_imports_at_the_start_what_a_killed_program_left(self, url: SecretAddress, tmp_path: Path) -> None:
        idle = BackgroundImport(url)
        idle.start()
        assert idle._thread is None
        Spool(spool_folder(url)).note(ended_session(tmp_path / "s"), tmp_path / "s")
        background = BackgroundImport(url)
        background.start()
        eventually(lambda: not Spool(spool_folder(url)).pending(), "it is stored")
        background.close(10.0)
        assert stored(url) == [tmp_path / "s"]


class TestOneSessionThatCannotBeStored:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"session_number": 10**30},
            {"session_number": "one"},
            {"runner": "\ud800"},
            {"software": "x\ud800"},
            {"config": {"a": float("nan")}},
            {"started": "0001-01-01T00:00:00+23:59"},
            {"strides": 5},
        ],
    )
    def test_is_named_and_does_not_stop_the_others(self, wrong: dict[str, object], url: SecretAddress, tmp_path: Path) -> None:
        spool = Spool(tmp_path / "spool")
        for day, name in enumerate(("a", "b", "c")):
            spool.note(ended_session(tmp_path / name, day), tmp_path / name)
        head = json.loads((tmp_path / "b" / "session.json").read_text())
        (tmp_path / "b" / "session.json").write_text(json.dumps({**head, **wrong}))
        store = Store(url)
        problems = import_pending(store, spool)
        store.close()
        assert {tmp_path / "a", tmp_path / "c"} <= set(stored(url))
        for problem in problems:
            assert "\n" not in problem

    def test_with_a_note_that_is_none_does_not_stop_the_others(self, url: SecretAddress, tmp_path: Path) -> None:
        spool = Spool(tmp_path / "spool")
        spool.note(ended_session(tmp_path / "s"), tmp_path / "s")
        os.mkfifo(tmp_path / "spool" / f"{uuid.uuid4()}.json")
        for text in ('{"folder": "a\\u0000b"}', '{"folder": 5}', "[" * 100_000, "", '{"folder": "/dev/null"}'):
            (tmp_path / "spool" / f"{uuid.uuid4()}.json").write_text(text)
        store = Store(url)
        import_pending(store, spool)
        store.close()
        assert stored(url) == [tmp_path / "s"]


class TestAfterADeathWithoutWarning:
    def cut_off(self, folder: Path, spool: Spool) -> uuid.UUID:
        """A session of Ada's of which the recorder and everything else was killed."""
        session = begin(folder, header(4, "Ada"))
        session.flush()
        name = uuid.UUID(session.id)
        spool.note(name, folder, session.header)
        record_strides(session, 1, 25)
        session.flush()
        del session  # its lock ends with it
        return name

    def test_the_next_program_writes_the_figures_of_the_rows_into_session_json(
        self, url: SecretAddress, tmp_path: Path
    ) -> None:
        spool = Spool(spool_folder(url))
        self.cut_off(tmp_path / "s", spool)
        assert read_header(tmp_path / "s")["strides"]["near"] == 0
        opened = Catalogue(url)
        found = read_header(tmp_path / "s")
        assert (found["strides"]["near"], found["ended"], found["runner"]) == (25, False, "Ada")
        assert next_session_number(opened.entries("Ada")) == 2
        opened.close()

    @pytest.mark.parametrize("left", [None, "", "\0" * 900, '{"started": '])
    def test_a_lost_session_json_is_made_again(self, left: str | None, url: SecretAddress, tmp_path: Path) -> None:
        spool = Spool(spool_folder(url))
        name = self.cut_off(tmp_path / "s", spool)
        if left is None:
            (tmp_path / "s" / "session.json").unlink()
        else:
            (tmp_path / "s" / "session.json").write_text(left)
        opened = Catalogue(url)
        assert opened.problems == []
        [entry] = opened.entries("Ada")
        assert (entry.id, entry.ended, entry.near_strides) == (name, False, 25)
        assert len(opened.read(entry).strides) == len(list(table_rows(tmp_path / "s" / "strides.csv"))) == 25
        assert spool.pending() == {}
        opened.close()

    def test_one_that_cannot_be_made_again_is_named_and_its_rows_stay(self, url: SecretAddress, tmp_path: Path) -> None:
        spool = Spool(spool_folder(url))
        spool.note(ended_session(tmp_path / "s"), tmp_path / "s")  # by a program that noted no header
        (tmp_path / "s" / "session.json").unlink()
        opened = Catalogue(url)
        assert opened.problems == [f"{tmp_path / 's' / 'session.json'}: cannot be read (No such file or directory)"]
        assert len(list(table_rows(tmp_path / "s" / "strides.csv"))) == 20
        opened.close()


def test_a_file_that_is_no_database_is_named_with_the_way_out(url: SecretAddress, tmp_path: Path) -> None:
    (tmp_path / "sessions.db").write_bytes(b"this is no database, but a text that somebody has put here" * 99)
    with pytest.raises(SessionsError, match="is not a database") as raised:
        Store(url)
    assert "move this file away" in str(raised.value)
    assert "hipcue sessions import FOLDER" in str(raised.value)
    shutil.move(tmp_path / "sessions.db", tmp_path / "away.db")
    assert stored(url) == []


@pytest.mark.parametrize("tables", ["sessions(a)", "alembic_version(version_num); INSERT INTO alembic_version VALUES ('0001')"])
def test_another_programs_database_is_left_alone(url: SecretAddress, tmp_path: Path, tables: str) -> None:
    with closing(sqlite3.connect(tmp_path / "sessions.db")) as other:
        other.executescript(f"CREATE TABLE {tables};")
    before = (tmp_path / "sessions.db").read_bytes()[100:]
    with pytest.raises(SessionsError, match="holds tables of another program"):
        Store(url)
    assert (tmp_path / "sessions.db").read_bytes()[100:] == before


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_not_opened_as_one(url: SecretAddress, tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "sessions.db")
    with pytest.raises(SessionsError, match=r"sessions\.db: is not a regular file; move it away"):
        Store(url)

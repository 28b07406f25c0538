"""Given sessions on disk and a store (SQLite and a real PostgreSQL), each row is stored once, whatever is killed when."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.paths import spool_folder
from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.format.columns import CUE_COLUMNS, PHASE_COLUMNS
from sessions.format.header import read_header
from sessions.format.recorded import NEAR_COLUMNS
from sessions.store import database, migrate, tables, write_turns
from sessions.store import store as store_module
from sessions.store.background_import import BackgroundImport
from sessions.store.catalogue import Catalogue, import_pending
from sessions.store.database import StoreAwayError, StoreError
from sessions.store.spool import Spool
from sessions.store.store import Store
from tests.support.eventually import eventually
from tests.support.message_examples import stride
from tests.support.postgres_server import PostgresServer
from tests.support.recorded_sessions import NOON, begin, header, record_strides


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store' / 'sessions.db'}"
    emptied: str = request.getfixturevalue("postgres_url")
    return emptied


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(SecretAddress(url))
    yield opened
    opened.close()


def stride_numbers(store: Store, session: str) -> list[int]:
    return [int(row["stride"] or 0) for row in store.rows(uuid.UUID(session), "strides")]


class TestImporting:
    @pytest.mark.slow
    def test_a_session_is_in_the_store_as_it_is_on_disk(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s", header(3, "Ada"))
        record_strides(session, 1, 25)
        session.close()
        store.import_session(tmp_path / "s")
        [stored] = store.entries()
        assert (stored.runner, stored.ended, stored.kind, stored.folder) == ("Ada", True, "live", tmp_path / "s")
        assert store.header(stored.id) == read_header(tmp_path / "s")
        assert stored.started.isoformat() == "2026-11-05T12:00:00+00:00"
        rows = store.rows(stored.id, "strides")
        assert [row["stride"] for row in rows] == list(range(1, 26))
        assert (rows[6]["hip_extension_deg"], rows[6]["t_peak_s"], rows[6]["leg"]) == (14.0, 4.9, "near")
        assert rows[6]["knee_deg"] is None
        assert [row["stride"] for row in store.rows(stored.id, "cues")] == [10, 20]
        assert [row["phase"] for row in store.rows(stored.id, "phases")] == ["warm_up"]

    def test_a_second_import_changes_nothing(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        record_strides(session, 1, 25)
        session.close()
        for _ in range(2):
            store.import_session(tmp_path / "s")
        assert len(store.entries()) == 1
        assert stride_numbers(store, session.id) == list(range(1, 26))

    def test_the_first_one_tells_when_the_session_was_stored(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        session.close()
        for day in (1, 2):
            store.import_session(tmp_path / "s", NOON + timedelta(days=day))
        assert store.stored() == {uuid.UUID(session.id): NOON + timedelta(days=1)}
        begin(tmp_path / "now", header(1)).close()
        store.import_session(tmp_path / "now")
        assert len(store.stored()) == 2
        assert all(at.tzinfo is not None for at in store.stored().values())

    def test_a_session_that_went_on_after_an_import_is_completed_by_the_next(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        record_strides(session, 1, 5)
        store.import_session(tmp_path / "s")
        assert [(entry.ended, entry.near_strides) for entry in store.entries()] == [(False, 5)]
        record_strides(session, 6, 10)
        session.close()
        store.import_session(tmp_path / "s")
        assert [(entry.ended, entry.near_strides) for entry in store.entries()] == [(True, 15)]
        assert stride_numbers(store, session.id) == list(range(1, 16))

    def test_a_column_that_the_store_does_not_have_is_kept(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        record_strides(session, 1, 1)
        session.close()
        path = tmp_path / "s" / "strides.csv"
        about, columns, row = path.read_text().splitlines()
        path.write_text(f"{about}\n{columns},bounce_cm\n{row},7.5\n")
        store.import_session(tmp_path / "s")
        assert store.rows(uuid.UUID(session.id), "strides")[0]["bounce_cm"] == 7.5

    def test_a_folder_without_a_session_is_refused_in_one_sentence(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "session.json").write_text("[]")
        with pytest.raises(SessionsError, match="is not a HipCue session"):
            store.import_session(tmp_path)

    def test_a_table_that_cannot_be_read_is_named_and_leaves_nothing_half(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        record_strides(session, 1, 3)
        session.close()
        path = tmp_path / "s" / "strides.csv"
        path.write_text(path.read_text().replace("\n3,", "\nthree,"))
        with pytest.raises(SessionsError, match=r"strides\.csv: cannot be read as a table"):
            store.import_session(tmp_path / "s")
        assert store.entries() == []


def test_two_imports_of_the_same_sessions_at_the_same_time_store_each_once(url: str, tmp_path: Path) -> None:
    folders = [tmp_path / str(day) for day in range(24)]
    for day, folder in enumerate(folders):
        session = begin(folder, header(day, f"runner {day % 5}"))
        record_strides(session, 1, 3)
        session.close()
    begun = threading.Barrier(2)
    problems: dict[bool, list[str]] = {}

    def import_all(backwards: bool) -> None:
        begun.wait()
        store = Store(SecretAddress(url))  # which makes the tables
        begun.wait()
        problems[backwards] = list(store.import_sessions(folders[::-1] if backwards else folders))
        store.close()

    imports = [threading.Thread(target=import_all, args=(backwards,)) for backwards in (False, True)]
    for one in imports:
        one.start()
    for one in imports:
        one.join()
    assert problems == {False: [""] * 24, True: [""] * 24}
    store = Store(SecretAddress(url))
    entries = store.entries()
    assert len(entries) == 24
    assert {entry.runner for entry in entries} == {f"runner {number}" for number in range(5)}
    assert all(stride_numbers(store, str(entry.id)) == [1, 2, 3] for entry in entries)
    store.close()


class TestTwoPrograms:
    """With SQLite, one program at a time can write."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        for day in range(3):
            begin(tmp_path / str(day), header(day, "Ada")).close()
        return tmp_path / "sessions.db"

    @pytest.fixture
    def store(self, file: Path) -> Iterator[Store]:
        opened = Store(SecretAddress(f"sqlite:///{file}"))
        yield opened
        opened.close()

    def test_reading_does_not_wait_for_who_writes(self, store: Store, file: Path) -> None:
        store.import_session(file.parent / "0")
        with closing(sqlite3.connect(file)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            again = Store(SecretAddress(f"sqlite:///{file}"))
            assert [entry.runner for entry in again.entries()] == ["Ada"]
            again.close()

    def test_an_import_waits_longer_than_others_for_who_writes(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database, "_SQLITE_BUSY_S", 0)
        impatient = Store(SecretAddress(f"sqlite:///{file}"))
        with closing(sqlite3.connect(file, check_same_thread=False)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreAwayError, match="locked"):
                impatient.import_session(file.parent / "0")
            done = threading.Timer(0.1, writer.rollback)
            done.start()
            assert list(impatient.import_sessions([file.parent / "0"])) == [""]
            done.join()
        impatient.close()

    def test_a_long_import_lets_in_who_waits_between_two_transactions(
        self, store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(store_module, "_TOGETHER", 1)
        monkeypatch.setattr(write_turns, "LONGEST_S", 60.0)
        importing = store.import_sessions([file.parent / "0", file.parent / "1"])
        assert next(importing) == ""
        waiting = threading.Thread(target=self.import_alone, args=(file, file.parent / "2"))
        with closing(sqlite3.connect(file)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            waiting.start()
            eventually(lambda: write_turns.somebody_waits(file), "somebody waits")
        assert list(importing) == [""]
        waiting.join()
        with closing(sqlite3.connect(file)) as reader:
            stored = [uuid.UUID(one) for (one,) in reader.execute("SELECT id FROM sessions ORDER BY rowid")]
        assert stored == [uuid.UUID(read_header(file.parent / str(day))["id"]) for day in (0, 2, 1)]
        assert not write_turns.somebody_waits(file)

    @staticmethod
    def import_alone(file: Path, folder: Path) -> None:
        alone = Store(SecretAddress(f"sqlite:///{file}"))
        alone.import_session(folder)
        alone.close()

    def test_an_import_waits_for_nobody_who_was_stopped_while_waiting_and_needs_no_locks(self, tmp_path: Path) -> None:
        with write_turns.waiting_to_write(tmp_path / "sessions.db"):
            write_turns.let_others_write(tmp_path / "sessions.db")
        with write_turns.waiting_to_write(tmp_path / "no such folder" / "sessions.db"):
            assert not write_turns.somebody_waits(tmp_path / "no such folder" / "sessions.db")

    def test_rows_are_written_in_one_order_whatever_the_order_of_the_folders(self, store: Store, tmp_path: Path) -> None:
        # On a server, two imports would otherwise each wait for a row that the other one has locked.
        for number, day in enumerate((11, 3, 7, 5)):
            begin(tmp_path / f"s{number}", header(day, f"runner {number}")).close()
        assert list(store.import_sessions(tmp_path / f"s{number}" for number in range(4))) == [""] * 4
        with closing(sqlite3.connect(tmp_path / "sessions.db")) as reader:
            for table in ("sessions", "runners"):
                written = [name for (name,) in reader.execute(f"SELECT id FROM {table} ORDER BY rowid")]
                assert written == sorted(written)

    def test_of_many_one_that_cannot_be_stored_is_left_out(self, store: Store, file: Path) -> None:
        (file.parent / "1" / "strides.csv").write_text("no\ntable\n")
        first, second, third = store.import_sessions(file.parent / str(day) for day in range(3))
        assert (first, third) == ("", "")
        assert "strides.csv: cannot be read as a table" in second
        assert len(store.entries()) == 2

    def test_of_two_copies_the_first_is_the_sessions_folder(self, store: Store, file: Path) -> None:
        shutil.copytree(file.parent / "0", file.parent / "copy")
        assert list(store.import_sessions([file.parent / "0", file.parent / "copy"])) == ["", ""]
        assert [entry.folder for entry in store.entries()] == [file.parent / "0"]


class TestTheStridesOfAHistory:
    def test_are_those_of_the_near_leg_whether_they_are_stored_as_columns_or_as_rows(
        self, store: Store, tmp_path: Path
    ) -> None:
        session = begin(tmp_path / "s", header(3, "Ada"))
        record_strides(session, 1, 25)
        session.stride(stride(26, 20.0, 3.0, leg="far"))
        session.close()
        store.import_session(tmp_path / "s")
        name = uuid.UUID(session.id)
        [as_columns] = store.near_strides([name])
        for packed in (None, b"", b"no array", b"\x93NUMPY\x01\x00"):  # as an earlier program, or a broken disk, left it
            with store._engine.begin() as connection:
                connection.execute(sa.update(tables.sessions).values(near_columns=packed))
            [as_rows] = store.near_strides([name])
            for column in NEAR_COLUMNS:
                np.testing.assert_array_equal(as_columns.values(column), as_rows.values(column))
        assert list(as_columns.values("t_peak_s")) == pytest.approx([0.7 * number for number in range(1, 26)])
        assert (as_columns.name, [row["phase"] for row in as_columns.phases]) == ("00000003", ["warm_up"])

    def test_grow_with_the_session_and_may_be_none(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        for count in (0, 5):
            record_strides(session, 1, count)
            store.import_session(tmp_path / "s")
            [found] = store.near_strides([uuid.UUID(session.id)])
            assert len(found.values("hip_extension_deg")) == count


class TestFinding:
    @pytest.fixture
    def filled(self, url: str, tmp_path: Path) -> Iterator[Catalogue]:
        catalogue = Catalogue(SecretAddress(url))
        for day, runner in enumerate(("Ada", "", "Ben", "Ada")):
            begin(tmp_path / str(day), header(day, runner)).close()
            assert list(catalogue.add([tmp_path / str(day)])) == [""]
        yield catalogue
        catalogue.close()

    def test_latest_id_and_the_beginning_of_an_id(self, filled: Catalogue) -> None:
        assert filled.find("latest").runner == "Ada"
        assert filled.find("00000002").runner == "Ben"
        assert filled.find(header(1)["id"]).started.day == 3

    def test_none_and_several_are_one_sentence(self, filled: Catalogue) -> None:
        with pytest.raises(StoreError, match="no such session"):
            filled.find("ffff")
        with pytest.raises(StoreError, match="4 sessions begin with that"):
            filled.find("0000")

    def test_by_runner_newest_first(self, filled: Catalogue) -> None:
        assert [one.started.day for one in filled.entries("Ada")] == [5, 2]

    def test_a_forgotten_session_leaves_nothing_and_its_runners_name_goes_with_the_last(
        self, filled: Catalogue, store: Store
    ) -> None:
        filled.forget(filled.find("00000002").id)
        assert [one.runner for one in filled.entries()] == ["Ada", "", "Ada"]
        assert filled.entries("Ben") == []
        with store._engine.connect() as connection:
            assert set(connection.execute(sa.select(tables.runners.c.nickname)).scalars()) == {"Ada"}


class TestMigrations:
    def test_build_exactly_the_tables_that_the_program_uses(self, store: Store) -> None:
        with store._engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, tables.metadata) == []

    def test_happen_once_however_often_the_store_is_opened(self, url: str) -> None:
        for _ in range(2):
            Store(SecretAddress(url)).close()

    def test_add_a_column_that_the_strides_lack_and_keep_the_rows(self, store: Store, url: str, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        record_strides(session, 1, 3)
        session.close()
        store.import_session(tmp_path / "s")
        with store._engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE strides DROP COLUMN flight_ms"))
        reopened = Store(SecretAddress(url))
        assert [(row["stride"], row["flight_ms"]) for row in reopened.rows(uuid.UUID(session.id), "strides")] == [
            (1, None),
            (2, None),
            (3, None),
        ]
        with reopened._engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, tables.metadata) == []
        reopened.close()

    def test_give_rows_their_new_key_and_keep_them(self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        session = begin(tmp_path / "s", header(1, "Ada"))
        record_strides(session, 1, 3)
        session.close()
        monkeypatch.setattr(migrate, "LATEST", "0001")
        first = Store(SecretAddress(url))
        with first._engine.begin() as connection:
            first._import._write_headers(
                connection, {uuid.UUID(session.id): (tmp_path / "s", read_header(tmp_path / "s"))}, NOON
            )
            for row in (2, 1):
                connection.execute(
                    sa.text(
                        'INSERT INTO strides (id, session_id, "row", stride, leg, flight_ms, more) '
                        "VALUES (:id, :session, :row, :row, 'near', 7, '{}')"
                    ),
                    {"id": uuid.uuid4().hex, "session": uuid.UUID(session.id).hex, "row": row},
                )
        first.close()
        monkeypatch.undo()
        store = Store(SecretAddress(url))
        assert [(row["stride"], row["flight_ms"]) for row in store.rows(uuid.UUID(session.id), "strides")] == [(1, 7), (2, 7)]
        for name in tables.ROWS:
            assert sa.inspect(store._engine).get_pk_constraint(name)["constrained_columns"] == ["session_id", "row"]
        store.import_session(tmp_path / "s")
        assert stride_numbers(store, session.id) == [1, 2, 3]
        store.close()

    def test_a_store_of_a_newer_program_is_left_alone(self, store: Store, url: str) -> None:
        with store._engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreError, match="install a newer HipCue"):
            Store(SecretAddress(url))

    def test_have_every_column_of_the_files(self) -> None:
        """Except those of each leg's band, which only a report reads: they are in `more`."""
        for table, columns in (("cues", CUE_COLUMNS), ("phases", PHASE_COLUMNS)):
            names = {column.name for column in columns if not column.name.startswith(("left_", "right_"))}
            assert names <= {column.name for column in tables.ROWS[table].columns}


IMPORTER = """
import sys
from pathlib import Path
from config.secret_address import SecretAddress
from sessions.store.store import Store
store, folder = Store(SecretAddress(sys.argv[1])), Path(sys.argv[2])
print("ready", flush=True)
while True:
    store.import_session(folder)
"""

RECORDER = """
import os, sys
from pathlib import Path
from config.secret_address import SecretAddress
from sessions.store.background_import import BackgroundImport
from tests.support.recorded_sessions import begin, header, record_strides
import uuid
url, folder = sys.argv[1], Path(sys.argv[2])
session = begin(folder, header(5, "Ada"))
session.flush()
record_strides(session, 1, 30)
BackgroundImport(SecretAddress(url)).begin(uuid.UUID(session.id), folder)
print("recording", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def recorder(url: str, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another program that is recording a session of Ada's into tmp_path / "s"."""
    words = [sys.executable, "-c", RECORDER, url, str(tmp_path / "s")]
    other = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == b"recording\n"
    yield other
    other.kill()
    other.wait()
    other.stdin.close()
    other.stdout.close()


class TestARunningSession:
    @pytest.mark.usefixtures("recorder")
    def test_is_listed_as_running_and_not_imported_yet(self, url: str, store: Store, tmp_path: Path) -> None:
        catalogue = Catalogue(SecretAddress(url))
        entry = catalogue.find("latest")
        assert (entry.running, entry.ended, entry.runner, entry.folder) == (True, False, "Ada", tmp_path / "s")
        assert entry.near_strides == 30
        assert len(catalogue.read(entry).strides) == 30
        assert [one.id for one in catalogue.entries("Ada")] == [entry.id]
        assert catalogue.entries("Ben") == []
        assert store.entries() == []
        catalogue.close()

    def test_that_is_killed_is_imported_by_the_next_program_with_all_its_figures(
        self, recorder: "subprocess.Popen[bytes]", url: str, tmp_path: Path
    ) -> None:
        recorder.kill()
        recorder.wait()
        assert read_header(tmp_path / "s")["strides"]["near"] == 0  # the header was written when the session began
        catalogue = Catalogue(SecretAddress(url))
        entry = catalogue.find("latest")
        assert (entry.running, entry.ended, entry.near_strides) == (False, False, 30)
        assert Spool(spool_folder(SecretAddress(url))).pending() == {}
        catalogue.close()


class TestKilled:
    @pytest.mark.slow
    def test_an_importer_that_is_killed_at_any_moment_leaves_nothing_half_and_nothing_twice(
        self, url: str, store: Store, tmp_path: Path
    ) -> None:
        session = begin(tmp_path / "s")
        for first in range(1, 100, 40):
            importer = subprocess.Popen([sys.executable, "-c", IMPORTER, url, str(tmp_path / "s")], stdout=subprocess.PIPE)
            assert importer.stdout is not None
            importer.stdout.readline()
            record_strides(session, first, 40)
            eventually(lambda: store.entries() and stride_numbers(store, session.id), "something is imported")
            importer.send_signal(signal.SIGKILL)
            importer.wait()
            importer.stdout.close()
            found = stride_numbers(store, session.id)
            assert found == list(range(1, len(found) + 1))
        session.close()
        store.import_session(tmp_path / "s")
        assert stride_numbers(store, session.id) == list(range(1, 121))

    def test_a_database_that_is_killed_gets_the_session_when_it_is_back(self, server: PostgresServer, tmp_path: Path) -> None:
        background = BackgroundImport(SecretAddress(server.url), retry_s=0.02)
        session = begin(tmp_path / "s", header(77))
        name = uuid.UUID(session.id)
        record_strides(session, 1, 20)
        background.begin(name, tmp_path / "s")
        server.kill()
        try:
            record_strides(session, 21, 20)
            session.close()
            background.end(name, tmp_path / "s")
            eventually(lambda: background.problem, "the problem is reported")
        finally:
            server.start()
        eventually(lambda: Spool(spool_folder(SecretAddress(server.url))).pending() == {}, "the session is imported")
        background.close(10.0)
        assert background.problem == ""
        opened = Store(SecretAddress(server.url))
        assert stride_numbers(opened, session.id) == list(range(1, 41))
        assert [entry.ended for entry in opened.entries() if entry.id == name] == [True]
        opened.close()


def ended_session(folder: Path, strides: int) -> uuid.UUID:
    session = begin(folder)
    record_strides(session, 1, strides)
    session.close()
    return uuid.UUID(session.id)


class TestInTheBackground:
    def test_a_session_is_imported_when_it_ends(self, url: str, store: Store, tmp_path: Path) -> None:
        background = BackgroundImport(SecretAddress(url))
        session = begin(tmp_path / "s")
        name = uuid.UUID(session.id)
        background.begin(name, tmp_path / "s")
        record_strides(session, 1, 20)
        session.close()
        background.end(name, tmp_path / "s")
        eventually(lambda: Spool(spool_folder(SecretAddress(url))).pending() == {}, "the session is imported")
        assert stride_numbers(store, session.id) == list(range(1, 21))
        background.close(10.0)

    def test_what_an_earlier_program_left_is_imported_with_the_first_session(
        self, url: str, store: Store, tmp_path: Path
    ) -> None:
        earlier = ended_session(tmp_path / "earlier", 20)
        Spool(spool_folder(SecretAddress(url))).note(earlier, tmp_path / "earlier")
        background = BackgroundImport(SecretAddress(url))
        session = begin(tmp_path / "s", header(1))
        background.begin(uuid.UUID(session.id), tmp_path / "s")
        eventually(lambda: [entry.id for entry in store.entries()] == [earlier], "the earlier session is imported")
        background.close(10.0)
        assert list(Spool(spool_folder(SecretAddress(url))).pending()) == [uuid.UUID(session.id)]

    def test_one_session_that_cannot_be_imported_does_not_stop_the_others(self, store: Store, tmp_path: Path) -> None:
        spool = Spool(tmp_path / "spool")
        for folder in ("a", "b"):
            begin(tmp_path / folder, header(ord(folder))).close()
            spool.note(uuid.UUID(header(ord(folder))["id"]), tmp_path / folder)
        (tmp_path / "a" / "session.json").write_text("{}")
        [problem] = import_pending(store, spool)
        assert problem == f"{tmp_path / 'a' / 'session.json'}: is not a HipCue session (started is missing)"
        assert [entry.folder for entry in store.entries()] == [tmp_path / "b"]

    def test_a_session_that_was_removed_by_hand_is_not_waited_for(self, store: Store, tmp_path: Path) -> None:
        spool = Spool(tmp_path / "spool")
        spool.note(uuid.uuid4(), tmp_path / "gone")
        assert import_pending(store, spool) == []
        assert spool.pending() == {}


class TestAStoreThatIsAway:
    def test_costs_nothing_the_next_program_imports_the_session(self, tmp_path: Path) -> None:
        (tmp_path / "blocked").touch()
        url = f"sqlite:///{tmp_path / 'blocked' / 'sessions.db'}"
        name = ended_session(tmp_path / "s", 20)
        background = BackgroundImport(SecretAddress(url), retry_s=0.01)
        background.end(name, tmp_path / "s")
        eventually(lambda: background.problem, "the problem is reported")
        assert str(tmp_path / "blocked") in background.problem
        background.close(5.0)
        spool = Spool(spool_folder(SecretAddress(url)))
        assert spool.pending() == {name: tmp_path / "s"}
        (tmp_path / "blocked").unlink()
        store = Store(SecretAddress(url))
        assert import_pending(store, spool) == []
        assert stride_numbers(store, str(name)) == list(range(1, 21))
        assert spool.pending() == {}
        store.close()

    def test_a_wrong_address_is_one_sentence(self) -> None:
        with pytest.raises(StoreError, match="is not an address") as raised:
            Store(SecretAddress("what?"))
        assert "\n" not in str(raised.value)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.floats(0, 1), max_size=6))
@pytest.mark.slow
def test_wherever_imports_cut_a_growing_file_each_row_is_stored_once(
    cuts: list[float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("growing")
    name = ended_session(folder / "whole", 30)
    content = (folder / "whole" / "strides.csv").read_bytes()
    (folder / "s").mkdir()
    (folder / "s" / "session.json").write_bytes((folder / "whole" / "session.json").read_bytes())
    store = Store(SecretAddress(f"sqlite:///{folder / 'sessions.db'}"))
    for cut in (*sorted(cuts), 1.0):
        (folder / "s" / "strides.csv").write_bytes(content[: round(cut * len(content))])
        store.import_session(folder / "s")
    assert stride_numbers(store, str(name)) == list(range(1, 31))
    store.close()

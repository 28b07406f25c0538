"""Given sessions on disk and a store (SQLite and a real PostgreSQL), each row is in the store once, whatever is killed when."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.recorder.tables import CUE_COLUMNS, PHASE_COLUMNS
from feedback.sessions import schema
from feedback.sessions.home import spool_folder
from feedback.sessions.keeper import StoreKeeper, catch_up
from feedback.sessions.spool import Spool
from feedback.sessions.store import Store, StoreAwayError, StoreError, read_header, session_id
from tests.eventually import eventually
from tests.postgres_server import PostgresServer
from tests.recorded_sessions import begin, header, record_strides


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store' / 'sessions.db'}"
    emptied: str = request.getfixturevalue("postgres_url")
    return emptied


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


def stride_numbers(store: Store, session: str) -> list[int]:
    return [int(row["stride"] or 0) for row in store.rows(uuid.UUID(session), "strides")]


class TestWriting:
    def test_a_session_is_in_the_store_as_it_is_on_disk(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s", header(3, "Ada"))
        record_strides(session, 1, 25)
        session.close()
        store.write(tmp_path / "s")
        stored = store.find("latest")
        assert (stored.runner, stored.ended, stored.kind, stored.folder) == ("Ada", True, "live", tmp_path / "s")
        assert stored.header == read_header(tmp_path / "s")
        assert stored.started.isoformat().startswith("2026-11-05T12:00")
        rows = store.rows(stored.id, "strides")
        assert [row["stride"] for row in rows] == list(range(1, 26))
        assert (rows[6]["hip_extension_deg"], rows[6]["t_peak_s"], rows[6]["leg"]) == (14.0, 4.9, "near")
        assert rows[6]["knee_deg"] is None
        assert [row["stride"] for row in store.rows(stored.id, "cues")] == [10, 20]
        assert [row["phase"] for row in store.rows(stored.id, "phases")] == ["warm_up"]

    def test_twice_changes_nothing(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        record_strides(session, 1, 25)
        session.close()
        for _ in range(2):
            store.write(tmp_path / "s")
        assert len(store.all()) == 1
        assert stride_numbers(store, session.id) == list(range(1, 26))

    def test_a_growing_session_is_written_piece_by_piece(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        progress = store.write(tmp_path / "s")
        for first in (1, 6, 11):
            record_strides(session, first, 5)
            progress = store.write(tmp_path / "s", progress)
            assert len(progress["strides"].new) == 5
        assert stride_numbers(store, session.id) == list(range(1, 16))

    def test_a_column_that_the_store_does_not_know_is_kept(self, store: Store, tmp_path: Path) -> None:
        session = begin(tmp_path / "s")
        record_strides(session, 1, 1)
        session.close()
        path = tmp_path / "s" / "strides.csv"
        about, columns, row = path.read_text().splitlines()
        path.write_text(f"{about}\n{columns},bounce_cm\n{row},7.5\n")
        store.write(tmp_path / "s")
        assert store.rows(uuid.UUID(session.id), "strides")[0]["bounce_cm"] == 7.5

    def test_a_folder_without_a_session_is_refused_in_one_sentence(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "session.json").write_text("[]")
        with pytest.raises(StoreError, match="is not a session of HipCue's"):
            store.write(tmp_path)


class TestFinding:
    @pytest.fixture
    def filled(self, store: Store, tmp_path: Path) -> Store:
        for day, runner in enumerate(("Ada", "", "Ben", "Ada")):
            begin(tmp_path / str(day), header(day, runner)).close()
            store.write(tmp_path / str(day))
        return store

    def test_latest_id_and_the_beginning_of_an_id(self, filled: Store) -> None:
        assert filled.find("latest").runner == "Ada"
        assert filled.find("00000002").runner == "Ben"
        assert filled.find(header(1)["id"]).started.day == 3

    def test_what_is_not_there_or_not_one_is_said(self, filled: Store) -> None:
        with pytest.raises(StoreError, match="no such session"):
            filled.find("ffff")
        with pytest.raises(StoreError, match="4 sessions begin so"):
            filled.find("0000")

    def test_by_runner_newest_first(self, filled: Store) -> None:
        assert [one.started.day for one in filled.all("Ada")] == [5, 2]

    def test_a_forgotten_session_leaves_nothing_and_its_runners_name_goes_with_the_last(self, filled: Store) -> None:
        filled.forget(filled.find("00000002").id)
        assert [one.runner for one in filled.all()] == ["Ada", "", "Ada"]
        assert filled.all("Ben") == []
        with filled._engine.connect() as connection:
            assert set(connection.execute(sa.select(schema.runners.c.nickname)).scalars()) == {"Ada"}


class TestMigrations:
    def test_build_exactly_the_tables_that_the_program_uses(self, store: Store) -> None:
        with store._engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []

    def test_happen_once_whoever_opens_the_store(self, url: str) -> None:
        for _ in range(2):
            Store(url).close()

    def test_a_store_of_a_newer_program_is_left_alone(self, store: Store, url: str) -> None:
        with store._engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreError, match="install a newer HipCue"):
            Store(url)

    def test_know_every_column_of_the_files(self) -> None:
        for table, columns in (("cues", CUE_COLUMNS), ("phases", PHASE_COLUMNS)):
            assert {column.name for column in columns} <= {column.name for column in schema.ROWS[table].columns}


WRITER = """
import sys, uuid
from pathlib import Path
from feedback.sessions.store import Store, read_header, session_id
store, folder = Store(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
while True:
    store.write(folder)
"""


class TestKilled:
    def test_a_writer_that_is_killed_at_any_moment_leaves_nothing_half_and_nothing_twice(
        self, url: str, store: Store, tmp_path: Path
    ) -> None:
        session = begin(tmp_path / "s")
        for first in range(1, 100, 20):
            writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(tmp_path / "s")], stdout=subprocess.PIPE)
            assert writer.stdout is not None
            writer.stdout.readline()
            record_strides(session, first, 20)
            eventually(lambda: store.all() and stride_numbers(store, session.id), "something is written")
            writer.send_signal(signal.SIGKILL)
            writer.wait()
            writer.stdout.close()
            found = stride_numbers(store, session.id)
            assert found == list(range(1, len(found) + 1))
        session.close()
        store.write(tmp_path / "s")
        assert stride_numbers(store, session.id) == list(range(1, 101))

    def test_a_database_that_is_killed_catches_up_nothing_lost_nothing_twice(
        self, server: PostgresServer, tmp_path: Path
    ) -> None:
        keeper = StoreKeeper(server.url, period_s=0.02)
        session = begin(tmp_path / "s", header(77))
        record_strides(session, 1, 20)
        keeper.watch(uuid.UUID(session.id), tmp_path / "s")

        def stored(count: int) -> Callable[[], bool]:
            def there() -> bool:
                try:
                    opened = Store(server.url)
                except StoreAwayError:
                    return False
                try:
                    return len(stride_numbers(opened, session.id)) >= count
                finally:
                    opened.close()

            return there

        try:
            eventually(stored(20), "the first strides are stored")
            server.kill()
            record_strides(session, 21, 20)
            eventually(lambda: keeper.problem, "the keeper notices")
            record_strides(session, 41, 20)
        finally:
            server.start()
        eventually(stored(60), "the database catches up")
        record_strides(session, 61, 20)
        session.close()
        keeper.finish(10.0)
        opened = Store(server.url)
        assert stride_numbers(opened, session.id) == list(range(1, 81))
        assert opened.find(session.id).ended
        opened.close()
        assert Spool(spool_folder(server.url)).pending() == {}


class TestAStoreThatIsAway:
    def test_costs_nothing_the_next_program_writes_the_session(self, tmp_path: Path) -> None:
        (tmp_path / "blocked").touch()
        url = f"sqlite:///{tmp_path / 'blocked' / 'sessions.db'}"
        session = begin(tmp_path / "s")
        keeper = StoreKeeper(url, period_s=0.01)
        keeper.watch(uuid.UUID(session.id), tmp_path / "s")
        eventually(lambda: keeper.problem, "the keeper notices")
        assert str(tmp_path / "blocked") in keeper.problem
        record_strides(session, 1, 20)
        session.close()
        keeper.finish(5.0)
        spool = Spool(spool_folder(url))
        assert spool.pending() == {uuid.UUID(session.id): tmp_path / "s"}
        (tmp_path / "blocked").unlink()
        store = Store(url)
        assert catch_up(store, spool, {}) == []
        assert stride_numbers(store, session.id) == list(range(1, 21))
        assert spool.pending() == {}
        store.close()

    def test_a_session_that_was_removed_by_hand_is_not_waited_for(self, tmp_path: Path) -> None:
        store, spool = Store(f"sqlite:///{tmp_path / 'sessions.db'}"), Spool(tmp_path / "spool")
        spool.note(uuid.uuid4(), tmp_path / "gone")
        assert catch_up(store, spool, {}) == []
        assert spool.pending() == {}
        store.close()

    @pytest.mark.parametrize(
        ("url", "mentions"),
        [("mysql://host/db", "known are sqlite and postgresql"), ("what?", "is not an address")],
    )
    def test_a_wrong_address_is_one_sentence(self, url: str, mentions: str) -> None:
        with pytest.raises(StoreError, match=mentions) as raised:
            Store(url)
        assert "\n" not in str(raised.value)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.floats(0, 1), max_size=6))
def test_however_the_reading_falls_on_a_growing_file_each_row_is_read_once(
    cuts: list[float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("growing")
    session = begin(folder / "whole")
    record_strides(session, 1, 30)
    session.close()
    content = (folder / "whole" / "strides.csv").read_bytes()
    (folder / "s").mkdir()
    (folder / "s" / "session.json").write_bytes((folder / "whole" / "session.json").read_bytes())
    store, progress = Store(f"sqlite:///{folder / 'sessions.db'}"), None
    for cut in (*sorted(cuts), 1.0):
        (folder / "s" / "strides.csv").write_bytes(content[: round(cut * len(content))])
        progress = store.write(folder / "s", progress)
    assert stride_numbers(store, str(session_id(read_header(folder / "s")))) == list(range(1, 31))
    store.close()

"""Given sessions in a home of their own, what `hipcue sessions …` and `hipcue history` print, write and refuse."""

import csv
import shutil
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.paths import SQLITE, spool_folder, store_url
from config.secret_address import SecretAddress
from hipcue.cli.commands import app
from sessions.store.spool import Spool
from tests.support.forged_sessions import REFUSED, TAKEN, good_session
from tests.support.recorded_sessions import begin, header, record_strides

Command = Callable[..., Result]


@pytest.fixture
def hipcue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return lambda *words, **more: CliRunner().invoke(app, [str(word) for word in words], **more)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions of Ada and one without a name, imported: made once, because each test changes a copy."""
    folder = tmp_path_factory.mktemp("made")
    for day, runner in enumerate(("Ada", "", "Ada")):
        session = begin(folder / "recorded" / str(day), header(day, runner))
        record_strides(session, 1, 20 + day)
        session.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HIPCUE_HOME", str(folder / "home"))
        done = CliRunner().invoke(app, ["sessions", "import", str(folder / "recorded")])
    assert (done.exit_code, done.stdout.strip()) == (0, "3 sessions in the store")
    return folder


@pytest.fixture
def three(hipcue: Command, made: Path, tmp_path: Path) -> Path:
    """The sessions made, in a folder of the test's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with closing(sqlite3.connect(tmp_path / "home" / "sessions.db")) as store, store:
        store.execute("UPDATE sessions SET folder = replace(folder, ?, ?)", (str(made), str(tmp_path)))
    return tmp_path / "recorded"


def refused(done: Result, *mentions: str) -> None:
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for mention in mentions:
        assert mention in done.stderr


def test_list_shows_all_newest_first(hipcue: Command, three: Path) -> None:
    lines = hipcue("sessions", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["00000002", "00000001", "00000000"]
    assert "Ada" in lines[1]
    assert len(hipcue("sessions", "list", "--runner", "Ada").stdout.splitlines()) == 3


@pytest.mark.parametrize("name", ["ada", "ADA", "Ada"])
def test_a_runner_is_found_in_capitals_or_not(hipcue: Command, three: Path, name: str) -> None:
    assert len(hipcue("sessions", "list", "--runner", name).stdout.splitlines()) == 3
    assert len(hipcue("history", name).stdout.splitlines()) >= 3


def test_before_the_first_session_list_shows_how_to_record_one(hipcue: Command) -> None:
    assert "hipcue run records one" in hipcue("sessions", "list").stdout
    refused(hipcue("sessions", "show"), "hipcue run records one")


def test_list_of_a_runner_without_sessions_says_so(hipcue: Command, three: Path) -> None:
    assert hipcue("sessions", "list", "--runner", "Bob").stdout.startswith("Bob: this runner has no sessions")


def test_compare_of_a_session_with_itself_is_refused(hipcue: Command, three: Path) -> None:
    refused(hipcue("sessions", "compare", "latest", "00000001", "00000002"), "names a session twice")


def test_list_as_a_file(hipcue: Command, three: Path, tmp_path: Path) -> None:
    hipcue("sessions", "list", "--out", tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(newline="") as file:
        assert [row["session"] for row in csv.DictReader(file)] == ["00000002", "00000001", "00000000"]


@pytest.mark.parametrize("word", ["latest", "00000001", "recorded/0"])
def test_show_takes_latest_an_id_or_a_folder(hipcue: Command, three: Path, word: str) -> None:
    done = hipcue("sessions", "show", word)
    assert done.exit_code == 0, done.stderr
    assert "hip extension" in done.stdout
    assert "95 %" in done.stdout


def test_what_a_power_cut_left_is_read_up_to_its_last_whole_row(hipcue: Command, three: Path) -> None:
    strides, samples = three / "2" / "strides.csv", three / "2" / "samples.csv"
    strides.write_bytes(strides.read_bytes()[:-9])
    samples.write_bytes(samples.read_bytes() + b"1,0.0" + bytes(4096))
    done = hipcue("sessions", "show", "latest")
    assert done.exit_code == 0, done.output
    assert "21 near" in done.stdout  # of 22
    assert hipcue("sessions", "report", "latest", "--out", three / "r.html").exit_code == 0


def test_report_and_export_write_the_given_file(hipcue: Command, three: Path, tmp_path: Path) -> None:
    for words, name in ((("report",), "r.html"), (("export", "--format", "parquet"), "s.parquet")):
        done = hipcue("sessions", words[0], "latest", *words[1:], "--out", tmp_path / name)
        assert done.exit_code == 0, done.stderr
        assert (tmp_path / name).stat().st_size > 1000


def test_compare_and_history_show_sessions_side_by_side(hipcue: Command, three: Path) -> None:
    compared = hipcue("sessions", "compare", "00000001", "latest")
    assert [line.split()[0] for line in compared.stdout.splitlines()[1:3]] == ["00000001", "00000002"]
    history = hipcue("history", "Ada")
    assert [line.split()[0] for line in history.stdout.splitlines()[1:3]] == ["00000000", "00000002"]
    assert "± 10" in history.stdout  # an absolute angle carries its between-day interval


@pytest.mark.parametrize("words", [("history", "Ada"), ("sessions", "compare", "00000000", "00000001", "latest")])
def test_sessions_side_by_side_as_a_page_with_charts(
    hipcue: Command, three: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = hipcue(*words, "--out", tmp_path / "trend.html")
    assert (done.exit_code, done.stdout.strip()) == (0, f"Saved in {tmp_path / 'trend.html'}")
    page = (tmp_path / "trend.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for outside in ("src=", "@import", "url(", "<link", "href="):
        assert outside not in page
    assert page.count("<script") == 1
    assert "Too early to say whether it is getting better" in page.partition("</h1>")[0]
    # These sessions have no phases, and their strides no excursion: only one chart has something to show.
    assert [f"<h3>{title}</h3>" in page for title in ("What each session changed", "Thigh excursion", "Hip extension")] == [
        False,
        False,
        True,
    ]
    assert "± 10°" in page
    hipcue(*words, "--out", tmp_path / "trend.pdf")
    assert (tmp_path / "trend.pdf").read_bytes().startswith(b"%PDF")


def test_forget_removes_it_everywhere_after_asking(hipcue: Command, three: Path) -> None:
    kept = hipcue("sessions", "forget", "latest", input="n\n")
    assert kept.exit_code != 0
    assert (three / "2").exists()
    assert hipcue("sessions", "forget", "latest", "--yes").exit_code == 0
    assert not (three / "2").exists()
    assert "00000002" not in hipcue("sessions", "list").stdout


class TestForgetting:
    def test_removes_only_what_hipcue_has_written(self, hipcue: Command, three: Path) -> None:
        """As after `hipcue analyse clip.mp4 --out .` in a folder of videos."""
        videos = three / "2"
        for name in ("clip.mp4", "video.mp4", "report.html", "strides.xlsx", "video_1.000s.mkv.bak"):
            (videos / name).write_text("a coach's own")
        (videos / "2025").mkdir()
        done = hipcue("sessions", "forget", "latest", "--yes")
        assert done.exit_code == 0
        assert "contains other files, which stay (2025, clip.mp4, report.html, strides.xlsx, video.mp4)" in done.stdout
        assert sorted(path.name for path in videos.iterdir()) == [
            "2025",
            "clip.mp4",
            "report.html",
            "strides.xlsx",
            "video.mp4",
            "video_1.000s.mkv.bak",
        ]
        assert "00000002" not in hipcue("sessions", "list").stdout

    def test_removes_the_videos_and_the_picture_of_a_live_session(self, hipcue: Command, three: Path) -> None:
        for name in ("screen.png", "video_0.000s.mkv", "video_12.345s.mkv"):
            (three / "2" / name).touch()
        assert hipcue("sessions", "forget", "latest", "--yes").exit_code == 0
        assert not (three / "2").exists()

    def test_removes_an_analysed_clips_report_and_copy_that_hipcue_has_written(self, hipcue: Command, tmp_path: Path) -> None:
        begin(tmp_path / "c", header(5, kind="clip", other_files=["video.mp4", "report.html", "../precious"])).close()
        (tmp_path / "precious").touch()
        for name in ("video.mp4", "report.html"):
            (tmp_path / "c" / name).touch()
        hipcue("sessions", "import", tmp_path / "c")
        assert hipcue("sessions", "forget", "latest", "--yes").exit_code == 0
        assert not (tmp_path / "c").exists()
        assert (tmp_path / "precious").exists()

    def test_takes_a_folder_whether_the_store_has_it_or_not(self, hipcue: Command, three: Path, tmp_path: Path) -> None:
        begin(tmp_path / "c", header(5, kind="clip")).close()
        for folder in (tmp_path / "c", three / "2"):
            assert hipcue("sessions", "forget", folder, "--yes").exit_code == 0
            assert not folder.exists()
        assert "00000002" not in hipcue("sessions", "list").stdout

    def test_of_a_linked_session_removes_the_link_and_the_sessions_files_behind_it(
        self, hipcue: Command, three: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "disk").mkdir()
        (three / "2").rename(tmp_path / "disk" / "2")
        (tmp_path / "disk" / "2" / "notes.txt").touch()
        (three / "2").symlink_to(tmp_path / "disk" / "2")
        assert hipcue("sessions", "forget", "latest", "--yes").exit_code == 0
        assert not (three / "2").is_symlink()
        assert [path.name for path in (tmp_path / "disk" / "2").iterdir()] == ["notes.txt"]

    def test_names_a_copy_that_stays(self, hipcue: Command, three: Path) -> None:
        shutil.copytree(three / "2", three / "backup")
        done = hipcue("sessions", "forget", "latest", "--yes")
        assert f"{three / 'backup'}: is a copy of this session and stays" in done.stdout
        assert not (three / "2").exists()
        assert hipcue("sessions", "forget", three / "backup", "--yes").exit_code == 0
        assert not (three / "backup").exists()

    def test_removes_the_original_even_if_a_copy_was_imported_after_it(self, hipcue: Command, three: Path) -> None:
        shutil.copytree(three / "2", three / "backup")
        hipcue("sessions", "import", three / "backup")
        done = hipcue("sessions", "forget", "latest", "--yes")
        assert not (three / "2").exists()
        assert f"{three / 'backup'}: is a copy of this session and stays" in done.stdout

    def test_of_a_copy_leaves_the_original_in_the_list(self, hipcue: Command, three: Path) -> None:
        shutil.copytree(three / "2", three / "backup")
        done = hipcue("sessions", "forget", three / "backup", "--yes")
        assert "this was only a copy" in done.stdout
        assert not (three / "backup").exists()
        assert "00000002" in hipcue("sessions", "list").stdout
        assert hipcue("sessions", "show", "00000002").exit_code == 0

    def test_of_a_session_that_is_being_written_is_refused_however_it_is_named(self, hipcue: Command, tmp_path: Path) -> None:
        session = begin(tmp_path / "s", header(7))
        hipcue("sessions", "import", tmp_path / "s")
        for word in ("latest", tmp_path / "s"):
            refused(hipcue("sessions", "forget", word, "--yes"), "is being recorded")
        session.close()
        assert len(list((tmp_path / "s").iterdir())) == 6


def test_a_session_being_recorded_is_listed_shown_and_not_forgotten(hipcue: Command, three: Path) -> None:
    session = begin(three / "3", header(3, "Ben"))
    record_strides(session, 1, 20)
    Spool(spool_folder(store_url(SecretAddress("")))).note(uuid.UUID(session.id), three / "3")
    first = hipcue("sessions", "list").stdout.splitlines()[1].split()
    assert (first[0], first[3], first[4], first[6]) == ("00000003", "Ben", "20", "running")
    assert "20 near" in hipcue("sessions", "show", "latest").stdout
    refused(hipcue("sessions", "forget", "latest", "--yes"), "00000003", "is being recorded")
    assert len(list((three / "3").iterdir())) == 6
    session.close()
    assert "running" not in hipcue("sessions", "list").stdout
    assert hipcue("sessions", "forget", "latest", "--yes").exit_code == 0
    assert not (three / "3").exists()


def test_a_session_that_a_crash_cut_off_is_listed_as_interrupted_with_its_figures(hipcue: Command, three: Path) -> None:
    session = begin(three / "3", header(3, "Ben"))
    record_strides(session, 1, 20)
    Spool(spool_folder(store_url(SecretAddress("")))).note(uuid.UUID(session.id), three / "3")
    del session  # its lock ends with it
    first = hipcue("sessions", "list").stdout.splitlines()[1].split()
    assert (first[0], first[4], first[6]) == ("00000003", "20", "interrupted")
    assert hipcue("sessions", "forget", "latest", "--yes").exit_code == 0


def test_a_folder_that_holds_another_session_now_is_left_alone(hipcue: Command, three: Path) -> None:
    shutil.rmtree(three / "2")
    shutil.copytree(three / "0", three / "2")
    assert hipcue("sessions", "show", "latest").exit_code == 0
    forgotten = hipcue("sessions", "forget", "latest", "--yes")
    assert forgotten.exit_code == 0
    assert "its files are not in" in " ".join(forgotten.stdout.split())
    assert (three / "2" / "session.json").exists()
    assert "00000002" not in hipcue("sessions", "list").stdout


def test_import_finds_sessions_however_deep_and_leaves_out_unfinished_ones(hipcue: Command, three: Path) -> None:
    (three / "2").rename(three / "clip.mp4.unfinished")
    done = hipcue("sessions", "import", three.parent)
    assert (done.exit_code, done.stdout.strip()) == (0, "2 sessions in the store")


def test_import_twice_changes_nothing(hipcue: Command, three: Path) -> None:
    before = hipcue("sessions", "list").stdout
    hipcue("sessions", "import", three, three / "1")
    assert hipcue("sessions", "list").stdout == before


def test_import_names_a_bad_folder_and_imports_the_others(hipcue: Command, three: Path, tmp_path: Path) -> None:
    for number, forge in enumerate(REFUSED.values()):
        forge(good_session(tmp_path / "forged" / f"{number:03}", 100 + number))
    good_session(tmp_path / "forged" / "good", 99)
    done = hipcue("sessions", "import", tmp_path / "forged", tmp_path / "nowhere")
    assert (done.exit_code, done.stdout.strip()) == (1, "1 session in the store")
    skipped = done.stderr.splitlines()
    assert len(skipped) == len(REFUSED)  # nowhere, and all but a loop of links, which is no file
    assert all(line.startswith(str(tmp_path)) and line.endswith("; skipped") for line in skipped)
    assert len(hipcue("sessions", "list").stdout.splitlines()) == 5


def test_what_a_stranger_named_never_acts_on_the_terminal(hipcue: Command, tmp_path: Path) -> None:
    for number, forge in enumerate(TAKEN.values()):
        forge(good_session(tmp_path / f"{number:03}", number))
    assert hipcue("sessions", "import", tmp_path).exit_code == 0
    words = (("sessions", "list"), *(("sessions", "show", tmp_path / f"{number:03}") for number in range(len(TAKEN))))
    for done in (hipcue(*one) for one in words):
        assert done.exit_code == 0, done.output
        assert all(letter.isprintable() or letter == "\n" for letter in done.output)


def test_a_folders_name_never_acts_on_the_terminal_that_asks(hipcue: Command, tmp_path: Path) -> None:
    assert hipcue("sessions", "import", good_session(tmp_path / "a\x1b[2J\nb", 1)).exit_code == 0
    asked = hipcue("sessions", "forget", "latest", input="n\n")
    assert asked.exit_code == 1
    assert "\x1b" not in asked.output
    assert r"a\x1b[2J\nb" in asked.output


def test_a_session_that_an_earlier_program_took_in_from_year_1_does_not_stop_the_list(hipcue: Command, three: Path) -> None:
    with closing(sqlite3.connect(str(store_url(SecretAddress("")).reveal()).removeprefix(SQLITE))) as store, store:
        store.execute("""UPDATE sessions SET header = json_set(header, '$.started', '0001-01-01T00:00:00+00:00',
            '$.strides', 'many', '$.near_hip_extension_mean_deg', '12') WHERE id LIKE '00000001%'""")
    lines = hipcue("sessions", "list").stdout.splitlines()
    assert len(lines) == 4
    shown = f"{datetime.fromtimestamp(0):%Y-%m-%d %H:%M}"  # the beginning of time, where this machine is
    assert any(shown in line and "00000001" in line for line in lines)


def test_a_session_in_a_folder_is_shown_while_the_store_is_away(hipcue: Command, three: Path, tmp_path: Path) -> None:
    (tmp_path / "away.toml").write_text(f'[session]\nstore_url = "sqlite:///{three / "0" / "session.json" / "x.db"}"\n')
    away = ("--config", tmp_path / "away.toml")
    refused(hipcue("sessions", "list", *away), "session.json")
    assert hipcue("sessions", "show", three / "0", *away).exit_code == 0
    assert hipcue("sessions", "compare", three / "0", three / "1", *away).exit_code == 0


@pytest.mark.parametrize("name", ["a%41b", "what?mode=memory", "with#mark", "a b&c=d", "[::1]:5432@x"])
def test_the_store_may_be_in_a_folder_of_any_name(
    hipcue: Command, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / name))
    assert hipcue("sessions", "import", three).exit_code == 0
    assert (tmp_path / name / "sessions.db").stat().st_size > 0
    assert len(hipcue("sessions", "list").stdout.splitlines()) == 4


@pytest.mark.slow
def test_the_lanes_of_a_gym_share_one_database(hipcue: Command, postgres_url: str, three: Path, tmp_path: Path) -> None:
    (tmp_path / "gym.toml").write_text(f'[session]\nstore_url = "{postgres_url}"\n')
    shared = ("--config", tmp_path / "gym.toml")
    assert "There are no sessions yet" in hipcue("sessions", "list", *shared).stdout
    assert hipcue("sessions", "import", three / "0", three / "2", *shared).exit_code == 0
    shutil.rmtree(three / "0")  # it was another lane's, whose disk is not on this machine
    assert "20 near" in hipcue("sessions", "show", "00000000", *shared).stdout
    assert len(hipcue("history", "Ada", *shared).stdout.splitlines()) >= 3
    assert hipcue("sessions", "report", "00000000", "--out", tmp_path / "r.html", *shared).exit_code == 0
    assert hipcue("sessions", "export", "00000000", "--out", tmp_path / "s.csv", *shared).exit_code == 0
    refused(hipcue("sessions", "export", "00000000", "--format", "mot", *shared), "is not on this machine")
    assert hipcue("sessions", "forget", "latest", "--yes", *shared).exit_code == 0
    assert len(hipcue("sessions", "list", *shared).stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "mentions"),
    [
        (("sessions", "show", "ffff"), ("ffff", "hipcue sessions list")),
        (("sessions", "show", "0000"), ("0000", "more of the id")),
        (("sessions", "compare", "latest"), ("two sessions",)),
        (("sessions", "export", "--format", "xlsx"), ("xlsx", "parquet")),
        (("sessions", "import", "nowhere"), ("nowhere", "session.json")),
        (("sessions", "report", "--out", "no/such/folder/r.html"), ("no/such/folder",)),
        (("history", "Zoe"), ("Zoe", "hipcue sessions list")),
    ],
)
def test_a_mistake_is_one_sentence(hipcue: Command, three: Path, words: tuple[str, ...], mentions: tuple[str, ...]) -> None:
    refused(hipcue(*words), *mentions)

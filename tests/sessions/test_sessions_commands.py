"""Given sessions in a home of their own, what `hipcue sessions …` and `hipcue history` print, write and refuse."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hipcue.commands import app
from tests.recorded_sessions import begin, header, record_strides

Command = Callable[..., Result]


@pytest.fixture
def hipcue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return lambda *words, **more: CliRunner().invoke(app, [str(word) for word in words], **more)


@pytest.fixture
def three(hipcue: Command, tmp_path: Path) -> Path:
    """Two of Ada's and one of anybody's, imported."""
    for day, runner in enumerate(("Ada", "", "Ada")):
        session = begin(tmp_path / "recorded" / str(day), header(day, runner))
        record_strides(session, 1, 20 + day)
        session.close()
    done = hipcue("sessions", "import", tmp_path / "recorded")
    assert (done.exit_code, done.stdout.strip()) == (0, "3 sessions in the store")
    return tmp_path / "recorded"


def refused(done: Result, *mentions: str) -> None:
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for mention in mentions:
        assert mention in done.stderr


def test_list_shows_all_the_newest_first(hipcue: Command, three: Path) -> None:
    lines = hipcue("sessions", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["00000002", "00000001", "00000000"]
    assert "Ada" in lines[1]
    assert len(hipcue("sessions", "list", "--runner", "Ada").stdout.splitlines()) == 3


def test_before_the_first_session_list_says_how_to_get_one(hipcue: Command) -> None:
    assert "hipcue run records one" in hipcue("sessions", "list").stdout
    refused(hipcue("sessions", "show"), "hipcue run records one")


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


def test_what_a_power_cut_has_left_is_read_to_its_last_whole_row(hipcue: Command, three: Path) -> None:
    strides, samples = three / "2" / "strides.csv", three / "2" / "samples.csv"
    strides.write_bytes(strides.read_bytes()[:-9])
    samples.write_bytes(samples.read_bytes() + b"1,0.0" + bytes(4096))
    done = hipcue("sessions", "show", "latest")
    assert done.exit_code == 0, done.output
    assert "21 near" in done.stdout  # of 22
    assert hipcue("sessions", "report", "latest", "--out", three / "r.html").exit_code == 0


def test_report_and_export_write_the_file_they_are_told(hipcue: Command, three: Path, tmp_path: Path) -> None:
    for words, name in ((("report",), "r.html"), (("export", "--format", "parquet"), "s.parquet")):
        done = hipcue("sessions", words[0], "latest", *words[1:], "--out", tmp_path / name)
        assert done.exit_code == 0, done.stderr
        assert (tmp_path / name).stat().st_size > 1000


def test_compare_and_history_put_sessions_beside_each_other(hipcue: Command, three: Path) -> None:
    compared = hipcue("sessions", "compare", "00000001", "latest")
    assert [line.split()[0] for line in compared.stdout.splitlines()[1:3]] == ["00000001", "00000002"]
    history = hipcue("history", "Ada")
    assert [line.split()[0] for line in history.stdout.splitlines()[1:3]] == ["00000000", "00000002"]
    assert "± 10" in history.stdout  # an absolute angle carries what it may differ between days


@pytest.mark.parametrize("words", [("history", "Ada"), ("sessions", "compare", "00000000", "00000001", "latest")])
def test_sessions_beside_each_other_as_a_page_with_drawings(
    hipcue: Command, three: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = hipcue(*words, "--out", tmp_path / "trend.html")
    assert (done.exit_code, done.stdout.strip()) == (0, f"Saved in {tmp_path / 'trend.html'}")
    page = (tmp_path / "trend.html").read_text(encoding="utf-8")
    for outside in ("src=", "@import", "url(http", "<link", "<script", 'href="http'):
        assert outside not in page
    # These sessions have no phases, and their strides no excursion: there is one thing to draw.
    assert [title in page for title in ("What each session changed", "Thigh excursion", "Hip extension")] == [
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


def test_a_folder_that_holds_another_session_now_is_left_alone(hipcue: Command, three: Path) -> None:
    shutil.rmtree(three / "2")
    shutil.copytree(three / "0", three / "2")
    assert hipcue("sessions", "show", "latest").exit_code == 0
    forgotten = hipcue("sessions", "forget", "latest", "--yes")
    assert forgotten.exit_code == 0
    assert "its files are not in" in " ".join(forgotten.stdout.split())
    assert (three / "2" / "session.json").exists()
    assert "00000002" not in hipcue("sessions", "list").stdout


def test_import_finds_sessions_however_deep_and_leaves_out_what_is_still_being_written(hipcue: Command, three: Path) -> None:
    (three / "2").rename(three / "clip.mp4.unfinished")
    done = hipcue("sessions", "import", three.parent)
    assert (done.exit_code, done.stdout.strip()) == (0, "2 sessions in the store")


def test_import_twice_changes_nothing(hipcue: Command, three: Path) -> None:
    before = hipcue("sessions", "list").stdout
    hipcue("sessions", "import", three, three / "1")
    assert hipcue("sessions", "list").stdout == before


def test_a_gyms_lanes_share_what_lies_in_one_database(hipcue: Command, postgres_url: str, three: Path, tmp_path: Path) -> None:
    (tmp_path / "gym.toml").write_text(f'[session]\nstore_url = "{postgres_url}"\n')
    shared = ("--config", tmp_path / "gym.toml")
    assert "There are no sessions yet" in hipcue("sessions", "list", *shared).stdout
    assert hipcue("sessions", "import", three / "0", three / "2", *shared).exit_code == 0
    shutil.rmtree(three / "0")  # it was another lane's, whose disk is not here
    assert "20 near" in hipcue("sessions", "show", "00000000", *shared).stdout
    assert len(hipcue("history", "Ada", *shared).stdout.splitlines()) >= 3
    assert hipcue("sessions", "report", "00000000", "--out", tmp_path / "r.html", *shared).exit_code == 0
    assert hipcue("sessions", "export", "00000000", "--out", tmp_path / "s.csv", *shared).exit_code == 0
    refused(hipcue("sessions", "export", "00000000", "--format", "mot", *shared), "its folder is gone")
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

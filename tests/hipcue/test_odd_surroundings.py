"""Given unusual surroundings, then a command works, or ends with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.made_videos import write_made
from tests.support.program import ROOT, one_sentence
from tests.support.recorded_sessions import begin, header


def hipcue(home: Path, words: str, before: str = "", after: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a shell, with any text `before` and `after` it."""
    return subprocess.run(
        ["bash", "-c", f'{before} "$0" -m hipcue {words} {after}', sys.executable],
        cwd=ROOT,
        env={**os.environ, "HIPCUE_HOME": str(home), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    begin(folder / "s", header(1, "Ada")).close()
    done = hipcue(folder, f"sessions import {folder / 's'}")
    assert done.stdout == "1 session in the store\n", done.stderr
    return folder


def test_a_table_for_a_full_disk_is_one_sentence(home: Path) -> None:
    done = hipcue(home, "sessions list", after="> /dev/full")
    assert (done.returncode, done.stderr) == (2, "standard output: No space left on device\n")


@pytest.mark.parametrize("columns", ["0", "-1", "9" * 30])
def test_a_terminal_of_any_width_shows_the_table(home: Path, columns: str) -> None:
    done = hipcue(home, "sessions list", COLUMNS=columns, LINES=columns)
    assert done.returncode == 0
    assert "Ada" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "shown"), [("list", 0, "Ada"), ("list --out a.csv", 2, "working folder has been removed")]
)
def test_a_working_folder_that_is_removed_is_named_if_it_is_needed(home: Path, words: str, code: int, shown: str) -> None:
    done = hipcue(home, f"sessions {words}", before='gone=$(mktemp -d); cd "$gone"; rmdir "$gone";')
    assert done.returncode == code
    assert shown in done.stdout + done.stderr
    assert code == 0 or one_sentence(done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["C", "de_DE.ISO-8859-1"])
def test_a_clip_is_measured_in_a_folder_of_any_name_and_without_a_writable_home(tmp_path: Path, locale: str) -> None:
    folder = tmp_path / "Läufer 跑步"
    folder.mkdir()
    write_made(folder / "é 1.mp4", [np.full((64, 96, 3), 8 * number, np.uint8) for number in range(20)])
    words = f"analyse '{folder}/é 1.mp4' --out '{folder}/aus' --video"
    done = hipcue(Path("/proc/none"), words, LC_ALL=locale, PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("No stride was measured: nobody was seen.")
    assert {"session.json", "samples.csv", "report.html", "video.mp4"} <= {path.name for path in (folder / "aus").iterdir()}

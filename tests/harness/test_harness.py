"""Given the tests' own tools, then nothing outlives a pytest that is killed, and no test is skipped in silence."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import postgres_server, sound_server, virtual_screen
from tests.support.eventually import eventually
from tests.support.guardian import marked
from tests.support.short_folder import remove_left_folders

ROOT = Path(__file__).parents[2]
GUARD_S = 120.0

EVERYTHING = """
import os, signal, time
from pathlib import Path
from tests.support.guardian import MARK
from tests.support.listener import Listener
from tests.support.postgres_server import postgres_server
from tests.support.program import Running
from tests.support.surroundings import screen_and_sound

def test_with_everything_under_way(tmp_path):
    with screen_and_sound(tmp_path) as around, postgres_server():
        program = Running("demo", "--for", "0", "--session-dir", str(tmp_path / "s"), environment=around.environment)
        listener = Listener(program.runtime)
        listener.until_heard("coach", "recorder")
        listener.strike("recorder", signal.SIGSTOP)  # it takes notice of nothing any more
        ready = Path(__file__).with_name("ready")
        ready.with_suffix(".new").write_text(os.environ[MARK])
        ready.with_suffix(".new").rename(ready)
        time.sleep(3600)
"""
SKIPPED = """
import pytest

def test_that_cannot_run():
    pytest.skip("there is no moon here")

@pytest.mark.skipif(True, reason="there is no sun here")
def test_that_is_never_begun():
    pass

@pytest.mark.optional
def test_that_nobody_requires():
    pytest.skip("there is no star here")
"""


def inner(path: Path, **environment: str) -> "subprocess.Popen[str]":
    """A pytest of its own, with this project's settings and fixtures."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-c",
        "pyproject.toml",
        str(path),
    ]
    every = {**os.environ, "HIPCUE_REQUIRE": "", **environment}
    return subprocess.Popen(command, cwd=ROOT, env=every, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_the_folders_of_a_killed_pytest_are_removed_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    left, used, others = tmp_path / f"hcpg{ended.pid}_a1", tmp_path / f"hc{os.getpid()}_a1", tmp_path / "hcpg_of_somebody"
    for folder in (left, used, others):
        (folder / "data").mkdir(parents=True)
    remove_left_folders(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted((used, others))


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.screen
def test_a_killed_pytest_leaves_no_process(tmp_path: Path) -> None:
    for reason in (virtual_screen.missing(), sound_server.missing(), postgres_server.missing()):
        if reason:
            pytest.skip(reason)
    (tmp_path / "test_everything.py").write_text(EVERYTHING)
    with inner(tmp_path / "test_everything.py") as running:
        eventually(lambda: (tmp_path / "ready").exists() or running.poll() is not None, "everything runs", GUARD_S)
        assert running.poll() is None, running.communicate()[0]
        mark = (tmp_path / "ready").read_text().split()[-1]
        names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in marked(mark)}
        assert {"Xvfb", "pulseaudio", "postgres"} < names
        assert len(marked(mark)) >= 10  # those, the supervisor and its processes
        running.send_signal(signal.SIGKILL)
        eventually(lambda: not marked(mark), "nothing is left")


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
@pytest.mark.slow
def test_a_skipped_test_is_named_and_fails_where_all_are_required(tmp_path: Path, required: str, code: int) -> None:
    (tmp_path / "test_skipped.py").write_text(SKIPPED)
    with inner(tmp_path / "test_skipped.py", HIPCUE_REQUIRE=required) as running:
        told = running.communicate()[0]
    assert running.returncode == code, told
    for reason in ("no moon", "no sun", "no star"):
        assert reason in told
    assert sum(map(int, re.findall(r"(\d+) (?:failed|error)", told))) == (2 if required else 0)

"""Given a signal at any moment of a command's start, then it ends: no traceback, nothing left behind, nothing half saved."""

import itertools
import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.program import Ended, Running

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP)
MOMENTS_S = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0)
"""From the program's first line on; on any machine, some of them are in the middle of something."""
RUN = ("run", "--source", "synthetic:fps=30,width=640,height=360", "--no-display", "--no-audio", "--session-dir")
ANALYSE = ("analyse", "synthetic:fps=30,width=640,height=360,seconds=600", "--out")


def answers(pid: int) -> bool:
    """Whether the program has got as far as its first line, where it decides what a signal does."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return bool(caught >> (signal.SIGHUP - 1) & 1)


def interrupted(number: int, moment_s: float, *arguments: str) -> Ended:
    """The command's end after a signal, which the terminal sends to all of its processes."""
    program = Running(*arguments, as_shipped=True)
    eventually(lambda: answers(program.process.pid), "the program has begun")
    time.sleep(moment_s)
    if number == signal.SIGTERM:
        program.signal(number)
    else:
        os.killpg(program.process.pid, number)
    return program.wait()


def ended_well(ended: Ended) -> None:
    assert "Traceback" not in ended.err + ended.out, ended.err
    assert ended.left_behind == []


@pytest.mark.parametrize(("moment_s", "number"), list(zip(MOMENTS_S, itertools.cycle(SIGNALS), strict=False)))
def test_of_the_whole_program(moment_s: float, number: int, tmp_path: Path) -> None:
    ended = interrupted(number, moment_s, *RUN, str(tmp_path))
    ended_well(ended)
    # 1: on a busy machine, a process that was still loading may be killed.
    assert ended.exit_code in (0, 1, 128 + number), (ended.exit_code, ended.err)
    for session in tmp_path.glob("*/session.json"):
        assert json.loads(session.read_text())["ended"] is True


@pytest.mark.parametrize(
    ("moment_s", "number"), list(zip((0.0, 0.2, 0.5, 1.0, 2.0, 4.0), itertools.cycle(SIGNALS), strict=False))
)
def test_of_an_analysis(moment_s: float, number: int, tmp_path: Path) -> None:
    ended = interrupted(number, moment_s, *ANALYSE, str(tmp_path / "out"))
    ended_well(ended)
    assert ended.exit_code == 128 + number
    for session in tmp_path.glob("*/session.json"):
        assert json.loads(session.read_text())["ended"] is False


@pytest.mark.parametrize("arguments", [("doctor", "--source", "synthetic:"), ("sessions", "list"), ("history", "Ada")])
@pytest.mark.parametrize(("moment_s", "number"), [(0.0, signal.SIGINT), (0.3, signal.SIGTERM)])
def test_of_a_command_that_saves_nothing(moment_s: float, number: int, arguments: tuple[str, ...]) -> None:
    ended_well(interrupted(number, moment_s, *arguments))

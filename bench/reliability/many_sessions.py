"""Time and memory that many sessions take: python -m bench.reliability.many_sessions (about two minutes).

`hipcue sessions import` and `list` with thousands of short sessions, `hipcue history` with hundreds of a runner's; each is
timed as a user waits for it, from the shell's prompt to the next.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.report import Figure, at_most, reported, verdicts
from tests.support.forged_sessions import good_session
from tests.support.recorded_sessions import header

MOST_IMPORT_S, MOST_LIST_S, MOST_HISTORY_S = 30.0, 1.0, 2.0
MOST_MB, MOST_HISTORY_MB = 500.0, 150.0


def copies(template: Path, into: Path, count: int, runner: str) -> None:
    """Sessions like one, each with an id and a day of its own."""
    tables = {path.name: path.read_bytes() for path in template.glob("*.csv")}
    head = json.loads((template / "session.json").read_text(encoding="utf-8"))
    for number in range(count):
        folder = into / f"{number:05}"
        folder.mkdir(parents=True)
        own = {**head, "id": str(uuid.uuid4()), "started": header(number)["started"], "runner": runner}
        (folder / "session.json").write_text(json.dumps({**own, "session_number": number + 1}), encoding="utf-8")
        for name, content in tables.items():
            (folder / name).write_bytes(content)


@dataclass(frozen=True)
class Used:
    """Time and memory that a command needed."""

    waited_s: float
    cpu_s: float
    memory_mb: float


def run(home: Path, *words: str) -> Used:
    """Run a command to its end. Raises SystemExit if it fails."""
    began_s = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "hipcue", *words],
        env={**os.environ, "HIPCUE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    waited_s = time.monotonic() - began_s
    if status:
        raise SystemExit(f"hipcue {' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    return Used(waited_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def shortest(rounds: int, home: Path, *words: str) -> Used:
    """The shortest times of several runs, because other programs only lengthen them, and the most memory."""
    found = [run(home, *words) for _ in range(rounds)]
    return Used(min(one.waited_s for one in found), min(one.cpu_s for one in found), max(one.memory_mb for one in found))


def figures(what: str, used: Used, most_s: float, most_mb: float) -> list[Figure]:
    """Figures with their limits. Processor time is more reliable where other programs run."""
    return [
        at_most(what, "time", used.waited_s, most_s, " s", 2),
        reported("", "of it, the processor's", f"{used.cpu_s:.2f} s"),
        at_most("", "memory", used.memory_mb, most_mb, " MB", 0),
    ]


def measure(folder: Path, listed: int, followed: int, strides: int, rounds: int) -> list[Figure]:
    """All figures."""
    short = good_session(folder / "short", strides=60)
    copies(short, folder / "many", listed, "")
    imported = run(folder / "home", "sessions", "import", str(folder / "many"))
    shown = shortest(rounds, folder / "home", "sessions", "list")
    long = good_session(folder / "long", strides=strides)
    copies(long, folder / "runner", followed, "Ada")
    run(folder / "runner-home", "sessions", "import", str(folder / "runner"))
    history = shortest(rounds, folder / "runner-home", "history", "Ada")
    return [
        *figures(f"import of {listed} sessions", imported, MOST_IMPORT_S, MOST_MB),
        *figures(f"list of {listed} sessions", shown, MOST_LIST_S, MOST_MB),
        *figures(f"history of {followed} sessions of {strides} strides", history, MOST_HISTORY_S, MOST_HISTORY_MB),
    ]


def main() -> int:
    """Print the figures beside their limits; 1 if one falls short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listed", type=int, default=3000)
    parser.add_argument("--followed", type=int, default=500)
    parser.add_argument("--strides", type=int, default=1000, help="of the near leg, in each session of the runner's")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hipcue-many-") as folder:
        found = measure(Path(folder), given.listed, given.followed, given.strides, given.rounds)
        # Before the folder is removed, which takes a slow disk minutes.
        print(verdicts("Many sessions", "Each command as a user waits for it.", found).plain(), flush=True)
    return 0 if all(figure.holds in (True, None) for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())

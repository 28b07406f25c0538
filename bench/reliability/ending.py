"""How long the program takes to end on request: python -m bench.reliability.ending (about a minute)."""

import argparse
import signal
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.eventually import eventually
from tests.support.program import Running

LIMIT_S = 2.0
GUARD_S = 60.0


def ending_s(folder: Path) -> float:
    """From SIGTERM until the program and all its processes have ended, once it has measured a stride."""
    program = Running("demo", "--for", "0", "--session-dir", str(folder), as_shipped=True)
    eventually(lambda: any(_rows(path) for path in folder.glob("*/strides.csv")), "a stride is on disk", GUARD_S)
    asked_s = time.monotonic()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    took_s = time.monotonic() - asked_s
    if ended.exit_code or ended.left_behind:
        raise SystemExit(f"it did not end well: code {ended.exit_code}, left behind {ended.left_behind}\n{ended.err}")
    return took_s


def _rows(table: Path) -> bool:
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return len(lines) > 1


def main() -> None:
    """Print the median and the worst of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    took_s = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            took_s.append(ending_s(Path(folder)))
    verdict = "holds" if max(took_s) <= LIMIT_S else "falls short"
    measured = f"{median(took_s):.1f} s, worst {max(took_s):.1f} s of {rounds}"
    print(f"from SIGTERM to the end of all: {measured}; to reach {LIMIT_S:g} s: {verdict}")


if __name__ == "__main__":
    main()

"""Finds when, during the start, Ctrl-C gives Python's own traceback: python -m bench.reliability.early_signal (two minutes).

Until Python runs the first line of HipCue, Python handles Ctrl-C: at first it ends silently, later with a traceback. The time
that Python alone needs is also printed, because on a busy machine everything takes longer.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

STEP_MS, LAST_MS = 10, 500
COMMANDS = {
    "hipcue": (str(Path(sys.executable).with_name("hipcue")), "sessions", "list"),
    "python -m hipcue": (sys.executable, "-m", "hipcue", "sessions", "list"),
}


def interrupted(command: tuple[str, ...], moment_ms: int, home: str) -> bool:
    """Whether the command, interrupted at this moment after its start, printed a traceback."""
    process = subprocess.Popen(
        command,
        env={**os.environ, "HIPCUE_HOME": home},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(moment_ms / 1000)
    process.send_signal(signal.SIGINT)  # no effect if it has ended
    _, err = process.communicate()
    return b"Traceback" in err


def python_alone_ms() -> float:
    """How long Python takes to start and end."""
    began_s = time.monotonic()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return 1000 * (time.monotonic() - began_s)


def main() -> None:
    """Print the moments with a traceback, of all rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as home:
        for name, command in COMMANDS.items():
            found: Counter[int] = Counter()
            alone_ms = []
            for moment_ms in range(0, LAST_MS, STEP_MS):
                alone_ms.append(python_alone_ms())
                found[moment_ms] = sum(interrupted(command, moment_ms, home) for _ in range(rounds))
            moments = ", ".join(f"{moment_ms} ({times} of {rounds})" for moment_ms, times in found.items() if times)
            print(
                f"{name}: a traceback at these moments, ms: {moments or 'none'}; Python alone takes {median(alone_ms):.0f} ms"
            )


if __name__ == "__main__":
    main()

"""Nothing that the tests start outlives pytest, however pytest ends.

A process of its own, the guardian, holds one end of a pipe; the other end closes with pytest, even if pytest is killed. It then
kills whatever carries this test run's mark in its environment, which every process inherits from the one that started it.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "HIPCUE_TEST_RUN"
"""Environment variable: the marks of the test runs that a process belongs to, the outermost first."""
_GRACE_S = 10.0


@contextmanager
def guarded() -> Iterator[str]:
    """Guard all processes that are started within the block; its mark. At the end of the block they are killed, too."""
    mark = secrets.token_hex(8)
    before = os.environ.get(MARK, "")
    # It belongs to the outer test runs, not to the one that it guards; and a key press or a killed process group spares it.
    with subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, mark], stdin=subprocess.PIPE, start_new_session=True
    ) as guardian:
        os.environ[MARK] = f"{before} {mark}".strip()
        try:
            yield mark
        finally:
            os.environ[MARK] = before
            assert guardian.stdin is not None
            guardian.stdin.close()


def marked(mark: str) -> list[int]:
    """The living processes that carry this mark, except this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            of_the_run = mark.encode() in (folder / "environ").read_bytes()
            dead = (folder / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except OSError:  # gone meanwhile, or somebody else's
            continue
        if of_the_run and not dead and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def _guard(mark: str) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    until_s = time.monotonic() + _GRACE_S
    # One that is just being started is found in the next round.
    while (left := marked(mark)) and time.monotonic() < until_s:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


if __name__ == "__main__":
    _guard(sys.argv[1])

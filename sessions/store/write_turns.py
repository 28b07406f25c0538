"""Lets programs take turns writing to a database file: a waiting program holds a lock, and a long import lets it in.

SQLite has no queue: a waiting program checks every tenth of a second whether the file is free, and an import leaves it free for
milliseconds only. The lock is on the file's folder, of a kind that SQLite does not use.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from wire.system import lock_folder

_TRIES, _TRY_S = 3, 0.002
"""An import takes the lock for a moment to check whether somebody waits."""
_POLL_S = 0.01
LONGEST_S = 0.5
"""How long an import waits for the waiting programs: they check more often than that, unless they are stopped."""


@contextmanager
def waiting_to_write(file: Path) -> Iterator[None]:
    """Announce that this program waits for the file. Never fails: on a disk without locks nothing is announced."""
    with ExitStack() as lock:
        for _ in range(_TRIES):
            with suppress(OSError):
                lock.enter_context(lock_folder(file.parent, wait=False, shared=True))
                break
            time.sleep(_TRY_S)
        yield


def somebody_waits(file: Path) -> bool:
    """Whether a program waits for the file now."""
    try:
        with lock_folder(file.parent, wait=False):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def let_others_write(file: Path) -> None:
    """Call between two transactions: wait until every waiting program has had the file. Takes no time if there is none."""
    until_s = time.monotonic() + LONGEST_S
    while somebody_waits(file) and time.monotonic() < until_s:
        time.sleep(_POLL_S)

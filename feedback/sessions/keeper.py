"""Writes sessions to the store as they grow, in a thread beside the recorder: nothing waits for the database.

It reads what the recorder has written to disk, and nothing else. A database that is away is tried again, ever more seldom, and
catches up; a session that could not be written by the end is noted (spool.py), and the next program that runs writes it.
"""

import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from feedback.sessions.home import spool_folder
from feedback.sessions.spool import Spool

if TYPE_CHECKING:
    from feedback.sessions.store import Progress, Store

PERIOD_S = 1.0
_SELDOM_S = 30.0
_ABANDONED_S = 3600.0
"""A session without an end whose files have not grown for so long will not go on: its program was killed."""


class StoreKeeper:
    """The thread. It begins with the first session to watch, so that a program's start does not pay for it."""

    def __init__(self, url: str, period_s: float = PERIOD_S) -> None:
        self.problem = ""
        """Why the store is behind; "": it is not."""
        self._url = url
        self._period_s = period_s
        self._spool = Spool(spool_folder(url))
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched: set[uuid.UUID] = set()

    def watch(self, session: uuid.UUID, folder: Path) -> None:
        """This session is to be written from now on."""
        if session in self._watched:
            return
        self._watched.add(session)
        try:
            self._spool.note(session, folder)
        except OSError as error:
            self.problem = f"{error.filename}: cannot be written ({error.strerror}); this session is not stored"
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="store", daemon=True)
            self._thread.start()

    def finish(self, patience_s: float) -> None:
        """Write what the folders hold now; what takes longer is left to the next program."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience_s)

    def _run(self) -> None:
        # The database's libraries are loaded here, beside the recorder's work.
        from feedback.sessions.store import Store, StoreError  # noqa: PLC0415

        store: Store | None = None
        progress: dict[uuid.UUID, Progress] = {}
        wait_s, last = self._period_s, False
        while not last:
            last = self._stop.wait(wait_s)
            try:
                store = store or Store(self._url)
                self.problem = "; ".join(catch_up(store, self._spool, progress))
                wait_s = self._period_s
            except StoreError as error:
                self.problem, wait_s = str(error), min(2 * wait_s, _SELDOM_S)
        if store is not None:
            store.close()


def catch_up(store: "Store", spool: Spool, progress: "dict[uuid.UUID, Progress]") -> list[str]:
    """Write what is pending and is not in `progress` yet. Returns what is wrong with single sessions. Raises StoreAwayError."""
    from feedback.sessions.store import StoreAwayError, StoreError, read_header  # noqa: PLC0415

    wrong = []
    for session, folder in spool.pending().items():
        try:
            # Its end is looked for first: what is on disk then is all.
            over = bool(read_header(folder).get("ended"))
            progress[session] = store.write(folder, progress.get(session))
            if over or _untouched_s(folder) > _ABANDONED_S:
                spool.done(session)
        except FileNotFoundError:
            if folder.parent.exists() and not folder.exists():
                spool.done(session)  # removed by hand
        except StoreAwayError:
            raise
        except (StoreError, OSError, ValueError) as error:
            wrong.append(str(error))
    return wrong


def _untouched_s(folder: Path) -> float:
    return time.time() - max(path.stat().st_mtime for path in folder.glob("*.csv"))

"""Imports sessions into the store when they end, in a thread beside the recorder: nothing waits for the database.

An unreachable store is tried again at growing intervals. A session not yet imported when the program ends keeps its note
(spool.py), and the next program that runs imports it.
"""

import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.paths import spool_folder
from config.secret_address import SecretAddress, without_secrets
from sessions.errors import SessionsError
from sessions.store.spool import Spool

if TYPE_CHECKING:
    from sessions.store.store import Store

_RETRY_S = 1.0
_SELDOM_S = 30.0


class BackgroundImport:
    """The thread. It starts with the first session, unless `start` is called with `check`."""

    def __init__(self, url: SecretAddress, retry_s: float = _RETRY_S) -> None:
        self.opened = False
        """Whether the store has been opened."""
        self._import_problem = self._note_problem = ""
        self._url = url
        self._retry_s = retry_s
        self._spool = Spool(spool_folder(url))
        self._noted: dict[uuid.UUID, Path] = {}
        self._unnoted: dict[uuid.UUID, tuple[Path, dict[str, Any] | None]] = {}
        """Sessions whose note could not be written yet."""
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str:
        """Why something is not imported; "": nothing is wrong."""
        return self._note_problem or self._import_problem

    @property
    def unnoted(self) -> list[Path]:
        """The folders of sessions that no later program would import: their notes could not be written."""
        return [folder for folder, _ in self._unnoted.values()]

    def start(self, check: bool = False) -> None:
        """Import what earlier programs left, in the background. With `check`, open the store in any case.

        Otherwise the first session starts the thread: loading the database's libraries would lengthen the program's own start.
        """
        if self._thread is None and (check or self._spool.pending()):
            self._start_thread()

    def begin(self, session: uuid.UUID, folder: Path, header: dict[str, Any] | None = None) -> None:
        """Note a session that has begun, with its session.json. May be called repeatedly.

        Opens the store, and imports what earlier programs left.
        """
        if self._noted.get(session) != folder and session not in self._unnoted:
            self._note(session, folder, header)

    def end(self, session: uuid.UUID, folder: Path, header: dict[str, Any] | None = None) -> None:
        """Import a session that has ended, in the background."""
        self._note(session, folder, header)  # again: its folder may not have existed until now

    def retry(self) -> None:
        """Write the notes that could not be written. Call it from time to time."""
        for session, (folder, header) in list(self._unnoted.items()):
            self._note(session, folder, header)

    def close(self, patience_s: float) -> None:
        """Wait until everything is imported, but no longer than this."""
        self.retry()
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(patience_s)

    def _note(self, session: uuid.UUID, folder: Path, header: dict[str, Any] | None) -> None:
        try:
            self._spool.note(session, folder, header)
            self._noted[session] = folder
            self._unnoted.pop(session, None)
        except OSError as error:
            self._unnoted[session] = folder, header
            self._note_problem = f"{error.filename}: cannot be written ({error.strerror})"
        if not self._unnoted:
            self._note_problem = ""
        self._wake.set()
        if self._thread is None:
            self._start_thread()

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        store: Store | None = None
        retry_s = self._retry_s
        closing = False
        while not closing:
            self._wake.clear()
            closing = self._closing
            try:
                store = store or self._open()
                self._import_problem = self._import(store)
                retry_s, wait_s = self._retry_s, _SELDOM_S if self._import_problem else None
            except Exception as error:  # any error: without this thread, nothing would ever be stored
                self._import_problem = _sentence(error)
                retry_s, wait_s = min(2 * retry_s, _SELDOM_S), retry_s
                # Opened again at the next attempt: its file may have been replaced.
                _close(store)
                store = None
            if not closing:
                self._wake.wait(wait_s)
        _close(store)

    def _open(self) -> "Store":
        # The database's libraries are loaded here, beside the recorder's work.
        from sessions.store.store import Store

        store = Store(self._url)
        self.opened = True
        return store

    def _import(self, store: "Store") -> str:
        from sessions.store.catalogue import import_pending  # see _open

        return "; ".join(import_pending(store, self._spool))


def _close(store: "Store | None") -> None:
    if store is not None:
        store.close()


def _sentence(error: Exception) -> str:
    if isinstance(error, SessionsError):
        return str(error)
    reason = next(iter(str(error).strip().splitlines()), "")
    return f"session.store_url: the store cannot be used ({without_secrets(reason) or type(error).__name__})"

"""All sessions that this machine can show: those in the store, and those being recorded here now."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.paths import spool_folder
from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.format.folders import holds_session_files, is_being_written
from sessions.format.header import current_header, read_header, session_id
from sessions.store.database import StoreAwayError, StoreError
from sessions.store.recovery import recover_header
from sessions.store.session_entry import SessionEntry
from sessions.store.spool import Spool
from sessions.store.store import Store

if TYPE_CHECKING:
    from sessions.format.recorded import CountedStrides, RecordedSession


class Catalogue:
    """A store, and the notes of sessions that it does not contain yet."""

    def __init__(self, url: SecretAddress) -> None:
        """Open the store at this URL and import what earlier programs left. Raises StoreError."""
        self._store = Store(url)
        self._spool = Spool(spool_folder(url))
        self.problems = import_pending(self._store, self._spool)
        """A sentence for each session that could not be imported."""

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def entries(self, runner: str = "") -> list[SessionEntry]:
        """All sessions, newest first; with `runner`, only theirs. Raises StoreError."""
        running = [entry for entry in self._running() if not runner or entry.runner.casefold() == runner.casefold()]
        ids = {entry.id for entry in running}
        stored = [entry for entry in self._store.entries(runner) if entry.id not in ids]
        return [*running, *stored]

    def find(self, word: str) -> SessionEntry:
        """The session with this id, or the only one whose id begins so, or "latest". Raises StoreError."""
        everything = self.entries()
        if not everything:
            raise StoreError("there are no sessions yet; hipcue run records one")
        found = everything[:1] if word == "latest" else [one for one in everything if str(one.id).startswith(word.lower())]
        if not found:
            raise StoreError(f"{word}: there is no such session; hipcue sessions list shows all")
        if len(found) > 1:
            raise StoreError(f"{word}: {len(found)} sessions begin with that; give more of the id")
        return found[0]

    def in_folder(self, folder: Path) -> SessionEntry:
        """The session in a folder, whether the store has it or not. Raises SessionsError, OSError."""
        return _entry(folder, read_header(folder), running=is_being_written(folder))

    def has_folder_of(self, session: uuid.UUID) -> bool:
        """Whether the store knows a folder that holds this session now. Raises StoreError."""
        return any(entry.id == session and entry.own_folder is not None for entry in self._store.entries())

    def stored(self) -> dict[uuid.UUID, datetime]:
        """When each session first came into the store. Raises StoreError."""
        return self._store.stored()

    def read(self, entry: SessionEntry, with_frames: bool = True) -> "RecordedSession":
        """The session from its folder; from the store, without samples, if that is gone. Raises SessionsError, OSError.

        Its samples are read only `with_frames`.
        """
        from sessions.format.recorded import RecordedSession, by_camera, from_folder  # it loads NumPy

        if (folder := entry.own_folder) is not None:
            return from_folder(folder, with_frames)
        strides, cues, phases = (self._store.rows(entry.id, name) for name in ("strides", "cues", "phases"))
        main, other = by_camera(strides)
        return RecordedSession(self._store.header(entry.id), main, cues, phases, other_strides=other)

    def near_strides(self, entries: Sequence[SessionEntry]) -> Iterator["CountedStrides"]:
        """Columns of each session's strides of the near leg: from its folder while it runs, else from the store.

        Of a session with two cameras, the rows of both legs. Raises SessionsError, OSError.
        """
        from sessions.format.recorded import from_folder  # it loads NumPy

        stored = self._store.near_strides([entry.id for entry in entries if not entry.running])
        for entry in entries:
            found = from_folder(entry.folder, with_frames=False) if entry.running else next(stored)
            two_cameras = not entry.running and found.header.get("other_side")
            yield self.read(entry, with_frames=False) if two_cameras else found

    def add(self, folders: Iterable[Path]) -> Iterator[str]:
        """Import the sessions in these folders. Yields for each "", or a sentence that says why it is left out.

        Raises StoreAwayError.
        """
        return self._store.import_sessions(folders)

    def forget(self, session: uuid.UUID) -> None:
        """Remove a session from the store; its folder stays. Raises StoreError, OSError."""
        self._spool.done(session)
        self._store.forget(session)

    def _running(self) -> list[SessionEntry]:
        found = []
        for folder in self._spool.pending().values():
            try:
                if is_being_written(folder):
                    found.append(_entry(folder, current_header(folder), running=True))
            except (OSError, SessionsError):
                continue
        return sorted(found, key=lambda entry: entry.started, reverse=True)


def _entry(folder: Path, header: dict[str, Any], running: bool) -> SessionEntry:
    return SessionEntry(
        id=session_id(header),
        runner=str(header.get("runner") or ""),
        started=datetime.fromisoformat(header["started"]),
        ended=bool(header.get("ended")) and not running,
        kind=str(header.get("kind", "live")),
        folder=folder,
        near_strides=(header.get("strides") or {}).get("near"),
        near_hip_extension_deg=header.get("near_hip_extension_mean_deg"),
        running=running,
    )


def import_pending(store: Store, spool: Spool) -> list[str]:
    """Import every noted session that is no longer being recorded. Returns a sentence for each that cannot be imported.

    Raises StoreAwayError.
    """
    problems = []
    for session, folder in spool.pending().items():
        try:
            if is_being_written(folder):
                continue
            if holds_session_files(folder):
                recover_header(folder, session, spool)
                store.import_session(folder)
                spool.done(session)
            elif folder.parent.exists():
                spool.done(session)  # removed by hand
        except StoreAwayError as error:
            # One session that the database gives up on, such as a very long one, must not stop the others.
            if not store.answers():
                raise
            problems.append(str(error))
        except SessionsError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{error.filename or folder}: {error.strerror or error}")
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            problems.append(f"{folder}: cannot be imported ({error})")
    return problems

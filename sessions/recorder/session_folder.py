"""The folder of one session, into which no other program writes: made, held by a lock, and made again if it disappears."""

from contextlib import ExitStack, suppress
from pathlib import Path

from sessions.errors import SessionsError
from sessions.format.folders import holds_session_files, numbered
from sessions.format.header import read_header
from wire.system import lock_folder


class SessionFolder:
    """Call `hold` before every writing. The lock ends with this process, however it ends."""

    def __init__(self, wanted: Path, session: str, existing: bool = False, fixed: bool = False) -> None:
        """`session` is the session's id. `existing`: the folder holds its files already, and it is being resumed.

        If another session is in the folder, the next free name is used; with `fixed`, `hold` raises SessionsError instead.
        """
        self.path = wanted
        self._wanted = wanted
        self._session = session
        self._existing = existing
        self._fixed = fixed
        self._identity: tuple[int, int] | None = None
        """Device and inode of the folder that is held."""
        self._lock = ExitStack()
        self._locked = False

    def hold(self) -> bool:
        """Ensure that there is a folder to write into. Returns whether it differs from that of the last call. Raises OSError.

        A folder that was deleted, renamed or replaced is made again.
        """
        if self._identity is not None and self._identity == _identity(self.path):
            if not self._locked:
                # Someone was just checking whether this session is running, or the disk has no locks.
                with suppress(OSError):
                    self._lock.enter_context(lock_folder(self.path, wait=False))
                    self._locked = True
            return False
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        for path in numbered(self._wanted):
            if self._take(path):
                return True
            if self._fixed:
                break
        raise SessionsError(f"{self._wanted}: holds a session, or another program is writing one there; choose another folder")

    def release(self) -> None:
        """Release the lock: the session is over."""
        self._lock.close()
        self._locked = False

    def _take(self, path: Path) -> bool:
        """Make and lock the folder. Returns whether it is this session's. Raises OSError."""
        try:
            path.mkdir(mode=0o700)
            made = True
        except FileExistsError:
            if not path.is_dir():
                return False
            made = False
        lock = ExitStack()
        locked = True
        try:
            lock.enter_context(lock_folder(path, wait=False))
        except BlockingIOError:
            if not self._existing:
                return False
            locked = False
        except OSError:  # this disk has no locks: only a folder that did not exist before is certainly ours
            locked = False
        if not made and not self._existing and not self._is_ours(path, locked):
            lock.close()
            return False
        self._lock.close()
        self._lock, self._locked = lock, locked
        self.path, self._identity, self._existing = path, _identity(path), False
        return True

    def _is_ours(self, path: Path, locked: bool) -> bool:
        """Whether an existing folder has no session's files yet, or those of this session."""
        if not holds_session_files(path):
            return locked or self._fixed
        try:
            return bool(self._session) and read_header(path).get("id") == self._session
        except (OSError, SessionsError):
            return False


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino

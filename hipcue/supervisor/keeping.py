"""How long sessions are kept: at the start of a run, those older than `session.keep_days` are removed."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from config.paths import NO_STORE, sessions_folder, store_url
from config.secret_address import SecretAddress
from config.settings import Settings
from hipcue.supervisor.journal import log
from sessions.errors import SessionsError
from sessions.format.folders import OTHER_SIDE_FILES, SESSION_FILES, is_being_written, remove_session_files
from sessions.format.header import read_header

EARLIEST = datetime(2025, 1, 1, tzinfo=timezone.utc)
"""HipCue did not exist before: a session that seems older was recorded with a wrong clock."""


def expired(folders: Iterable[Path], keep_days: int, now: datetime) -> list[tuple[uuid.UUID, Path]]:
    """Id and folder of each session that is older than `keep_days`; 0: sessions are kept for ever.

    Its start and the times of all its files must be older. A folder stays if its session.json does not give the session's id,
    kind and start, or if it is being written.
    """
    found = []
    for folder in sorted(folders) if keep_days else ():
        try:
            written = _written(folder)
            if not written or now - max(written) <= timedelta(days=keep_days):
                continue  # as most are: their headers need not be read
            header = read_header(folder)
            started, name = datetime.fromisoformat(header["started"]), uuid.UUID(header["id"])
            old = started > EARLIEST and now - started > timedelta(days=keep_days)
        except (SessionsError, OSError, ValueError, KeyError, AttributeError, TypeError, OverflowError):
            continue
        if old and header.get("kind") == "live" and not is_being_written(folder):
            found.append((name, folder))
    return found


def remove_expired(settings: Settings, now: datetime) -> list[Path]:
    """Remove expired sessions from disk and store. Returns their folders; while the store is away, all of them stay.

    A session that the store has received only since then stays, too, such as one from another machine. `now` is a time that has
    certainly passed (days_of_use.py), whatever the clock says.
    """
    parent, keep_days = sessions_folder(settings.session.folder), settings.session.keep_days
    try:
        old = expired(parent.iterdir() if parent.is_dir() else (), keep_days, now)
        if not old:
            return []
        removed = _forget(old, settings.session.store_url, now - timedelta(days=keep_days))
    except (SessionsError, OSError) as error:
        log.warning("Expired sessions not removed: %s", error)
        return []
    for folder in removed:
        try:
            remove_session_files(folder)
        except OSError as error:
            log.warning("Expired session not removed: %s", error.strerror)
    log.info("Removed %d sessions older than %d days", len(removed), keep_days)
    return removed


def _forget(old: list[tuple[uuid.UUID, Path]], setting: SecretAddress, limit: datetime) -> list[Path]:
    """Forget those that the store received before `limit`, or does not have. Returns their folders."""
    if setting == NO_STORE:
        return [folder for _, folder in old]
    from sessions.store.catalogue import Catalogue  # noqa: PLC0415 - it loads the database's libraries

    catalogue = Catalogue(store_url(setting))
    try:
        stored = catalogue.stored()
        removed = [(name, folder) for name, folder in old if stored.get(name, limit) <= limit]
        for name, _ in removed:
            catalogue.forget(name)
    finally:
        catalogue.close()
    return [folder for _, folder in removed]


def _written(folder: Path) -> list[datetime]:
    """When each of the session's files was last written."""
    found = (folder / name for name in (*SESSION_FILES, *OTHER_SIDE_FILES))
    return [datetime.fromtimestamp(path.stat().st_mtime, timezone.utc) for path in found if path.exists()]

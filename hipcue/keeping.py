"""How long sessions are kept: those older than `session.keep_days` are removed at the start of a run."""

import json
import shutil
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from config.schema import Settings
from feedback.sessions.errors import SessionsError
from feedback.sessions.home import NO_STORE, spool_folder, store_url
from feedback.sessions.spool import Spool
from hipcue.journal import log


def expired(folders: Iterable[Path], keep_days: int, now: datetime) -> list[tuple[uuid.UUID, Path]]:
    """Id and folder of each session that began more than `keep_days` ago; 0: none, ever.

    A folder whose session.json does not say when and what it is, is none of ours and stays.
    """
    found = []
    for folder in sorted(folders) if keep_days else ():
        try:
            header = json.loads((folder / "session.json").read_text(encoding="utf-8"))
            started, name = datetime.fromisoformat(header["started"]), uuid.UUID(header["id"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if header.get("kind") == "live" and started.tzinfo is not None and now - started > timedelta(days=keep_days):
            found.append((name, folder))
    return found


def remove_expired(settings: Settings, now: datetime) -> list[Path]:
    """Remove what is over its time, on disk and in the store. Returns the folders; where the store is away all stay."""
    parent = Path(settings.session.folder).expanduser().absolute()
    old = expired(parent.iterdir() if parent.is_dir() else (), settings.session.keep_days, now)
    if not old:
        return []
    try:
        _forget([name for name, _ in old], settings.session.store_url)
    except (SessionsError, OSError) as error:
        log.warning("Old sessions stay: %s", error)
        return []
    for _, folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    log.info("Removed %d sessions older than %d days", len(old), settings.session.keep_days)
    return [folder for _, folder in old]


def _forget(names: list[uuid.UUID], setting: str) -> None:
    if setting == NO_STORE:
        return
    from feedback.sessions.store import Store  # noqa: PLC0415 - it loads the database's libraries

    url = store_url(setting)
    spool = Spool(spool_folder(url))
    store = Store(url)
    try:
        for name in names:
            spool.done(name)
            store.forget(name)
    finally:
        store.close()

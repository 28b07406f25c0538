"""A session as it is listed, and the list of those in the store."""

import math
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sessions.errors import SessionsError
from sessions.format.header import read_header, session_id
from sessions.format.header_schema import checked_start
from sessions.store.tables import runners, sessions

_COLUMNS = (
    sessions.c.id,
    runners.c.nickname,
    sessions.c.ended,
    sessions.c.kind,
    sessions.c.folder,
    sessions.c.header["started"].as_string(),
    sessions.c.header["strides"]["near"].as_string(),
    sessions.c.header["near_hip_extension_mean_deg"].as_string(),
)
"""Not the whole header: decoding those of thousands of sessions takes seconds."""


@dataclass(frozen=True)
class SessionEntry:
    """A session as it is listed."""

    id: uuid.UUID
    runner: str
    """Nickname; "": no name was given."""
    started: datetime
    ended: bool
    kind: str
    """"live" or "clip"."""
    folder: Path
    near_strides: int | None = None
    near_hip_extension_deg: float | None = None
    """The mean over all strides of the near leg."""
    running: bool = False
    """Whether it is being recorded now."""

    @property
    def own_folder(self) -> Path | None:
        """Its folder; None if it is on another machine, has been removed, or now contains another session."""
        return self.folder if is_session_in(self.folder, self.id) else None


def is_session_in(folder: Path, session: uuid.UUID) -> bool:
    """Whether a folder holds this session now."""
    try:
        return session_id(read_header(folder)) == session
    except (OSError, SessionsError):
        return False


def read_entries(connection: sa.Connection, runner: str = "") -> list[SessionEntry]:
    """All sessions in the store, newest first; with `runner`, only theirs, ignoring case."""
    query = sa.select(*_COLUMNS).select_from(sessions.outerjoin(runners))
    if runner:
        query = query.where(sessions.c.runner_id.in_(_ids_of(connection, runner)))
    found = connection.execute(query.order_by(sessions.c.started.desc(), sessions.c.id))
    return [_entry(tuple(one)) for one in found]


def _ids_of(connection: sa.Connection, runner: str) -> list[uuid.UUID]:
    wanted = runner.casefold()
    return [one for one, nickname in connection.execute(sa.select(runners)) if nickname.casefold() == wanted]


def _entry(found: tuple[Any, ...]) -> SessionEntry:
    identity, nickname, ended, kind, folder, started, near_strides, extension_deg = found
    near_strides, extension_deg = _number(near_strides), _number(extension_deg)
    return SessionEntry(
        id=identity,
        runner=nickname or "",
        started=_start(started),
        ended=ended,
        kind=kind,
        folder=Path(folder),
        near_strides=None if near_strides is None else int(near_strides),
        near_hip_extension_deg=extension_deg,
    )


def _start(text: Any) -> datetime:
    """The start; the earliest time for one stored by an earlier program that no clock can represent."""
    try:
        return datetime.fromisoformat(checked_start(text))
    except (ValueError, TypeError):
        return datetime.fromtimestamp(0, timezone.utc)


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (ValueError, TypeError):
        return None
    return value if math.isfinite(value) else None

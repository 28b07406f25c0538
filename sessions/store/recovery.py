"""Restores session.json from a session's rows after the program was cut off, as by a power cut."""

import uuid
from contextlib import suppress
from pathlib import Path

from sessions.errors import SessionsError
from sessions.format.columns import DEFINITIONS
from sessions.format.header import current_header, read_header, write_header
from sessions.store.spool import Spool


def recover_header(folder: Path, session: uuid.UUID, spool: Spool) -> None:
    """Write a session.json with the figures of the rows, if it was never finished, or is lost. Raises SessionsError, OSError.

    The session stays one that has not ended. If session.json is lost, the note made when the session began tells whose session
    it is.
    """
    try:
        finished = read_header(folder).get("ended") is not False
    except SessionsError as error:
        try:
            noted = spool.header(session)
        except LookupError:
            raise error from None
        write_header(folder, {**noted, "ended": False, "t0_ns": None, "definitions": DEFINITIONS})
        finished = False
    if not finished:
        header = current_header(folder)
        with suppress(OSError):  # on a disk that is full or read-only, the figures are counted whenever they are read
            write_header(folder, header)

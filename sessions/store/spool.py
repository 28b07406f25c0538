"""The list of sessions to be imported into the store: a note for each, made when it begins and removed once it is imported.

The session itself is in its folder, so an unreachable store or a killed program only delays the import.
"""

import json
import uuid
from pathlib import Path
from typing import Any

from config.small_file import SmallFileError, read_small_text
from sessions.format.durable import replace_text


class Spool:
    """The notes for one store, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, session: uuid.UUID, folder: Path, header: dict[str, Any] | None = None) -> None:
        """Note that this session is to be imported; `header` is its session.json, in case that is lost. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_text(self._folder / f"{session}.json", json.dumps({"folder": str(folder.absolute()), "header": header}))

    def done(self, session: uuid.UUID) -> None:
        """Remove the note of a session that is imported, or that is to be forgotten. Raises OSError."""
        (self._folder / f"{session}.json").unlink(missing_ok=True)

    def pending(self) -> dict[uuid.UUID, Path]:
        """The sessions that are to be imported, and their folders."""
        found = {}
        for note in sorted(self._folder.glob("*.json")):
            try:
                found[uuid.UUID(note.stem)] = Path(json.loads(read_small_text(note))["folder"])
            except (SmallFileError, ValueError, KeyError, TypeError, RecursionError):
                continue
        return found

    def header(self, session: uuid.UUID) -> dict[str, Any]:
        """The session.json of a session when it was noted. Raises LookupError if it is not in the note."""
        try:
            return dict(json.loads(read_small_text(self._folder / f"{session}.json"))["header"])
        except (SmallFileError, ValueError, TypeError, RecursionError):
            raise LookupError from None

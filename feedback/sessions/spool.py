"""Which sessions are still to be written to the store: a note per session, made when it begins, removed when all is written.

The session itself lies in its folder, so a store that is away, or a program that is killed, costs nothing but time.
"""

import json
import uuid
from pathlib import Path

from feedback.recorder.disk_sync import sync_path


class Spool:
    """The notes for one store, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, session: uuid.UUID, folder: Path) -> None:
        """This session is to be written. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        note = self._folder / f"{session}.json"
        fresh = note.with_suffix(".new")
        fresh.write_text(json.dumps({"folder": str(folder.absolute())}), encoding="utf-8")
        sync_path(fresh)
        fresh.replace(note)

    def done(self, session: uuid.UUID) -> None:
        """All of it is written, or it is to be forgotten. Raises OSError."""
        (self._folder / f"{session}.json").unlink(missing_ok=True)

    def pending(self) -> dict[uuid.UUID, Path]:
        """The sessions that are to be written, and where they lie."""
        found = {}
        for note in sorted(self._folder.glob("*.json")):
            try:
                found[uuid.UUID(note.stem)] = Path(json.loads(note.read_text(encoding="utf-8"))["folder"])
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return found

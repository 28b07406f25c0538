"""Adds the sessions below folders to the store: from another machine, or from hipcue analyse."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sessions.errors import SessionsError
from sessions.format.folders import session_folders
from sessions.store.catalogue import Catalogue
from wire.texts import counted


@dataclass(frozen=True)
class Imported:
    """The result of an import."""

    found: int
    """Folders that hold a session."""
    imported: int
    """Of these, the sessions that are in the store now."""
    problems: tuple[str, ...]
    """A sentence for each folder without a session, and for each session that is left out."""

    @property
    def sentence(self) -> str:
        """How many sessions there are now; "": there were none."""
        return f"{counted(self.imported, 'session')} in the store" if self.found else ""


def import_folders(catalogue: Catalogue, folders: Iterable[Path]) -> Imported:
    """Import them, however deep they are; none is added twice. Raises StoreAwayError."""
    found: list[Path] = []
    problems: list[str] = []
    for folder in folders:
        try:
            found += session_folders(folder)
        except SessionsError as error:
            problems.append(str(error))
    unusable = list(filter(None, catalogue.add(found)))
    return Imported(len(found), len(found) - len(unusable), (*problems, *unusable))

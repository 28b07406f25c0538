"""Removes a session for good: from the store, and what HipCue has written into its folder."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from sessions.errors import SessionsError
from sessions.format.folders import copies_of, is_being_written, remove_session_files
from sessions.store.catalogue import Catalogue
from sessions.store.session_entry import SessionEntry

_FEW = 5


@dataclass(frozen=True)
class Forgotten:
    """What was removed, and what stays."""

    session: uuid.UUID
    folder: Path | None
    """The folder whose files were removed; None: they are on another machine, or were gone already."""
    where: str
    was_copy: bool
    """Whether the store has another folder for this session, so that the session stays in the store."""
    left: tuple[Path, ...]
    """Files in the folder that are not HipCue's."""
    copies: tuple[Path, ...]
    """Folders beside it that hold the session, too."""


def check_removable(found: SessionEntry) -> None:
    """Raises SessionsError while the session is being recorded."""
    folder = found.own_folder
    if found.running or (folder is not None and is_being_written(folder)):
        raise SessionsError(f"{str(found.id)[:8]}: is being recorded; end hipcue run first")


def where_it_is(found: SessionEntry) -> str:
    """The places from which it would be removed, in words."""
    folder = found.own_folder
    return f"in {folder}" if folder else f"from the store (its files are not in {found.folder})"


def forget(catalogue: Catalogue, found: SessionEntry, sessions_folder: Path) -> Forgotten:
    """Remove it. `sessions_folder` is where this machine records: copies there are listed. Raises SessionsError, OSError."""
    check_removable(found)
    folder, where = found.own_folder, where_it_is(found)
    left = [] if folder is None else remove_session_files(folder)
    copies = copies_of(str(found.id), (found.folder.parent, sessions_folder))
    was_copy = catalogue.has_folder_of(found.id)
    if not was_copy:
        catalogue.forget(found.id)
    return Forgotten(found.id, folder, where, was_copy, tuple(left), tuple(copies))


def sentences(done: Forgotten) -> list[str]:
    """The sentences to print afterwards."""
    if done.was_copy:
        said = [f"Removed: {done.folder}; the session stays in the store, because this was only a copy"]
    else:
        said = [f"Forgotten: {str(done.session)[:8]}{'' if done.folder else f' {done.where}'}"]
    if done.left:
        names = ", ".join(path.name for path in done.left[:_FEW])
        said.append(f"{done.folder}: contains other files, which stay ({names})")
    said += [
        f"{copy}: is a copy of this session and stays; to remove it too: hipcue sessions forget {copy}" for copy in done.copies
    ]
    return said

"""The folders of sessions, each named by the time at which it was made."""

import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from config.small_file import SmallFileError, read_small_text
from sessions.errors import SessionsError
from wire.folder_lock import is_locked

UNFINISHED = ".unfinished"
"""Suffix of a folder that hipcue analyse is still writing."""
SESSION_FILES = ("session.json", "samples.csv", "landmarks.csv", "strides.csv", "cues.csv", "phases.csv")
"""The files of a session."""
OTHER_SIDE_FILES = ("samples_other_side.csv", "landmarks_other_side.csv")
"""The frames of a second camera, if there was one."""
MOST_HEADER_BYTES = 4_000_000
_VIDEO = re.compile(r"video_-?[0-9]+\.[0-9]+s\.mkv")
_UNFINISHED_FILE = re.compile(r"\.hipcue-[0-9]+\.new|[a-z_]+\.csv\.new|session\.json\.new")


def new_folder(parent: Path) -> Path:
    """The folder name of a session that starts now. Nothing is made: the recorder takes the next free one of `numbered`."""
    return parent / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")


def numbered(wanted: Path) -> Iterator[Path]:
    """A folder name, and the names to use if it is taken: name, name_2, name_3, …"""
    yield wanted
    yield from (wanted.with_name(f"{wanted.name}_{number}") for number in itertools.count(2))


def holds_session(folder: Path) -> bool:
    """Whether a session has been written into this folder."""
    return (folder / "session.json").exists()


def holds_session_files(folder: Path) -> bool:
    """Whether anything in this folder has the name of a session's file, so that writing a session there would destroy it."""
    return any((folder / name).exists() for name in (*SESSION_FILES, *OTHER_SIDE_FILES))


def is_being_written(folder: Path) -> bool:
    """Whether a running program is writing the session in this folder: it holds a lock on the folder."""
    return is_locked(folder)


def remove_session_files(folder: Path, other_files: tuple[str, ...] = ()) -> list[Path]:
    """Remove a session: the files that HipCue has written, by their names, and the folder if it is empty then.

    If the folder is a link, the link is removed, too. `other_files` are also HipCue's, whatever session.json says. Returns
    what is left in the folder: the files of others. Raises OSError; session.json is removed last, so that it can
    be called again.
    """
    target = Path(os.path.realpath(folder))
    names = (*SESSION_FILES, *OTHER_SIDE_FILES, *_other_files(target), *other_files)
    found = [path for path in target.iterdir() if not path.is_dir()] if target.is_dir() else []
    for path in sorted(found, key=lambda path: path.name == SESSION_FILES[0]):
        if path.name in names or _UNFINISHED_FILE.fullmatch(path.name):
            path.unlink(missing_ok=True)
    left = sorted(target.iterdir()) if target.is_dir() else []
    if not left:
        with suppress(OSError):  # it is a separate disk, or something has been added to it
            target.rmdir()
    if folder.is_symlink():
        folder.unlink()
    return left


def copies_of(session: str, parents: Iterable[Path]) -> list[Path]:
    """The folders directly below these that hold the session with this id."""
    found = []
    for folder in {path.parent.resolve(): path.parent for parent in parents for path in parent.glob("*/session.json")}.values():
        with suppress(SmallFileError, ValueError, AttributeError, RecursionError):
            # Most headers need not be parsed.
            text = read_small_text(folder / SESSION_FILES[0], MOST_HEADER_BYTES)
            if session in text and json.loads(text).get("id") == session:
                found.append(folder)
    return sorted(found)


def _other_files(folder: Path) -> list[str]:
    """HipCue's other files in this folder. A folder that was there before may hold files of such a name, too."""
    try:
        header = json.loads(read_small_text(folder / SESSION_FILES[0], MOST_HEADER_BYTES))
        if header.get("kind") == "live":  # the recorder has made the folder
            return [path.name for path in folder.iterdir() if path.name == "screen.png" or _VIDEO.fullmatch(path.name)]
        return [name for name in header.get("other_files", ()) if name in ("video.mp4", "video_other_side.mp4", "report.html")]
    except (SmallFileError, OSError, ValueError, TypeError, AttributeError, RecursionError):
        return []


def session_folders(folder: Path) -> list[Path]:
    """The folder itself if it is a session, or else all sessions below it. Raises SessionsError if there are none."""
    if holds_session(folder):
        return [folder]
    found = sorted(path.parent for path in folder.rglob("session.json") if path.parent.suffix != UNFINISHED)
    if not found:
        raise SessionsError(f"{folder}: holds no session (session.json is missing)")
    return found


def blocking_file(wanted: Path) -> Path | None:
    """The part of a folder's path that exists and is not a folder, which waiting cannot fix; None if there is none."""
    nearest = next(path for path in (wanted, *wanted.absolute().parents) if path.exists())
    return None if nearest.is_dir() else nearest

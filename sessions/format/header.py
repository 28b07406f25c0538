"""session.json: what is known about a session before it begins, and how to read it."""

import json
import uuid
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic_core import from_json

from config.settings import Settings
from config.small_file import SmallFileError, read_small_text
from sessions.errors import SessionsError
from sessions.format.csv_rows import read_rows
from sessions.format.durable import replace_text
from sessions.format.folders import MOST_HEADER_BYTES
from sessions.format.header_schema import HeaderError, check_header
from sessions.format.session_totals import count_rows
from wire.system import boot_id

HEADER_FILE = "session.json"


def session_header(settings: Settings, kind: Literal["live", "clip"] = "live") -> dict[str, Any]:
    """The start of session.json. `id` identifies the session wherever it is copied or stored."""
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "software": f"hipcue {version('hipcue')}",
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
        "boot": boot_id(),
        "source": str(settings.capture.source),
        "runner": settings.session.runner if kind == "live" else "",
        "session_number": (settings.session.session_number or 1) if kind == "live" and settings.session.runner else None,
        "config": settings_snapshot(settings),
    }


def settings_snapshot(settings: Settings) -> dict[str, Any]:
    """All settings; addresses are written as they may be shown (config/secret_address.py)."""
    return settings.model_dump(mode="json")


def read_header(folder: Path) -> dict[str, Any]:
    """The session.json in a folder. Raises SessionsError if there is none or it is not valid."""
    path = folder / HEADER_FILE
    try:
        text = read_small_text(path, MOST_HEADER_BYTES)
    except SmallFileError as error:
        raise SessionsError(f"{path}: {error}") from None
    try:
        return check_header(from_json(text.replace("\\u0000", ""), allow_inf_nan=False))
    except HeaderError as error:
        raise SessionsError(f"{path}: is not a HipCue session ({error})") from None
    except ValueError as error:  # it is not JSON, or is nested too deeply
        raise SessionsError(f"{path}: is not a HipCue session (not JSON: {error})") from None


def current_header(folder: Path) -> dict[str, Any]:
    """The session.json in a folder; for a session without an end, with figures counted from its tables.

    Raises OSError, SessionsError.
    """
    header = read_header(folder)
    if header.get("ended") is not False:
        return header
    tables = (read_rows(folder / f"{name}.csv") for name in ("samples", "strides", "cues", "samples_other_side"))
    try:
        return {**header, **count_rows(header, *tables).summary()}
    except (ValueError, KeyError, TypeError) as error:
        raise SessionsError(f"{folder}: its tables cannot be counted ({error})") from None


def write_header(folder: Path, header: dict[str, Any]) -> None:
    """Write session.json, whole or not at all. Raises OSError, which names the file."""
    path = folder / HEADER_FILE
    try:
        replace_text(path, json.dumps(header, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def session_id(header: dict[str, Any]) -> uuid.UUID:
    """The session's id; for a session from before ids existed, one made from its start and source."""
    try:
        return uuid.UUID(header["id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return uuid.uuid5(uuid.NAMESPACE_URL, f"hipcue:session/{header['started']}/{header['source']}")

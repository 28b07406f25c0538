"""Where HipCue keeps what outlives a run: under HIPCUE_HOME, or the user's data folder."""

import hashlib
import os
from pathlib import Path

from platformdirs import user_data_path

NO_STORE = "none"
"""`session.store_url` of who wants no store."""


def home() -> Path:
    """The folder, whether it exists or not."""
    chosen = os.environ.get("HIPCUE_HOME")
    return Path(chosen).expanduser().absolute() if chosen else user_data_path("hipcue", appauthor=False)


def store_url(setting: str) -> str:
    """The store's address: `session.store_url`, by default one SQLite file under `home`."""
    return setting or f"sqlite:///{home() / 'sessions.db'}"


def spool_folder(url: str) -> Path:
    """Where it is noted which sessions are still to be written to the store at `url`; each store has its own notes."""
    return home() / "spool" / hashlib.sha256(url.encode()).hexdigest()[:12]

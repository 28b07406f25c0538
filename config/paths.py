"""Where HipCue keeps its files: under HIPCUE_HOME, or in the user's data and configuration folders."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from config.mistakes import ConfigError
from config.secret_address import HIDDEN, SecretAddress

NO_STORE = SecretAddress("none")
"""The value of `session.store_url` that means: no store."""
SQLITE = "sqlite:///"
"""Begins the address of a store in a file; the file's name follows as it is, whatever characters it has."""
_SERVER = re.compile(r"postgresql(\+[a-z0-9]+)?://.")


def home() -> Path:
    """The folder of sessions, store and log. It need not exist yet. Raises ConfigError if the user has no home."""
    return _chosen_home() or _of_user(user_data_path)


def keys_folder() -> Path:
    """The folder of the keys for connections between machines. Raises ConfigError."""
    return (_chosen_home() or _of_user(user_config_path)) / "keys"


def presets_folder() -> Path:
    """The folder of the presets that a coach has saved. It need not exist. Raises ConfigError."""
    return home() / "presets"


def sessions_folder(setting: str) -> Path:
    """The folder that holds the sessions' folders: `session.folder`, by default one under `home`. Raises ConfigError."""
    return Path(setting).expanduser().absolute() if setting else home() / "sessions"


def store_url(setting: SecretAddress) -> SecretAddress:
    """The store's address: `session.store_url`, by default one SQLite file under `home`. Raises ConfigError."""
    return setting or SecretAddress(f"{SQLITE}{home() / 'sessions.db'}")


def names_store(setting: SecretAddress) -> bool:
    """Whether `session.store_url` names a store, or says that there is none. Whether that can be opened is another question."""
    whole = setting.reveal()
    if whole.endswith(HIDDEN):  # as settings are published, which were checked before
        return True
    if whole.startswith(SQLITE):
        return whole.removeprefix(SQLITE) not in ("", ":memory:")
    return setting in (SecretAddress(""), NO_STORE) or _SERVER.match(whole) is not None


def spool_folder(url: SecretAddress) -> Path:
    """The list of sessions that are still to be written to the store at `url`. Each store has its own."""
    return home() / "spool" / hashlib.sha256(os.fsencode(url.reveal())).hexdigest()[:12]


def compiled_folder() -> Path | None:
    """The folder of caches, which are made again if they are lost; None: the user has no home."""
    try:
        return home() / "compiled"
    except ConfigError:
        return None


def _of_user(folder: Callable[..., Path]) -> Path:
    """One of the user's folders, which platformdirs finds."""
    try:
        return folder("hipcue", appauthor=False).expanduser()
    except RuntimeError:
        raise ConfigError("HOME: is not set; set HIPCUE_HOME to a folder of your own") from None


def _chosen_home() -> Path | None:
    chosen = os.environ.get("HIPCUE_HOME")
    try:
        return Path(chosen).expanduser().absolute() if chosen else None
    except RuntimeError:
        raise ConfigError(f"HIPCUE_HOME: {chosen}: there is no such home folder; write out the whole path") from None

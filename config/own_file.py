"""The settings file that the console edits where none is named with --config."""

import os
from contextlib import suppress
from pathlib import Path

from config.mistakes import ConfigError
from config.paths import home

OWN_FILE = "settings.toml"
_HEAD = """\
# The settings that the console has changed; all others are as "hipcue config show" prints them.
# hipcue run --console uses this file where --config names no other.
"""


def own_settings_file() -> Path:
    """The file, made if there is none. Raises ConfigError if that is impossible."""
    path = home() / OWN_FILE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_HEAD)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be made ({error.strerror}); name a settings file with --config") from None
    return path

"""Where each stream lives: one socket file per topic and producer, in a directory that only its owner may enter."""

import getpass
import os
import stat
import tempfile
from pathlib import Path

from wire.topics import TOPICS, Topic

# A Unix socket's path must fit sockaddr_un.sun_path (108 bytes with its zero, unix(7)).
MAX_SOCKET_PATH_BYTES = 107
LONGEST_NAME = max((f"{topic.name}.{producer}" for topic in TOPICS for producer in topic.producers), key=len)


class EndpointError(Exception):
    """The directory cannot hold our sockets; the text says why and what to do."""


def default_directory() -> Path:
    """The user's runtime directory for HipCue, whether it exists or not."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / "hipcue"
    return Path(tempfile.gettempdir()) / f"hipcue-{getpass.getuser()}"


def private_directory(path: Path) -> Path:
    """Make `path` (mode 0700), or accept it if it is ours and nobody else may enter. Raises EndpointError."""
    if len(os.fsencode(path / LONGEST_NAME)) > MAX_SOCKET_PATH_BYTES:
        raise EndpointError(f"{path}: the path is too long for a socket; set XDG_RUNTIME_DIR to a shorter one")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise EndpointError(f"{path}: cannot be made ({error.strerror}); set XDG_RUNTIME_DIR to a folder of yours") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EndpointError(f"{path}: must be a folder of yours that nobody else may enter; remove it or chmod 700 it")
    return path


def endpoint(directory: Path, topic: Topic, producer: str) -> str:
    """The ZeroMQ address at which `producer` publishes `topic`. Raises ValueError if it is not one of its producers."""
    if producer not in topic.producers:
        raise ValueError(f"{producer} does not publish {topic.name}")
    return f"ipc://{directory / f'{topic.name}.{producer}'}"

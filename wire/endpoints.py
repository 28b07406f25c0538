"""The socket of each stream: one file per topic and producer, in a directory that only its owner may enter."""

from pathlib import Path

from wire import system
from wire.topics import TOPICS, Topic

LONGEST_NAME = max(
    (f"{topic.name}.{producer}" for topic in TOPICS for producer in (*topic.producers, *topic.other_side)), key=len
)


class EndpointError(Exception):
    """The directory cannot be used for sockets; the text says why and what to do."""


def default_directory() -> Path:
    """HipCue's directory among the user's runtime files, whether it exists or not."""
    return system.runtime_folder()


def check_private(path: Path) -> None:
    """Raise EndpointError if another user may have written what is in the directory, and OSError if there is none."""
    if path.is_symlink() or not system.is_private(path):
        raise EndpointError(
            f"{path}: must be a folder of your own that nobody else may enter; remove it, or run: chmod 700 {path}"
        )


def private_directory(path: Path) -> Path:
    """Create `path` with mode 0700, or accept it if only this user may enter. Raises EndpointError."""
    try:
        system.ipc_address(path / LONGEST_NAME)
    except OSError as error:
        raise EndpointError(f"{path}: {error}") from None
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_private(path)
    except OSError as error:
        raise EndpointError(
            f"{path}: cannot be created ({error.strerror}); set XDG_RUNTIME_DIR to a folder of your own"
        ) from None
    return path


def endpoint(directory: Path, topic: Topic, producer: str) -> str:
    """The ZeroMQ address at which `producer` publishes `topic`. Raises ValueError if it is not a producer of it."""
    if producer not in (*topic.producers, *topic.other_side):
        raise ValueError(f"{producer} does not publish {topic.name}")
    return system.ipc_address(directory / f"{topic.name}.{producer}")

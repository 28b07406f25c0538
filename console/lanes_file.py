"""The lanes of a gym's console: a file in the user's folder, which the command line edits."""

import re
from pathlib import Path

import msgspec

from config.mistakes import ConfigError
from config.sections.console import DEFAULT_PORT
from config.small_file import SmallFileError, read_small_text
from sessions.format.durable import replace_text
from wire.messages import Message

FILE = "lanes.json"
MOST_LANES = 16
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_PAGE = re.compile(r"https?://[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?/?")


class FollowedLane(Message, frozen=True):
    """A lane on another machine, or on this one."""

    name: str
    address: str
    """The address it publishes at, as in "tcp://192.168.1.21:7660"."""
    key_name: str
    """The name under which its key is allowed here."""
    page: str = ""
    """Where its own console is, as in "http://192.168.1.21:7680"; "": it has none that a tablet can reach."""


def page_of(address: str) -> str:
    """Default address of the console of the lane that publishes here; "": it is on this machine, where tablets cannot reach it.

    >>> page_of("tcp://192.168.1.21:7660"), page_of("tcp://localhost:7660")
    ('http://192.168.1.21:7680', '')
    """
    host = address.removeprefix("tcp://").rpartition(":")[0]
    return "" if host == "localhost" or host.startswith(("127.", "[::1]")) else f"http://{host}:{DEFAULT_PORT}"


def checked_page(page: str) -> str:
    """The address of a lane's console, without the parts that a browser adds. Raises ConfigError."""
    if not _PAGE.fullmatch(page):
        raise ConfigError(f"{page!r}: the address of a lane's console looks like http://192.168.1.21:7680")
    return page.rstrip("/")


class LanesFile:
    """The lanes in a folder's file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def all(self) -> tuple[FollowedLane, ...]:
        """All lanes, the first added first. Raises ConfigError."""
        try:
            return (
                msgspec.json.decode(read_small_text(self._file), type=tuple[FollowedLane, ...]) if self._file.exists() else ()
            )
        except (SmallFileError, msgspec.DecodeError) as error:
            raise ConfigError(f"{self._file}: {error}; remove it, and add the lanes again") from None

    def add(self, lane: FollowedLane) -> None:
        """Add a lane; one of this name is replaced. Raises ConfigError, OSError."""
        if not _NAME.fullmatch(lane.name):
            raise ConfigError(f"{lane.name!r}: a lane's name consists of at most 20 lower-case letters, digits, - and _")
        others = tuple(one for one in self.all() if one.name != lane.name)
        if len(others) >= MOST_LANES:
            raise ConfigError(f"a console follows at most {MOST_LANES} lanes; remove one with: hipcue console remove NAME")
        self._write((*others, lane))

    def remove(self, name: str) -> None:
        """Remove a lane. Raises ConfigError if there is none of this name, OSError."""
        known = self.all()
        left = tuple(one for one in known if one.name != name)
        if len(left) == len(known):
            raise ConfigError(f"{name!r} is not a lane; the lanes are: {', '.join(one.name for one in known) or 'none'}")
        self._write(left)

    def _write(self, lanes: tuple[FollowedLane, ...]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_text(self._file, msgspec.json.format(msgspec.json.encode(lanes), indent=2).decode())

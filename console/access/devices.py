"""The paired devices and the tokens that pair them: one file in the user's folder, which the command line edits too.

Secrets and tokens are kept as their SHA-256 alone. Both have 128 bits or more, so that nothing slower is needed.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from config.mistakes import ConfigError
from config.paths import home
from config.small_file import SmallFileError, read_small_text
from sessions.format.durable import replace_text
from wire.clock import Clock, monotonic_ns, s_to_ns
from wire.messages import Message
from wire.system import boot_id, lock_folder
from wire.visible_text import one_line

Role = Literal["viewer", "coach"]
FILE = "devices.json"
TOKEN_S = 120.0
"""How long a token can pair a device."""
MOST_TOKENS = 4
MOST_DEVICES = 200
LONGEST_NAME = 40


def console_folder() -> Path:
    """Where the paired devices and the versions of settings files are. Raises ConfigError."""
    return home() / "console"


class AccessError(ConfigError):
    """The devices file or a token cannot be used. The text says why and what to do."""


class Device(Message, frozen=True):
    """A paired device."""

    name: str
    role: Role
    secret_hash: str
    paired: str
    """Local time, ISO 8601, for people."""


class Token(Message, frozen=True):
    """A token that pairs one device, once."""

    token_hash: str
    role: Role
    ends_ns: int
    boot: str
    """The machine's start that `ends_ns` counts from."""


class _Content(Message, frozen=True):
    devices: tuple[Device, ...] = ()
    tokens: tuple[Token, ...] = ()


class Devices:
    """The devices in a folder's file. The file is read again whenever it has changed."""

    def __init__(self, folder: Path, clock: Clock = monotonic_ns) -> None:
        self._folder = folder
        self._file = folder / FILE
        self._clock = clock
        self._signature: tuple[int, int, int] | None = None
        self._content = _Content()

    def new_token(self, role: Role) -> tuple[str, int]:
        """A token that pairs one device within `TOKEN_S`, and when it ends. Raises AccessError, OSError."""
        token = secrets.token_urlsafe(16)
        ends_ns = self._clock() + s_to_ns(TOKEN_S)
        with self._changed() as content:
            fresh = Token(_hash(token), role, ends_ns, boot_id())
            self._write(msgspec.structs.replace(content, tokens=(*content.tokens, fresh)[-MOST_TOKENS:]))
        return token, ends_ns

    def withdraw(self, token: str) -> None:
        """Invalidate a token. Raises AccessError, OSError."""
        with self._changed() as content:
            left = tuple(one for one in content.tokens if one.token_hash != _hash(token))
            self._write(msgspec.structs.replace(content, tokens=left))

    def is_open(self, token: str) -> bool:
        """Whether the token can still pair a device. Raises AccessError."""
        return any(one.token_hash == _hash(token) for one in self._open_tokens(self._read()))

    def pair(self, token: str, name: str) -> tuple[str, Device]:
        """Pair a device. Returns its secret, for its cookie, and its entry. Raises AccessError, OSError."""
        with self._changed() as content:
            found = next((one for one in content.tokens if one.token_hash == _hash(token)), None)
            if found is None:
                raise AccessError("This code has expired or has already been used; press p on the lane for a new one.")
            if len(content.devices) >= MOST_DEVICES:
                raise AccessError("Too many devices are paired; revoke some with: hipcue console revoke NAME")
            secret = secrets.token_urlsafe(32)
            taken = {one.name for one in content.devices}
            device = Device(_free_name(name, taken), found.role, _hash(secret), _now())
            left = tuple(one for one in content.tokens if one is not found)
            self._write(_Content((*content.devices, device), left))
        return secret, device

    def device_of(self, secret: str) -> Device | None:
        """The device with this secret; None: it is not, or no longer, paired. Raises AccessError."""
        if not secret:
            return None
        wanted = _hash(secret)
        return next((one for one in self._read().devices if secrets.compare_digest(one.secret_hash, wanted)), None)

    def is_paired(self, secret: str) -> bool:
        """Whether an open page's device is still paired."""
        try:
            return self.device_of(secret) is not None
        except AccessError:
            return False

    def all(self) -> tuple[Device, ...]:
        """All paired devices, the first paired first. Raises AccessError."""
        return self._read().devices

    def revoke(self, name: str) -> None:
        """End a device's pairing. Raises AccessError for an unknown name, OSError."""
        with self._changed() as content:
            left = tuple(one for one in content.devices if one.name != name)
            if len(left) == len(content.devices):
                known = ", ".join(one.name for one in content.devices) or "none"
                raise AccessError(f"{name!r} is not paired; the paired devices are: {known}")
            self._write(msgspec.structs.replace(content, devices=left))

    @contextmanager
    def _changed(self) -> Iterator[_Content]:
        """The content without expired tokens, while no other process can change it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock_folder(self._folder):
            self._signature = None
            content = self._read()
            yield msgspec.structs.replace(content, tokens=self._open_tokens(content))

    def _open_tokens(self, content: _Content) -> tuple[Token, ...]:
        now_ns, boot = self._clock(), boot_id()
        return tuple(one for one in content.tokens if one.boot == boot and now_ns < one.ends_ns <= now_ns + s_to_ns(TOKEN_S))

    def _read(self) -> _Content:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            self._signature, self._content = None, _Content()
            return self._content
        signature = (found.st_mtime_ns, found.st_size, found.st_ino)
        if signature != self._signature:
            try:
                self._content = msgspec.json.decode(read_small_text(self._file), type=_Content)
            except (SmallFileError, msgspec.DecodeError) as error:
                raise AccessError(f"{self._file}: {error}; remove it, and pair the devices again") from None
            self._signature = signature
        return self._content

    def _write(self, content: _Content) -> None:
        replace_text(self._file, msgspec.json.format(msgspec.json.encode(content), indent=2).decode())


def _free_name(wanted: str, taken: set[str]) -> str:
    """The name, in one line; with a number if another device has it."""
    name = one_line(" ".join(wanted.split()))[:LONGEST_NAME].strip() or "tablet"
    numbered = (name if number == 1 else f"{name} {number}" for number in range(1, MOST_DEVICES + 2))
    return next(one for one in numbered if one not in taken)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")

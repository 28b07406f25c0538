"""This machine's key pair and the public keys of the machines that may connect: files of mode 0600 in a folder of mode 0700."""

import os
import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import zmq
from zmq.utils import z85

from wire.system import is_private

PUBLIC, SECRET, ALLOWED = "own.key", "own.secret", "allowed"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_KEY_BYTES = 32
_MOST_LETTERS = 100
"""Most characters read from a file, including its line end."""


class KeysError(Exception):
    """The keys cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class KeyPair:
    """A CURVE key pair, each as 40 characters of Z85 (ZeroMQ RFC 32)."""

    public: str
    secret: str

    def __repr__(self) -> str:
        """Omits the secret: a key pair may end up in a log."""
        return f"KeyPair(public={self.public!r})"


class Keys:
    """The keys in a folder. Files are read on every call, so that a newly allowed key can connect at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self) -> KeyPair:
        """Make this machine's key. Raises KeysError if it has one."""
        if (self.folder / SECRET).exists():
            raise KeysError(
                f"{self.folder / SECRET}: this machine already has a key, and machines that allow it would refuse a new one. "
                "To create a new one anyway, first remove that file"
            )
        public, secret = (part.decode("ascii") for part in zmq.curve_keypair())
        self._write(self.folder / SECRET, secret)
        self._write(self.folder / PUBLIC, public)
        return KeyPair(public, secret)

    def own(self) -> KeyPair:
        """This machine's key. Raises KeysError if there is none, or if others can read it."""
        path = self.folder / SECRET
        if not path.exists():
            raise KeysError("this machine has no key; make one: hipcue keys new")
        if not is_private(path):
            raise KeysError(f"{path}: others can read this machine's secret key; run: chmod 600 {path}")
        secret = _read_key(path)
        return KeyPair(zmq.curve_public(secret.encode("ascii")).decode("ascii"), secret)

    def allow(self, name: str, key: str) -> None:
        """Allow the machine with this public key to connect, under a name for it. Raises KeysError."""
        path = self._path_of(name)
        checked_key(key, "the key")
        other = next((known for known, allowed in self.allowed().items() if allowed == key and known != name), None)
        if other is not None:
            raise KeysError(f"this key is already allowed, as {other!r}")
        self._write(path, key)

    def forbid(self, name: str) -> None:
        """Stop allowing the machine of this name. Raises KeysError for an unknown name."""
        try:
            self._path_of(name).unlink()
        except FileNotFoundError:
            known = ", ".join(self.allowed()) or "none"
            raise KeysError(f"{name!r} is not allowed; the allowed machines are: {known}") from None

    def allowed(self) -> dict[str, str]:
        """Public keys by name. Raises KeysError when a file does not hold one."""
        found = sorted((self.folder / ALLOWED).glob("*.key"))
        return {path.stem: _read_key(path) for path in found}

    def key_of(self, name: str) -> str:
        """The public key allowed under a name, or the only one if the name is "". Raises KeysError."""
        allowed = self.allowed()
        if not name and len(allowed) == 1:
            return next(iter(allowed.values()))
        if name in allowed:
            return allowed[name]
        known = ", ".join(allowed) or "none"
        wanted = f"{name!r} is not allowed" if name else "name the machine with --of"
        raise KeysError(f"{wanted}; the allowed machines are: {known}. To add one: hipcue keys allow NAME KEY")

    def _path_of(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise KeysError(f"{name!r}: a name consists of at most 32 lower-case letters, digits, - and _")
        return self.folder / ALLOWED / f"{name}.key"

    def _write(self, path: Path, key: str) -> None:
        # On a full disk, half a key must not take the place of one.
        fresh = path.with_suffix(".new")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{key}\n")
            fresh.replace(path)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink()
            raise KeysError(
                f"{path}: cannot be written ({error.strerror}); make room there, or set HIPCUE_HOME to a folder of your own"
            ) from None


def checked_key(key: str, what: str) -> str:
    """The key, if it is valid. `what` names it in the message. Raises KeysError."""
    try:
        if len(key) == _KEY_BYTES * 5 // 4 and len(z85.decode(key.encode("ascii"))) == _KEY_BYTES:
            return key
    except (ValueError, KeyError, struct.error):
        pass
    raise KeysError(f"{what}: not a public key of 40 characters, as hipcue keys list prints it")


def _read_key(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe or a device in its place might never end
            raise OSError
        with path.open(encoding="ascii") as file:
            return checked_key(file.read(_MOST_LETTERS).strip(), str(path))
    except (OSError, UnicodeDecodeError):
        raise KeysError(f"{path}: cannot be read; remove it, or allow the key again") from None

"""Compiled networks kept on disk: compiling takes most of the analysis's start-up time."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

LEAST_FREE_BYTES = 100_000_000
"""With less free space, nothing is kept: the rest is for the sessions."""
_SUFFIX = ".compiled"
_DIGEST_BYTES = hashlib.sha256().digest_size


class CompiledNetworks:
    """A cache in this user's folder. A network that is missing or no longer as it was written is compiled and kept again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, network: Path, made_of: Sequence[object]) -> bytes | None:
        """The compiled network. `made_of`: all that it depends on beside its file, such as OpenVINO's version."""
        try:
            packed = self._file(network, made_of).read_bytes()
        except OSError:
            return None
        digest, compiled = packed[:_DIGEST_BYTES], packed[_DIGEST_BYTES:]
        return compiled if hashlib.sha256(compiled).digest() == digest else None

    def keep(self, network: Path, made_of: Sequence[object], compiled: bytes) -> None:
        """Write it in place of any other of the same name; without effect where that is not possible."""
        with suppress(OSError):
            file = self._file(network, made_of)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self._folder).free - len(compiled) < LEAST_FREE_BYTES:
                return
            fresh = file.with_name(f"{os.getpid()}{_SUFFIX}.new")
            try:
                fresh.write_bytes(hashlib.sha256(compiled).digest() + compiled)
                fresh.replace(file)
            finally:
                fresh.unlink(missing_ok=True)
            for other in self._folder.glob(f"{network.stem}-*{_SUFFIX}"):
                if other != file:
                    other.unlink()

    def _file(self, network: Path, made_of: Sequence[object]) -> Path:
        """Raises OSError."""
        found = network.stat()
        key = repr((str(network), found.st_size, found.st_mtime_ns, *made_of))
        return self._folder / f"{network.stem}-{hashlib.sha256(key.encode()).hexdigest()[:16]}{_SUFFIX}"

